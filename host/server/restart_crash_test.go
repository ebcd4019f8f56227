package server

import (
	"math/rand/v2"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

const payingGame = `
require "flight"
local M = {rounds = {}, open = 0}
function command.pay(p, args)
  M.rounds[#M.rounds + 1] = args.round
  M.open = M.open + 1
  task.spawn(function() sleep(args.s) task.try(store.add, "paid " .. args.round, 1) M.open = M.open - 1 end)
  return M.rounds
end
function command.open() return M.open end
function command.rounds() return M.rounds end
function command.paid(p, args) return store.get("paid " .. args.round) or 0 end
function event.player_entered(p) if not player.station(p) then player.dock(p, system.celestials("station")[1].id) end end
return M
`

// TestKilledWhileItStopsAndStarts kills the real program at random moments of its stop and
// of its start. It always comes back, what a clean stop has kept is there, and nothing that
// waited in an image is done twice.
func TestKilledWhileItStopsAndStarts(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 9))
	cfg := config(t)
	write(t, cfg, "main.lua", payingGame)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	const rounds = 6
	clean := -1 // the round that a clean stop has kept
	for round := range rounds {
		if r.IntN(2) == 0 {
			killed(t, args, time.Duration(r.IntN(400))*time.Millisecond)
			clean = -1
		}
		p := launch(t, args...)
		ann := login(t, p.addr, "Ann", wire.JSON)
		before, _ := ann.do("rounds", nil).([]world.Value)
		if clean >= 0 && (len(before) == 0 || before[len(before)-1] != float64(clean)) {
			t.Errorf("round %d: after a clean stop in round %d the system knows of %v", round, clean, before)
		}
		seen := map[world.Value]bool{}
		for _, n := range before {
			if seen[n] {
				t.Errorf("round %d: the system has lived %v twice: %v", round, n, before)
			}
			seen[n] = true
		}
		ann.do("pay", map[string]world.Value{"round": float64(round), "s": r.Float64()})
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if r.IntN(3) > 0 {
			time.Sleep(time.Duration(r.IntN(100)) * time.Millisecond)
			_ = p.Process.Kill() // it may have ended already
		}
		if clean = -1; p.Wait() == nil {
			clean = round
		}
	}

	p := launch(t, args...)
	ann := login(t, p.addr, "Ann", wire.JSON)
	for ann.do("open", nil) != 0.0 {
		time.Sleep(10 * time.Millisecond)
	}
	for round := range rounds {
		if n := ann.do("paid", map[string]world.Value{"round": float64(round)}); n != 0.0 && n != 1.0 {
			t.Errorf("round %d was paid %v times", round, n)
		}
	}
	if clean == rounds-1 {
		if n := ann.do("paid", map[string]world.Value{"round": float64(clean)}); n != 1.0 {
			t.Errorf("the last round ended clean and was paid %v times", n)
		}
	}
}

// killed starts the program and kills it after a while.
func killed(t *testing.T, args []string, after time.Duration) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0", "--ops", ""}, args...)...)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = p.Process.Kill() // it may have failed, which the next start says
	_ = p.Wait()
}
