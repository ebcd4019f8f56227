package spectate

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/host/server"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/world"
)

// TestAReplayIsWatched goes through what a page does: it looks at a pilot, goes back and forth,
// asks what the pilot could ask, and sees at each tick what there was. The run stays the one
// that was recorded.
func TestAReplayIsWatched(t *testing.T) {
	t.Parallel()
	file := recorded(t)
	straight := run(t, file)
	th := show(t, file)
	g := join(t, th.Addr(), GuestName)
	first := g.state("be told how it stands", func(map[string]world.Value) bool { return true })
	if first["name"] != "fight" || first["playing"] != false || first["tick"] != first["first"] || first["note"] != "for the tests" {
		t.Errorf("at first it stands like this: %v", first)
	}
	pilots := map[string]float64{}
	for _, p := range straight.pilots {
		pilots[p.Name] = float64(p.ID)
	}

	g.do(cmdSeek, map[string]world.Value{"tick": first["last"]}) // at first nobody is there
	g.do(cmdFollow, map[string]world.Value{"id": pilots["bob"]})
	g.until("look at bob", func(m *wire.Message) bool { return m.Event == eventPilot && nameIn(m.Fields) == "bob" })
	for _, n := range []int{straight.len() - 2, straight.len() / 2, straight.len() * 3 / 4, straight.len() * 2 / 3} {
		tick := straight.ticks[n]
		g.do(cmdSeek, map[string]world.Value{"tick": float64(tick)})
		g.sees(straight, tick)
		g.do(cmdStep, map[string]world.Value{"ticks": 1.0})
		g.state("be a tick on", func(s map[string]world.Value) bool { return s["tick"] == float64(straight.ticks[n+1]) })
		g.do(cmdStep, map[string]world.Value{"ticks": -1.0})
		g.sees(straight, tick)
		if who, ok := g.do("who", nil).(map[string]world.Value); !ok || len(who) == 0 {
			t.Errorf("asked who is here it says %v", who)
		}
	}

	g.do(cmdFollow, map[string]world.Value{"id": pilots["ada"]})
	g.do(cmdSeek, map[string]world.Value{"at": 0.0})
	g.do(cmdSpeed, map[string]world.Value{"speed": 16.0})
	g.do(cmdPlay, nil)
	g.event("death") // she is told of it again
	end := g.state("be at the end", func(s map[string]world.Value) bool { return s["ended"] == true && s["playing"] == false })
	if end["parted"] != nil || end["broken"] != nil || end["touched"] != false || end["speed"] != 16.0 {
		t.Errorf("in the end it stands like this: %v", end)
	}
}

// GuestName is what a spectator calls itself: it does not matter.
const GuestName = "somebody"

func nameIn(fields map[string]world.Value) any {
	p, _ := fields["player"].(map[string]world.Value)
	return p["name"]
}

// TestATimeLineHasWhatHappened waits for the scout.
func TestATimeLineHasWhatHappened(t *testing.T) {
	t.Parallel()
	g := join(t, show(t, recorded(t)).Addr(), GuestName)
	marks := g.until("have all of it", func(m *wire.Message) bool { return m.Event == eventMarks && m.Fields["whole"] == true }).Fields["marks"]
	found := map[string]string{}
	for _, m := range marks.([]world.Value) {
		mark := m.(map[string]world.Value)
		found[mark["kind"].(string)] += mark["text"].(string)
	}
	if found[markImage] == "" || !strings.Contains(found[markError], "a planted one") || strings.Count(found[markDeath], "destroyed") != 1 || !strings.Contains(found[markDeath], "ada's") {
		t.Errorf("it has %v", found)
	}
}

