package server

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/host/testworld"
	"hotshard/runtime/clock"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// fights is a game in which whoever is hit without having been marked fails the hit.
const fights = `local M = {hits = 0, marks = {}}
function M.hit(p, at)
  M.hits = M.hits + M.marks[at].power
  broadcast("hit", {hits = M.hits})
  return M.hits
end
function command.mark(p, from) M.marks[from.at] = {power = 2} end
function command.hide(p, from) M.marks[from.at] = nil end
function command.hit(p, from) return M.hit(p, from.at) end
return M
`

const fightsTest = `require "fights"
function test.nobody_fails_a_hit()
  local run = replay "fights.rec"
  eq(run:errors "fights.hit", {})
end
function test.it_can_be_looked_at_on_the_way()
  local run = replay("fights.rec", 1)
  local tick, ended = run:tick()
  eq(ended, false)
  eq(tick, 11)
  local before = run:eval "fights.hits"
  run:play()
  ok(run:eval "fights.hits" > before)
  ok(select(2, run:tick()))
  ok(#run:heard("Ada", "hit") > #run:answers("hit", "Ada"))
  eq(run:answers("hit", "Ada")[1].result, 2)
  eq(run:last("Ada", "hit").hits, run:eval "fights.hits")
  fails(function() run:heard("Nobody", "hit") end, "there are")
  fails(function() run:eval "fights.hits = 1" end, "only looks")
end
`

// handHeld is a clock that stands until it is set.
type handHeld struct {
	clock.Machine
	now time.Time
}

func (c *handHeld) Now() time.Time { return c.now }

// alone is the shard around the recorded system, and the connection of everybody.
type alone struct{}

func (alone) Send(world.Address, system.Message) error  { return nil }
func (alone) Jump(world.SystemID, system.Enter) error   { return nil }
func (alone) Crowd(world.SystemID) system.Crowd         { return system.Crowd{} }
func (alone) Left(world.CharacterID)                    {}
func (alone) Forward(world.CharacterID, system.Message) {}
func (alone) Unloaded(*system.System)                   {}
func (alone) Save([]system.Character)                   {}
func (alone) Reply(uint64, world.Value, error)          {}
func (alone) Cork()                                     {}
func (alone) Uncork()                                   {}
func (alone) NeedSnapshot() bool                        { return false }
func (alone) Close(string)                              {}

// connected is a player's connection.
type connected struct{ alone }

func (connected) Send(*wire.Frame) {}

