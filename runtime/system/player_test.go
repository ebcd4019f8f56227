package system

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

func TestLoginTellsWhereThenWhatThenTheRest(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	equal(t, "Ann's frames", ann.take(), []string{"system", "snapshot of 1"})
	equal(t, "events", b.take(), []string{"entered 1 login"})
	bob := b.fly(2, somewhere.Add(world.Vec3{X: 1e3}))
	equal(t, "Ann's frames", ann.take(), []string{"delta +1 ~0 -0"})
	equal(t, "Bob's frames", bob.take(), []string{"system", "snapshot of 2"})
	b.tick(5)
	equal(t, "Ann's frames while nothing changes", ann.take(), nil)
}

func TestFarAwayIsNotSeen(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	ann.take()
	bob := b.fly(2, somewhere.Add(world.Vec3{X: 1e9}))
	equal(t, "Ann's frames", ann.take(), nil)
	equal(t, "Bob's frames", bob.take(), []string{"system", "snapshot of 1"})
}

func TestCourseReachesThoseWhoSeeIt(t *testing.T) {
	b := newBench(t, echoes)
	ann, bob := b.fly(1, somewhere), b.fly(2, somewhere.Add(world.Vec3{X: 1e3}))
	ann.take()
	bob.take()
	if err := b.Space().GoTo(b.Player(1).Ship, somewhere.Add(world.Vec3{Z: 1e6})); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	equal(t, "Bob's frames", bob.take(), []string{"delta +0 ~1 -0"})
	equal(t, "Ann's frames", ann.take(), []string{"delta +0 ~1 -0"})
}

func TestLostFramesAreMadeGoodBySnapshot(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	ann.take()
	ann.lost = true
	b.tick(2)
	equal(t, "Ann's frames", ann.take(), []string{"snapshot of 1"})
}

func TestRateChangeIsTold(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	ann.take()
	if err := b.SetHz(20); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	if m := ann.frames[0]; m.Snapshot == nil || m.Snapshot.Hz != 20 {
		t.Errorf("after a change of the rate came %+v", m)
	}
	for _, bad := range []float64{0, -1, 61, 1e9} {
		if b.SetHz(bad) == nil {
			t.Errorf("%g ticks a second were accepted", bad)
		}
	}
}

func TestJumpHandsOverShipAndData(t *testing.T) {
	b := newBench(t, `function command.jump(p) return core.jump(p) end`)
	ann, bob := b.fly(1, somewhere), b.fly(2, somewhere)
	vm.Set(b.Player(1).Data, lua.LString("isk"), luaNumber(42))
	bob.take()
	b.post(Command{Player: 1, Client: ann, ID: 7, Name: "jump"})
	b.post(Command{Player: 1, Client: ann, ID: 8, Name: "jump"})
	b.tick(2)
	if err, answered := ann.replies[7]; err != nil || !answered {
		t.Errorf("the jump was answered %v (%v)", err, answered)
	}
	if len(b.jumps) != 1 {
		t.Fatalf("%d jumps", len(b.jumps))
	}
	m := b.jumps[0]
	if m.Character.System != 2 || m.Gate != 22 || m.From != "Alpha" || m.Client != Client(ann) || m.Character.Ship == nil {
		t.Errorf("what was handed over: %+v", m)
	}
	if d, _ := m.Character.Data.(map[string]world.Value); d["isk"] != 42.0 {
		t.Errorf("data handed over: %v", m.Character.Data)
	}
	if len(b.forwarded) != 1 || b.forwarded[0].(Command).ID != 8 {
		t.Errorf("the command that came too late was not sent after its player: %v", b.forwarded)
	}
	equal(t, "Bob's frames", bob.take(), []string{"delta +0 ~0 -1"})
	if b.Len() != 1 || len(b.Players()) != 1 {
		t.Errorf("%d ships and %d players stay", b.Len(), len(b.Players()))
	}
}

func TestJumpThatFailsLeavesThePlayer(t *testing.T) {
	b := newBench(t, `function command.jump(p) return core.jump(p) end`)
	ann := b.fly(1, somewhere)
	b.refusing = errTest
	b.post(Command{Player: 1, Client: ann, ID: 7, Name: "jump"})
	b.tick(3)
	if p := b.Player(1); p == nil || p.Ship == 0 {
		t.Fatal("a player was lost on a gate that leads nowhere")
	}
}

func TestArrivalComesOutAtTheGate(t *testing.T) {
	b := newBench(t, echoes)
	c := newClient()
	b.post(Enter{Character: Character{ID: 5, Name: "Eve", Ship: wren(world.Vec3{X: -9e12})}, Client: c, Reason: "jump", From: "Beta", Gate: gateID})
	b.tick(2)
	st, _ := b.Space().Get(b.Player(5).Ship)
	gate := b.Static().Find(gateID)
	if d := st.Pos.Dist(gate.Pos) - gate.Radius; d < 4e3 || d > 13e3 {
		t.Errorf("came out %g m from the gate", d)
	}
	equal(t, "events", b.take(), []string{"entered 5 jump", "arrived 5 from Beta by 21"})
	if b.saved[5].System != 1 {
		t.Errorf("saved in system %d", b.saved[5].System)
	}
}

func TestLeaveSavesAndFrees(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	b.tick(3)
	b.take()
	b.post(Leave{Player: 1, Reason: "timeout"})
	b.tick(1)
	equal(t, "events", b.take(), []string{"disconnected 1 timeout", "left 1 timeout"})
	if b.Len() != 0 || len(b.Players()) != 0 || len(b.left) != 1 || ann.closed != "timeout" {
		t.Errorf("%d ships, %d players, left %v, closed %q", b.Len(), len(b.Players()), b.left, ann.closed)
	}
	if s := b.saved[1]; s.Ship == nil || s.Ship.Pos.Dist(somewhere) > 1 {
		t.Errorf("saved %+v", s)
	}
	b.post(Leave{Player: 1, Reason: "again"})
	b.tick(1)
	if len(b.forwarded) != 1 {
		t.Error("a leave of somebody who is elsewhere was not sent on")
	}
}

