package universe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// sentAway halts a galaxy and returns what was kept of it; those in refused cannot be.
func (g *galaxy) sentAway(t *testing.T, refused ...world.Address) map[world.Address][]byte {
	t.Helper()
	var mu sync.Mutex
	kept := map[world.Address][]byte{}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := g.Halt(ctx, func() {}, func(s *system.System) error {
		if slices.Contains(refused, s.Address()) {
			return errors.New("it cannot be written")
		}
		image, err := s.Freeze()
		mu.Lock()
		defer mu.Unlock()
		kept[s.Address()] = image
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// goneOn is a galaxy that goes on with what was kept of another.
func goneOn(t *testing.T, before *galaxy, kept map[world.Address][]byte, files map[string]string) *galaxy {
	t.Helper()
	g := idle(t, before.people, files)
	var thawed []*system.System
	for _, a := range slices.Sorted(maps.Keys(kept)) {
		s, err := g.Thaw(a, g.Release(), kept[a], reload.Thaw)
		if err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		g.Enlist(s)
		thawed = append(thawed, s)
	}
	for _, s := range thawed {
		n := s.Agree(func(was system.Character) (system.Character, system.Fate) {
			now := before.people.of(was.ID)
			now.Moved = was.Moved
			if fmt.Sprint(now.System, now.Station, now.Ship != nil, now.Data) == fmt.Sprint(was.System, was.Station, was.Ship != nil, was.Data) {
				return was, system.FateSame
			}
			return now, system.FateChanged
		})
		if n > 0 {
			t.Errorf("in %s %d players are not as they were saved", s.Address(), n)
		}
		s.LoseClients()
		g.Resume(s)
	}
	g.StartServices()
	return g
}

const mill = `local M = {n = 0} function M.add(n) M.n = M.n + n sleep(0.5) return M.n end function M.sum() return M.n end
	beats = 0 every(30, function() beats = beats + 1 end) function M.beats() return beats end return M`

// TestNobodyAndNothingIsLostBetweenTwoProcesses stops a galaxy at a random moment at which
// players are on their way through gates, tasks wait for services and messages between
// systems are under way, and goes on with it an hour later.
func TestNobodyAndNothingIsLostBetweenTwoProcesses(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 5))
				files := map[string]string{"services/mill.lua": mill, "main.lua": source}
				g := newGalaxy(t, files)
				const players = 12
				clients := map[world.CharacterID]*client{}
				for id := world.CharacterID(1); id <= players; id++ {
					clients[id] = newClient()
					g.Enter(id, clients[id])
				}
				while(time.Second)
				asked := 0
				gates := []float64{1021, 2022, 3022, 2011, 3022}
				for n := range 40 + r.IntN(20) {
					id := 1 + world.CharacterID(r.IntN(players))
					switch r.IntN(3) {
					case 0:
						g.say(id, clients[id], uint64(n+1), "jump", map[string]world.Value{"gate": gates[r.IntN(len(gates))]})
					case 1:
						g.say(id, clients[id], uint64(n+1), "ask", map[string]world.Value{"service": "mill", "fn": "add", "n": 1.0})
						asked++
					case 2:
						g.say(id, clients[id], uint64(n+1), "where", nil)
					}
					time.Sleep(time.Duration(r.IntN(40)) * time.Millisecond)
				}
				for id, c := range clients { // and now everybody, as the last thing they do
					for n, gate := range gates {
						g.say(id, c, uint64(100+n), "jump", map[string]world.Value{"gate": gate})
					}
				}
				kept := g.sentAway(t)
				time.Sleep(time.Hour)
				h := goneOn(t, g, kept, files)
				while(5 * time.Second)

				in := map[world.CharacterID]world.Address{}
				for _, s := range h.Actors() {
					for _, who := range everybody(t, h, s) {
						if in[who] != "" {
							t.Errorf("%d is in %s and in %s", who, in[who], s.Address())
						}
						in[who] = s.Address()
					}
				}
				for id := range clients {
					if at, _ := h.Where(id); at == "" || in[id] != at {
						t.Errorf("%d is in %q, and the universe looks for them in %q", id, in[id], at)
					}
				}
				h.Enter(1, clients[1])
				h.say(1, clients[1], 1000, "ask", map[string]world.Value{"service": "mill", "fn": "sum", "n": 0.0})
				while(time.Second)
				if got := clients[1].reply(1000); got != float64(asked) {
					t.Errorf("the mill has counted %v of %d", got, asked)
				}
				if len(h.faults) > 0 {
					t.Errorf("faults: %v", h.faults)
				}
			})
		})
	}
}