// TestTheConsoleWorksOnTheCopy looks, which changes nothing, and changes something, which a
// seek forgets.
func TestTheConsoleWorksOnTheCopy(t *testing.T) {
	t.Parallel()
	th := show(t, recorded(t))
	g := join(t, th.Addr(), GuestName)
	session := &command.Session{Shard: th.Shard(), Registry: registry(th), Who: "test", Role: command.Admin}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	do := func(line string) string {
		t.Helper()
		r, err := session.Registry.Run(ctx, session, line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return r.String()
	}
	at := "@" + strings.TrimPrefix(string(th.meta.System), "@")
	last := g.state("know where it ends", func(map[string]world.Value) bool { return true })["last"].(float64)
	g.until("have looked through all of it", func(m *wire.Message) bool { return m.Event == eventMarks && m.Fields["whole"] == true })

	if got := do("errors"); !strings.Contains(got, "no errors") {
		t.Errorf("at the beginning it has failed: %s", got)
	}
	do("step 10")
	for _, line := range []string{"inspect " + at + " #system.players()", "system " + at, "who", "tasks", "systems", "source vessel.hurt"} {
		do(line)
	}
	do("play 16")
	g.state("have run to the end", func(s map[string]world.Value) bool {
		if s["parted"] != nil || s["touched"] != false {
			t.Fatalf("whoever looks changes it: %v", s)
		}
		return s["ended"] == true && s["playing"] == false
	})
	if got := do("errors"); !strings.Contains(got, "a planted one") {
		t.Errorf("at the end it has not failed: %s", got)
	}

	do("step -20")
	if got := do("lua " + at + " require('vessel').planted = 41; return require('vessel').planted + 1"); !strings.Contains(got, "42") {
		t.Errorf("it says %s", got)
	}
	g.state("see that it was changed", func(s map[string]world.Value) bool { return s["touched"] == true })
	do("step")
	if got := do("inspect " + at + " require('vessel').planted"); !strings.Contains(got, "41") {
		t.Errorf("a step on, what was changed is %s", got)
	}
	do("step -1")
	g.state("see that it is forgotten", func(s map[string]world.Value) bool { return s["touched"] == false && s["tick"] == last-20 })
	if got := do("inspect " + at + " require('vessel').planted"); !strings.Contains(got, "nil") {
		t.Errorf("after going elsewhere it is %s", got)
	}
	if _, err := session.Registry.Run(ctx, session, "lua "+at+" sleep(1)"); err == nil || !strings.Contains(err.Error(), "time stands still") {
		t.Errorf("code that waits while time stands still: %v", err)
	}
}

// TestAReplayRefusesWhatHasNoSense also says what would.
func TestAReplayRefusesWhatHasNoSense(t *testing.T) {
	t.Parallel()
	file := recorded(t)
	th := show(t, file)
	g := join(t, th.Addr(), GuestName)
	g.refused("ticks is how many", cmdStep, nil)
	g.refused("ticks is how many", cmdStep, map[string]world.Value{"ticks": 1e9})
	g.refused("0.25 to 16", cmdSpeed, map[string]world.Value{"speed": 17.0})
	g.refused("Give tick", cmdSeek, nil)
	g.refused("not here", cmdFollow, map[string]world.Value{"id": 1e6})
	g.do(cmdFollow, map[string]world.Value{"id": 0.0})
	g.refused("Follow somebody", "who", nil)

	ctx := t.Context()
	if _, err := th.Shard().Players.Announce(ctx, "hello"); err == nil {
		t.Error("somebody hears what is announced")
	}
	if _, err := th.Shard().Lua.Eval(ctx, command.Eval{System: "Elsewhere", Code: "return 1"}); err == nil || !strings.Contains(err.Error(), "this is a replay of") {
		t.Errorf("another system: %v", err)
	}
	if _, err := New(Config{Data: folder(t), What: file, Listen: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "--accept-anyone") {
		t.Errorf("where others reach it: %v", err)
	}
	if _, err := New(Config{Data: folder(t), What: "nothing", Listen: "127.0.0.1:0"}); err == nil {
		t.Error("what is not there is shown")
	}
}

// told is what a run in one go has at each tick.
type told struct {
	ticks  []world.Tick
	things map[world.Tick]map[world.EntityID]world.Vec3
	pilots []pilot
}

type pilot struct {
	ID   world.CharacterID
	Name string
}

func (r *told) len() int { return len(r.ticks) }

// run runs a recording in one go, with nobody who looks.
func run(t *testing.T, file string) *told {
	t.Helper()
	rec, err := server.OpenRecording("", file)
	if err != nil {
		t.Fatal(err)
	}
	setup, err := server.Rerun(rec)
	if err != nil {
		t.Fatal(err)
	}
	d, err := rec.NewDeck(setup, time.Time{}, record.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	out := &told{things: map[world.Tick]map[world.EntityID]world.Vec3{}}
	for {
		st, err := d.Step()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil || len(st.Parts) > 0 {
			t.Fatalf("tick %d: %v %v", st.Tick, st.Parts, err)
		}
		out.ticks = append(out.ticks, st.Tick)
		at := map[world.EntityID]world.Vec3{}
		for _, p := range d.System().Players() {
			if here, ok := d.System().Space().Place(p.Ship); ok {
				at[p.Ship] = here
			}
		}
		out.things[st.Tick] = at
	}
	for _, p := range d.System().Players() {
		out.pilots = append(out.pilots, pilot{p.ID, p.Name})
	}
	if out.len() < 60 || len(out.pilots) != 2 {
		t.Fatalf("%d ticks were recorded, of %v", out.len(), out.pilots)
	}
	return out
}

// sees waits for the snapshot of a tick, and wants it to be with the ships where they then were.
func (g *guest) sees(straight *told, tick world.Tick) {
	g.t.Helper()
	snap := g.until("see the tick", func(m *wire.Message) bool { return m.Snapshot != nil && m.Snapshot.Tick == tick }).Snapshot
	seen := 0
	for _, e := range snap.Entities {
		if was, ok := straight.things[tick][e.ID]; ok {
			if seen++; was.Dist(e.Pos) > 1 {
				g.t.Errorf("at tick %d %s is seen at %v, and was at %v", tick, e.Name, e.Pos, was)
			}
		}
	}
	if seen == 0 && len(straight.things[tick]) > 0 {
		g.t.Errorf("at tick %d none of %d ships is seen", tick, len(straight.things[tick]))
	}
}