func TestReconnectStartsOver(t *testing.T) {
	b := newBench(t, echoes)
	b.fly(1, somewhere)
	again := newClient()
	b.post(Attach{Player: 1, Client: again})
	b.tick(1)
	equal(t, "the new connection's frames", again.take(), []string{"system", "snapshot of 1"})
	equal(t, "events", b.take(), []string{"entered 1 login", "disconnected 1 taken over"})
	if len(b.connected) != 2 {
		t.Errorf("scripts were told of the clients of %v, of hers at the login and when it came again they should be", b.connected)
	}
}

// TestEveryClientThatComesAlsoGoes: what is told of clients alternates, whatever
// becomes of them.
func TestEveryClientThatComesAlsoGoes(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	b.take()
	told := func(what string, want ...string) {
		t.Helper()
		b.tick(1)
		equal(t, what, b.take(), want)
	}
	b.post(Detach{Player: 1, Client: newClient()})
	told("after news of a client that was replaced long ago")
	b.post(Detach{Player: 1, Client: ann})
	told("after a broken line", "disconnected 1 lost")
	if b.Player(1).Online() {
		t.Error("still online")
	}
	b.post(Detach{Player: 1, Client: ann})
	told("once more")
	b.post(Attach{Player: 1, Client: ann})
	told("back")
	if len(b.connected) != 2 {
		t.Errorf("told of the clients of %v", b.connected)
	}
	if err := b.Restart(); err != nil {
		t.Fatal(err)
	}
	told("after a restart of the scripts", "disconnected 1 restart", "started", "entered 1 restore")
	b.Kick(b.Player(1), "Be nice.")
	told("after a kick", "disconnected 1 Be nice.", "left 1 Be nice.")

	ben := b.fly(2, somewhere)
	b.take()
	b.post(Detach{Player: 2, Client: ben})
	b.post(Leave{Player: 2, Reason: "timeout"})
	told("who does not come back", "disconnected 2 lost", "left 2 timeout")
	b.post(Detach{Player: 2, Client: ben})
	b.tick(1)
	if len(b.forwarded) != 1 {
		t.Error("a lost line of somebody who is elsewhere was not sent on")
	}

	b.fly(3, somewhere)
	b.take()
	b.end()
	equal(t, "at the end", b.take(), []string{"disconnected 3 shutdown", "stopping"})
}

func TestDockingIsTold(t *testing.T) {
	b := newBench(t, echoes)
	b.fly(1, somewhere)
	b.take()
	p := b.Player(1)
	for range 2 { // the second time nothing happens
		if err := b.Dock(p, stationID); err != nil {
			t.Fatal(err)
		}
	}
	b.tick(1)
	equal(t, "docked", b.take(), []string{fmt.Sprintf("docked 1 with true at %d", stationID)})
	at, err := b.Undock(p)
	if err != nil {
		t.Fatal(err)
	}
	ship, err := b.Spawn(Spawn{Ship: *wren(at), Owner: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetShip(p, ship); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	equal(t, "undocked", b.take(), []string{fmt.Sprintf("undocked 1 with true from %d", stationID)})
	b.Remove(ship)
	if err := b.Dock(p, stationID); err != nil { // as after a death
		t.Fatal(err)
	}
	b.tick(1)
	equal(t, "docked without a ship", b.take(), []string{fmt.Sprintf("docked 1 with false at %d", stationID)})
}

func TestDockAndUndock(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	ann.take()
	p := b.Player(1)
	if err := b.Dock(p, gateID); err == nil {
		t.Error("docked at a gate")
	}
	if _, err := b.Undock(p); err == nil {
		t.Error("undocked from nothing")
	}
	if err := b.Dock(p, stationID); err != nil {
		t.Fatal(err)
	}
	b.tick(2)
	if b.Len() != 0 || p.Ship != 0 || b.saved[1].Station != stationID {
		t.Errorf("docked: %d ships, ship %d, saved at %d", b.Len(), p.Ship, b.saved[1].Station)
	}
	equal(t, "Ann's frames", ann.take(), []string{"system"})
	if err := b.Jump(p, gateID); err == nil {
		t.Error("jumped from inside a station")
	}
	if at, err := b.Undock(p); err != nil || at.Dist(b.Static().Find(stationID).Pos) > 20e3 {
		t.Errorf("undocked at %v: %v", at, err)
	}
}

func TestShipHasOnePilot(t *testing.T) {
	b := newBench(t, echoes)
	b.fly(1, somewhere)
	b.fly(2, somewhere)
	ship := b.Player(1).Ship
	if err := b.SetShip(b.Player(2), ship); err == nil {
		t.Error("two pilots in one ship")
	}
	b.Remove(ship)
	if b.Player(1).Ship != 0 {
		t.Error("the pilot of a ship that is gone still has it")
	}
	if err := b.SetShip(b.Player(2), ship); err == nil {
		t.Error("boarded a ship that is gone")
	}
}

func TestEventsWaitUntilTheClientKnowsWhereItIs(t *testing.T) {
	b := newBench(t, echoes, func(c *Config) { c.Events = nil })
	c := newClient()
	b.post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: c, Reason: "login"})
	b.post(Do(func(s *System) { s.Broadcast(event("greeting")) }))
	b.tick(3)
	equal(t, "frames", c.take(), []string{"system", "snapshot of 1", "greeting"})
}