// everybody asks a system on its goroutine who is in it.
func everybody(t *testing.T, g *galaxy, s *system.System) (out []world.CharacterID) {
	t.Helper()
	err := g.Between(context.Background(), []*system.System{s}, func(s *system.System) {
		for _, who := range s.Everybody() {
			out = append(out, who.ID)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *client) reply(id uint64) world.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.replies[id]
}

// TestGameTimeGoesOnWhereItStopped leaves a galaxy alone for a day: to a system with
// somebody in it, one that sleeps and a service it has not been.
func TestGameTimeGoesOnWhereItStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := map[string]string{"services/mill.lua": mill, "main.lua": source + `
			beats = 0 every(30, function() beats = beats + 1 end)`}
		g := newGalaxy(t, files)
		g.Enter(1, newClient())
		if _, err := g.Start("@Delta"); err != nil {
			t.Fatal(err)
		}
		while(100 * time.Second)
		kept := g.sentAway(t)
		time.Sleep(24 * time.Hour)
		g = goneOn(t, g, kept, files)
		while(60 * time.Second)
		for _, a := range []world.Address{"@Alpha", "@Delta", "mill"} {
			var beats string
			var now float64
			if err := g.Ask(context.Background(), a, func(s *system.System) {
				beats, now = s.State().L().GetGlobal("beats").String(), s.Now()
			}); err != nil {
				t.Fatal(err)
			}
			if beats != "5" || now < 158 || now > 162 {
				t.Errorf("%s has heard %s beats at %g s: 5 would be in 160 s", a, beats, now)
			}
		}
	})
}

// TestWhatCannotBeKeptEndsAsEver refuses one system, which hands in its players.
func TestWhatCannotBeKeptEndsAsEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		c := newClient()
		g.Enter(1, c)
		if _, err := g.Start("@Beta"); err != nil {
			t.Fatal(err)
		}
		while(time.Second)
		g.say(1, c, 1, "jump", map[string]world.Value{"gate": 1021.0})
		kept := g.sentAway(t, "@Beta")
		if len(kept) != 1 || kept["@Alpha"] == nil {
			t.Errorf("kept are %d", len(kept))
		}
		if at := g.people.of(1).System; at != g.Map().ByName("Beta").ID {
			t.Errorf("the player who jumped last is saved in %d", at)
		}
		g = goneOn(t, g, kept, nil)
		if g.Players() != 0 {
			t.Error("the player is in the game, and in nothing that was kept")
		}
		g.Enter(1, newClient())
		while(time.Second)
		if at, _ := g.Where(1); at != "@Beta" {
			t.Errorf("the player comes back in %s", at)
		}
	})
}

// TestAHangingSystemKeepsTheOthersFromNothing halts a galaxy in which one never comes to
// rest.
func TestAHangingSystemKeepsTheOthersFromNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		g.Enter(1, newClient())
		s, err := g.Start("@Delta")
		if err != nil {
			t.Fatal(err)
		}
		while(time.Second)
		free := make(chan struct{})
		if err := s.Post(system.Between(func(*system.System) { <-free })); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		var mu sync.Mutex
		var kept []world.Address
		err = g.Halt(ctx, func() {}, func(s *system.System) error {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, s.Address())
			return nil
		})
		mu.Lock()
		defer mu.Unlock()
		if !errors.Is(err, context.DeadlineExceeded) || fmt.Sprint(kept) != "[@Alpha]" {
			t.Errorf("kept are %v, %v", kept, err)
		}
		close(free)
	})
}
