package testworld

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/bindings"
	"hotshard/runtime/clock"
	"hotshard/runtime/record"
	"hotshard/runtime/record/shadow"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// A town is the game's scripts and a module of its own, in which some pilots live for a
// minute, recorded.
type town struct {
	*testWorld
	t        testing.TB
	dir      string
	recorder *record.Recorder
	clock    *stillClock
	release  *code.Release
	pilots   []world.CharacterID
}

// stillClock stands until it is set; the recorder's writer asks it, too.
type stillClock struct {
	clock.Machine
	now atomic.Pointer[time.Time]
}

func (c *stillClock) Now() time.Time { return *c.now.Load() }

// sourcesWith are the scripts of the game with some files more.
func sourcesWith(t testing.TB, more map[string]string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	root := filepath.Join("..", "..", "scripts")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".lua") || strings.HasSuffix(path, "_test.lua") {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range more {
		files[path] = []byte(text)
	}
	return files
}

func newTown(t testing.TB) *town {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", "town.lua"))
	if err != nil {
		t.Fatal(err)
	}
	v := &town{t: t, dir: t.TempDir(), clock: &stillClock{}}
	v.set(started)
	v.recorder, err = record.New(record.Config{Dir: v.dir, Clock: v.clock, Every: 20 * time.Second, Map: func() ([]byte, error) { return []byte("map"), nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.recorder.Close)
	files := sourcesWith(t, map[string]string{"town.lua": string(source)})
	files["main.lua"] = append(files["main.lua"], "\nrequire \"town\"\n"...)
	v.release = code.NewRelease(1, files)
	v.testWorld, err = newWorld(luatest.Setup{
		Release: v.release, Entry: []string{"main"}, Map: luatest.Map(), System: "Beta", Seed: 1, Install: func(*script.State) {},
		OnFault: func(f script.Fault) { t.Logf("%s\n%s", f.Message, f.Traceback) }, OnLog: func(string, string, string) {},
	}, &bindings.TypeReader{}, func(w *testWorld) {
		w.record = func(c *system.Config) system.Sink {
			c.Clock, c.Script.Now = v.clock, v.clock.Now
			return v.recorder.Stream(c.Address, c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

func (v *town) set(now time.Time) { v.clock.now.Store(&now) }

// pass lets game seconds pass.
func (v *town) pass(seconds float64) {
	for range int(seconds*v.system.Hz() + 0.5) {
		v.now = v.now.Add(100 * time.Millisecond)
		v.set(v.now)
		v.system.Turn(v.now)
		if err := v.recorder.Sync(context.Background()); err != nil { // what was asked of the store is answered by now
			v.t.Fatal(err)
		}
		for _, s := range v.services {
			s.Step(v.now)
		}
	}
}

// do gives a command and lets a moment pass.
func (v *town) do(pilot int, command string, args map[string]world.Value) {
	v.Command(v.pilots[pilot], command, args, func(world.Value, error) {})
	v.pass(0.3)
}

// recorded is what has been recorded so far.
func (v *town) recorded() *record.Recording {
	v.t.Helper()
	v.system.HandOn()
	if err := v.recorder.Sync(context.Background()); err != nil {
		v.t.Fatal(err)
	}
	rec, err := record.Open(v.dir, v.system.Address())
	if err != nil {
		v.t.Fatal(err)
	}
	return rec
}

// setup is how the town is run again: with nobody outside.
func (v *town) rerun() record.Setup {
	deps := &bindings.Deps{Map: luatest.Map(), Routes: world.NewRouter(luatest.Map()), Characters: v.everyone, Outside: func(func()) {}}
	o := script.Options{Entry: []string{"main"}, Started: started, Now: clock.Machine{}.Now, Strict: true, Data: v.types.Data}
	c := v.config(v.system.Address(), v.system.Static(), "", []string{"main"})
	c.Bind, c.OnFault, c.OnLog, c.Script = bindings.Binder(deps), nil, nil, o
	return record.Setup{System: c, Stage: func(program string) script.Options {
		o := o
		o.Entry, o.Bind = strings.Split(program, ","), bindings.Stager(deps)
		return o
	}}
}

// against runs what was recorded with a change of some texts in a file.
func (v *town) against(rec *record.Recording, path string, functions []string, pairs ...string) (*shadow.Report, error) {
	source := string(v.release.Files[path].Source)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(source, pairs[i]) < 1 {
			return nil, fmt.Errorf("%s does not say %q", path, pairs[i])
		}
		source = strings.Replace(source, pairs[i], pairs[i+1], 1)
	}
	change := func(r *code.Release) (*code.Release, error) {
		return r.With(r.Number, map[string][]byte{path: []byte(source)}), nil
	}
	if functions == nil {
		to, err := change(v.release)
		if err != nil {
			return nil, err
		}
		functions = release.Differing(v.release, to)
	}
	return shadow.Run(context.Background(), rec, v.rerun(), shadow.Options{From: started, Change: change, Functions: functions})
}

// live lets six pilots live for three quarters of a minute: they talk, trade, fight and fly.
func (v *town) live() {
	v.pass(0.2) // the first image is of before anybody comes
	for i := range 6 {
		p, err := v.Join([]string{"Ann", "Ben", "Cay", "Dan", "Eve", "Fay"}[i])
		if err != nil {
			v.t.Fatal(err)
		}
		v.pilots = append(v.pilots, p)
	}
	v.pass(1)
	v.system.State().Eval(seats, "test", func(_ []world.Value, err error) {
		if err != nil {
			v.t.Error(err)
		}
	})
	v.pass(1)
	ship := func(i int) float64 { return float64(v.system.Player(v.pilots[i]).Ship) }
	for i := range 4 {
		v.do(i, "lock", map[string]world.Value{"id": ship(i ^ 1)})
		v.do(i, "orbit", map[string]world.Value{"id": ship(i ^ 1), "range": 3000.0})
	}
	v.pass(5)
	for i := range 4 {
		for slot := range 3 {
			v.do(i, "activate", map[string]world.Value{"slot": float64(slot + 1), "id": ship(i ^ 1)})
		}
	}
	for i := range 10 {
		p := i % 6
		v.do(p, "say", map[string]world.Value{"text": fmt.Sprint("line ", i)})
		v.do(p, "town_buy", map[string]world.Value{"thing": []string{"rope", "lamp"}[i%2], "n": float64(1 + i*20)})
		v.do(p, "town_write", map[string]world.Value{"to": float64(v.pilots[(p+i)%3]), "text": fmt.Sprint("hello ", i)})
		v.do((p+1)%6, "town_read", nil)
	}
	v.do(4, "town_work", map[string]world.Value{"hours": 3.0})
	v.do(5, "town_write", map[string]world.Value{"to": 999.0, "text": "who?"})
	v.do(4, "say", map[string]world.Value{"text": "help", "channel": "help"})
	v.do(4, "join", map[string]world.Value{"channel": "trade"})
	v.do(4, "say", map[string]world.Value{"text": "rope, cheap", "channel": "trade"})
	v.do(4, "tell", map[string]world.Value{"to": "Fay", "text": "psst"})
	v.do(5, "leave", map[string]world.Value{"channel": "trade"})
	v.do(5, "look", nil)
	v.do(5, "look", map[string]world.Value{"id": ship(5)})
	v.do(5, "look", map[string]world.Value{"type": "Wren"})
	v.do(5, "who", nil)
	v.do(5, "ship", nil)
	v.do(0, "ship", nil)
	v.do(5, "approach", map[string]world.Value{"id": ship(4)})
	v.do(4, "keep", map[string]world.Value{"id": ship(5)})
	v.do(5, "warp", map[string]world.Value{"id": ship(4)})
	v.do(1, "unlock", map[string]world.Value{"id": ship(0)})
	v.do(5, "stop", nil)
	v.do(5, "find", map[string]world.Value{"name": "Al"})
	v.do(5, "route", map[string]world.Value{"to": "Alpha"})
	v.Leave(v.pilots[5])
	v.pass(10)
}

const seats = `
local arena = require "testing.arena"
local ship = require "ship"
for i, p in ipairs(system.players()) do
  local old = player.ship(p)
  if old then ship.remove(old) end
  if player.station(p) then player.undock(p) end
  player.data(p).ship = {type = "Wren", name = "x"}
  local id = ship.spawn {type = "Wren", name = "x", owner = p, pos = arena.point(i * 1500, 0, 0)}
  player.set_ship(p, id)
  space.stop(id)
end`