// fought writes a tree of scripts with a recording of a fight beside them: ten people mark and
// hit, and Cid hits what Ben has hidden.
func fought(t *testing.T) (scripts string) {
	t.Helper()
	scripts = t.TempDir()
	files := map[string][]byte{"main.lua": []byte(`require "fights"`), "fights.lua": []byte(fights), "fights_test.lua": []byte(fightsTest)}
	for path, text := range files {
		if err := os.WriteFile(filepath.Join(scripts, path), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := luatest.Map()
	setup, err := rerun(record.Meta{System: "@Alpha", Seed: 1}, m)
	if err != nil {
		t.Fatal(err)
	}
	dir, at := t.TempDir(), &handHeld{now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	r, err := record.New(record.Config{Dir: dir, Map: func() ([]byte, error) { return static.Marshal(m) }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cfg := setup.System
	cfg.Clock, cfg.Router, cfg.Saver = at, alone{}, alone{}
	made := code.NewRelease(7, files)
	cfg.Release = func() *code.Release { return made }
	cfg.Record = r.Stream(cfg.Address, &cfg)
	s := system.New(cfg)
	if err := s.Start(at.now); err != nil {
		t.Fatal(err)
	}
	defer s.State().Close()
	fight(t, s, at)
	if err := r.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	kept, err := record.Keep(dir, "@Alpha", time.Time{}, "fights", "")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(kept.Path)
	if err == nil {
		err = os.WriteFile(filepath.Join(scripts, "fights.rec"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return scripts
}

func fight(t *testing.T, s *system.System, at *handHeld) {
	t.Helper()
	names := []string{"Ada", "Ben", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon"}
	post := func(m system.Message) {
		if err := s.Post(m); err != nil {
			t.Fatal(err)
		}
	}
	turn := func() {
		at.now = at.now.Add(100 * time.Millisecond)
		s.Turn(at.now)
	}
	asked := uint64(0)
	command := func(who int, name string, mark float64) {
		asked++
		post(system.Command{Player: world.CharacterID(who + 1), Client: connected{}, ID: asked, Name: name, Args: map[string]world.Value{"at": mark}})
	}
	turn()
	for i, name := range names {
		post(system.Enter{Character: system.Character{ID: world.CharacterID(i + 1), Name: name, System: s.Static().ID, Data: map[string]world.Value{}}, Client: connected{}, Reason: system.ReasonLogin})
	}
	turn()
	for tick := range 40 {
		who := tick % len(names)
		command(who, "mark", float64(who))
		command(who, "hit", float64(who))
		switch tick {
		case 20:
			command(3, "mark", 99)
		case 23:
			command(1, "hide", 99)
		case 26:
			command(2, "hit", 99)
		}
		turn()
	}
	s.HandOn()
}

// played runs the tests of a tree.
func played(t *testing.T, scripts, pattern string) (luatest.Result, string) {
	t.Helper()
	var out bytes.Buffer
	result, err := luatest.Run(luatest.Options{Root: scripts, Pattern: pattern, Seed: 1, Out: &out, New: testworld.New(), Replay: OpenReplay})
	if err != nil {
		t.Fatal(err)
	}
	return result, out.String()
}

// TestARecordingIsATest plays a recording of a bug beside the scripts: it fails as they are,
// and passes when they are mended, by a reload of what was recorded.
func TestARecordingIsATest(t *testing.T) {
	scripts := fought(t)
	if result, out := played(t, scripts, ""); result.Passed != 1 || result.Failed != 1 || !strings.Contains(out, "attempt to index") || !strings.Contains(out, `func = "fights.hit"`) {
		t.Errorf("as it is %d pass:\n%s", result.Passed, out)
	}
	mended := strings.Replace(fights, "M.marks[at].power", "(M.marks[at] or {power = 0}).power", 1)
	if err := os.WriteFile(filepath.Join(scripts, "fights.lua"), []byte(mended), 0o600); err != nil {
		t.Fatal(err)
	}
	if result, out := played(t, scripts, ""); result.Passed != 2 || result.Failed != 0 {
		t.Errorf("mended:\n%s", out)
	}
}

// TestARecordingThatCannotBePlayed says what is wrong and what to do about it.
func TestARecordingThatCannotBePlayed(t *testing.T) {
	scripts := fought(t)
	data, err := os.ReadFile(filepath.Join(scripts, "fights.rec"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"torn.rec": data[:len(data)/2], "lfs.rec": []byte("version https://git-lfs"), "fights_test.lua": []byte(`require "fights"
function test.torn() replay "torn.rec" end
function test.lfs() replay "lfs.rec" end
function test.gone() replay "gone.rec" end
function test.up() replay "../other.rec" end
function test.kind() replay "fights.lua" end
function test.time() replay("fights.rec", -1) end`)} {
		if err := os.WriteFile(filepath.Join(scripts, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for test, says := range map[string]string{"torn": "copy it again", "lfs": "record keep", "gone": "record keep @SYSTEM", "up": "beside the test", "kind": "beside the test", "time": "seconds"} {
		if result, out := played(t, scripts, "test."+test); result.Failed != 1 || !strings.Contains(out, says) || !strings.Contains(out, "fights_test.lua:") {
			t.Errorf("%s: %d fail:\n%s", test, result.Failed, out)
		}
	}
}

// TestShrinkByATest shrinks the fight while its test fails, to whom and what it takes; and by
// the error alone.
func TestShrinkByATest(t *testing.T) {
	scripts := fought(t)
	whole, small := filepath.Join(scripts, "fights.rec"), filepath.Join(t.TempDir(), "fights.rec")
	c := ShrinkConfig{What: whole, Out: small, Scripts: scripts, Test: filepath.Join(scripts, "fights_test.lua")}
	got, err := Shrink(c)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got.Players, len(got.Inputs), got.Ticks) != "[Cid] 1 1" || got.Kept.Span.Bytes >= got.Before || got.Stopped || !strings.Contains(got.String(), "command hit") {
		t.Errorf("left is %s", got)
	}
	data, err := os.ReadFile(small)
	if err == nil {
		err = os.WriteFile(whole, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if result, out := played(t, scripts, "nobody"); result.Failed != 1 || !strings.Contains(out, "attempt to index") {
		t.Errorf("shrunk it does not fail any more:\n%s", out)
	}
	other := strings.Replace(fights, "hits = 0", "hits = {}", 1) // what was recorded is a number by then, and cannot become that
	if err := os.WriteFile(filepath.Join(scripts, "fights.lua"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if result, out := played(t, scripts, "nobody"); result.Failed != 1 || !strings.Contains(out, "cannot go on with these scripts") || !strings.Contains(out, "becomes table") {
		t.Errorf("another type is told as:\n%s", out)
	}
	byError := ShrinkConfig{What: whole, Out: small, Error: "marks"}
	if _, err := Shrink(byError); err == nil || !strings.Contains(err.Error(), `"marks"`) {
		t.Errorf("without such an error the error is %v", err)
	}
	byError.Error = "attempt to index"
	if got, err := Shrink(byError); err != nil || !strings.Contains(got.Shows, "fights.hit") {
		t.Errorf("by the error: %v, %v", got, err)
	}
	c.Test = filepath.Join(scripts, "none_test.lua")
	if _, err := Shrink(c); err == nil || !strings.Contains(err.Error(), "no tests there") {
		t.Errorf("without a test the error is %v", err)
	}
}
