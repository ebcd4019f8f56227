package system

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// places returns what a client has heard of the queue since the last call, as
// place/of.
func (c *client) places() []string {
	var out []string
	for _, m := range c.frames {
		if m.Event == "queue" {
			out = append(out, fmt.Sprintf("%v/%v", m.Fields["place"], m.Fields["of"]))
		}
	}
	c.frames = nil
	return out
}

// come posts the login of a player, who was here before or was not.
func (b *bench) come(id world.CharacterID, back bool) *client {
	c := newClient()
	b.post(Enter{Character: Character{ID: id, Name: fmt.Sprint("P", id), System: 1, Ship: wren(somewhere)}, Client: c, Reason: "login", Back: back})
	return c
}

// here lists the players in the system.
func (b *bench) here() string {
	var ids []world.CharacterID
	for _, p := range b.Players() {
		ids = append(ids, p.ID)
	}
	return fmt.Sprint(ids)
}

// full is a system that lets in n players.
func full(t *testing.T, n int) *bench {
	b := newBench(t, echoes)
	if err := b.SetCap(n); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLoginWaitsBeforeAFullSystem(t *testing.T) {
	b := full(t, 2)
	b.come(1, true)
	b.come(2, true)
	three, four, five := b.come(3, false), b.come(4, false), b.come(5, false)
	b.tick(1)
	if b.here() != "[1 2]" {
		t.Fatalf("a system for two has %s in it", b.here())
	}
	equal(t, "the third", three.places(), []string{"1/1", "1/3"})
	equal(t, "the fifth", five.places(), []string{"3/3"})
	b.post(Command{Player: 4, Client: four, ID: 9, Name: "echo"})
	b.tick(1)
	var refusal *wire.Error
	if !errors.As(four.replies[9], &refusal) || refusal.Code != "queued" || !strings.Contains(refusal.Message, "Alpha") {
		t.Errorf("who waits and gives a command hears %v", four.replies[9])
	}
	b.post(Leave{Player: 2, Reason: "logout"})
	b.tick(2)
	if b.here() != "[1 3]" {
		t.Fatalf("after one has left: %s", b.here())
	}
	if got := three.take(); len(got) < 2 || got[0] != "system" || got[1] != "snapshot of 2" {
		t.Errorf("who is let in is told %q", got)
	}
	b.post(Leave{Player: 4, Reason: "timeout"}) // has given up
	b.tick(21)
	equal(t, "the fifth, then", five.places(), []string{"1/1"})
	if fmt.Sprint(b.left) != "[2 4]" {
		t.Errorf("out of the game: %v", b.left)
	}
	if err := b.SetCap(0); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	if b.here() != "[1 3 5]" || len(b.door.line) != 0 {
		t.Errorf("without a limit: %s, %d wait", b.here(), len(b.door.line))
	}
}

func TestWhoDroppedOutComesFirst(t *testing.T) {
	b := full(t, 1)
	ann := b.come(1, true)
	b.come(2, false)
	b.come(3, true)
	b.come(4, false)
	b.come(5, true)
	b.tick(1)
	again := newClient()
	b.post(Attach{Player: 1, Client: again}) // within the time to resume the seat is hers
	b.tick(1)
	if got := again.take(); len(got) != 2 || got[0] != "system" {
		t.Errorf("who resumes in a full system is told %q", got)
	}
	_ = ann
	back := newClient()
	b.post(Attach{Player: 2, Client: back}) // so is the place of who waits
	b.tick(1)
	if got := back.places(); len(got) == 0 || got[0] != "3/4" {
		t.Errorf("who resumes in the queue is told %q", got)
	}
	for _, want := range []world.CharacterID{3, 5, 2, 4} {
		b.post(Leave{Player: b.Players()[0].ID, Reason: "logout"})
		b.tick(2)
		if b.here() != fmt.Sprint([]world.CharacterID{want}) {
			t.Errorf("%s is in, not %d", b.here(), want)
		}
	}
}

func TestJumpTowardsAFullSystem(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	b.crowd = Crowd{Name: "Beta", Address: "@Beta", Cap: 300, Waiting: 6, Full: true}
	err := b.Jump(b.Player(1), gateID)
	if err == nil || !strings.Contains(err.Error(), "Beta is full (300 players): you are number 7 of 7 in the queue") {
		t.Fatalf("the jump: %v", err)
	}
	if knock := (Knock{Player: 1, From: "@Alpha"}); len(b.sent["@Beta"]) != 1 || b.sent["@Beta"][0] != knock {
		t.Fatalf("Beta hears %v", b.sent["@Beta"])
	}
	ann.take()
	b.post(Ticket{Player: 1, System: 2, Name: "Beta", Place: 4, Of: 9})
	b.tick(1)
	equal(t, "place", ann.places(), []string{"4/9"})
	if err := b.Jump(b.Player(1), gateID); err == nil || !strings.Contains(err.Error(), "number 4 of 9") || len(b.sent["@Beta"]) != 1 {
		t.Errorf("a second try: %v, Beta hears %v", err, b.sent["@Beta"])
	}
	b.post(Ticket{Player: 1, System: 2, Name: "Beta", Lost: true})
	b.tick(1)
	equal(t, "a seat nobody took", ann.places(), []string{"<nil>/<nil>"})
	_ = b.Jump(b.Player(1), gateID)
	b.post(Ticket{Player: 1, System: 2, Name: "Beta", Granted: true})
	b.tick(1)
	equal(t, "a kept seat", ann.places(), []string{"0/7"})
	if err := b.Jump(b.Player(1), gateID); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	if len(b.jumps) != 1 || len(b.sent["@Beta"]) != 2 {
		t.Errorf("%d jumps; Beta heard %v", len(b.jumps), b.sent["@Beta"])
	}
	b.post(Ticket{Player: 1, System: 2, Name: "Beta", Place: 1, Of: 1}) // for somebody who is not here any more
	b.tick(1)
	if w := (Withdraw{Player: 1, From: "@Alpha"}); b.sent["@Beta"][2] != w {
		t.Errorf("Beta hears %v", b.sent["@Beta"][2:])
	}
}

func TestLeavingGivesUpThePlaceElsewhere(t *testing.T) {
	b := newBench(t, echoes)
	b.fly(1, somewhere)
	b.crowd = Crowd{Name: "Beta", Address: "@Beta", Cap: 1, Full: true}
	_ = b.Jump(b.Player(1), gateID)
	b.post(Leave{Player: 1, Reason: "logout"})
	b.tick(1)
	if w := (Withdraw{Player: 1, From: "@Alpha"}); len(b.sent["@Beta"]) != 2 || b.sent["@Beta"][1] != w {
		t.Errorf("Beta hears %v", b.sent["@Beta"])
	}
}

func TestSeatsAreKeptForWhoMustJump(t *testing.T) {
	b := full(t, 1)
	b.come(1, true)
	b.tick(1)
	b.post(Knock{Player: 2, From: "@Beta"})
	b.post(Knock{Player: 3, From: "@Gamma"})
	b.post(Knock{Player: 2, From: "@Beta"}) // twice is once
	b.tick(1)
	if got := fmt.Sprintf("%+v", b.sent["@Gamma"]); got != "[{Player:3 System:1 Name:Alpha Place:2 Of:2 Granted:false Lost:false}]" {
		t.Errorf("Gamma hears %s", got)
	}
	b.post(Leave{Player: 1, Reason: "logout"})
	b.tick(1)
	last := func(at world.Address) Ticket { return b.sent[at][len(b.sent[at])-1].(Ticket) }
	if !last("@Beta").Granted || last("@Gamma").Granted {
		t.Fatalf("Beta hears %v, Gamma %v", last("@Beta"), last("@Gamma"))
	}
	login := b.come(4, false)
	b.tick(1)
	equal(t, "somebody else meanwhile", login.places(), []string{"2/2"})
	b.tick(int(SeatKept / (100 * time.Millisecond)))
	if !last("@Beta").Lost || !last("@Gamma").Granted {
		t.Errorf("a minute later Beta hears %v, Gamma %v", last("@Beta"), last("@Gamma"))
	}
	b.post(Enter{Character: Character{ID: 3, Name: "P3", System: 1, Ship: wren(somewhere)}, Client: newClient(), Reason: "jump", From: "Gamma", Gate: gateID})
	b.tick(1)
	if b.here() != "[3]" {
		t.Errorf("%s is in", b.here())
	}
	b.post(Withdraw{Player: 4, From: "@Beta"}) // not from where that player is: nothing
	b.tick(1)
	if len(b.door.line) != 1 {
		t.Errorf("%d wait", len(b.door.line))
	}
}

func TestWhoComesOutOfAGateTooLateWaits(t *testing.T) {
	b := full(t, 1)
	b.come(1, true)
	b.tick(1)
	b.come(2, false)
	c := newClient()
	b.post(Enter{Character: Character{ID: 3, Name: "P3", System: 1, Ship: wren(world.Vec3{})}, Client: c, Reason: "jump", From: "Beta", Gate: gateID})
	b.tick(1)
	equal(t, "place", c.places(), []string{"1/2"})
	if saved := b.saved[3]; saved.System != 1 || saved.Ship == nil || saved.Ship.Pos.Sub(b.Static().Find(gateID).Pos).Len() > 20e3 {
		t.Errorf("saved as %+v", saved)
	}
	b.publish()
	if st, crowd := b.Stats(), b.Crowd(); st.Cap != 1 || st.Waiting != 2 || !crowd.Full || crowd.Name != "Alpha" {
		t.Errorf("shown as %+v, %+v", st, crowd)
	}
	if b.idle() {
		t.Error("falls asleep while somebody waits")
	}
}

func TestArrivalsOnTheWayCount(t *testing.T) {
	b := full(t, 2)
	b.publish()
	for id := range world.CharacterID(2) {
		if b.Crowd().Full {
			t.Fatalf("full with %d", id)
		}
		b.come(id+1, true)
	}
	if !b.Crowd().Full {
		t.Error("two are on the way to a system for two, and it is not full")
	}
	b.tick(1)
	b.publish()
	if c := b.Crowd(); !c.Full || b.stats.coming.Load() != 0 {
		t.Errorf("with both in: %+v, %d on the way", c, b.stats.coming.Load())
	}
	if b.SetCap(-1) == nil {
		t.Error("a negative limit is one")
	}
}
