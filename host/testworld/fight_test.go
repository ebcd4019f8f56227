package testworld_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/host/testworld"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

// sides puts everybody into a ship of the type named, in two clouds 6 km apart,
// and lets everybody lock somebody of the other side.
const sides = `
local arena, modules, ship, targets, vessel = require "testing.arena", require "modules", require "ship", require "targets", require "vessel"
local all, ids = system.players(), {}
for i, p in ipairs(all) do
  local side = i %% 2 * 6000
  local pos = arena.point(side + system.random() * 3000, system.random() * 3000, system.random() * 3000)
  player.undock(p)
  player.data(p).ship = {type = %q, name = "x"}
  ids[i] = ship.spawn {type = %q, owner = p, pos = pos}
  player.set_ship(p, ids[i])
end
for i, id in ipairs(ids) do
  local other = ids[i %% #ids + 1]
  space.orbit(id, other, 2000 + system.random() * 5000)
  after(system.random() * 4, function()
    targets.lock(vessel.of(id), vessel.of(other))
    after(6, function()
      for _, m in ipairs(modules.of(vessel.of(id))) do
        if modules.kind(m).needs_target then modules.start(vessel.of(id), m, other) end
      end
    end)
  end)
end
return #ids`

func sources(tb testing.TB) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".lua") {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = text
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// fight runs a battle of so many pilots for so many game seconds and returns how
// long that took.
func fight(tb testing.TB, players int, kind string, seconds float64) time.Duration {
	tb.Helper()
	w, err := testworld.New(types{static.Types()})(luatest.Setup{
		Release: code.NewRelease(1, sources(tb)), Entry: []string{"main"}, Map: luatest.Map(), System: "Beta", Seed: 1,
		Install: func(*script.State) {},
		OnFault: func(f script.Fault) { tb.Error(f.Message, f.Traceback) },
		OnLog:   func(string, string, string) {},
	})
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Close()
	for i := range players {
		if _, err := w.Join(fmt.Sprintf("P%d", i)); err != nil {
			tb.Fatal(err)
		}
	}
	w.Advance(0)
	w.State().Eval(fmt.Sprintf(sides, kind, kind), "bench", func(v []world.Value, err error) {
		if err != nil || len(v) != 1 || v[0] != float64(players) {
			tb.Fatal(v, err)
		}
	})
	w.Advance(10)
	start := time.Now()
	w.Advance(seconds)
	return time.Since(start)
}

// BenchmarkFight prints what a second of a battle costs, in milliseconds: scripts,
// physics and frames, without sockets.
func BenchmarkFight(b *testing.B) {
	for _, c := range []struct {
		players int
		kind    string
	}{{200, "Wren"}, {1000, "Wren"}, {1000, "Kestrane"}, {4000, "Wren"}, {4000, "Kestrane"}} {
		b.Run(fmt.Sprintf("%d_%s", c.players, c.kind), func(b *testing.B) {
			const seconds = 10
			for b.Loop() {
				spent := fight(b, c.players, c.kind, seconds)
				b.ReportMetric(float64(spent.Milliseconds())/seconds, "ms/game-second")
			}
		})
	}
}
