package cluster

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/world"
)

const (
	jita = world.Address("@Jita")
	me   = world.NodeID("me/1")
	you  = world.NodeID("you/1")
)

// bench is a node on a test's bench: time stands until the test says otherwise.
type bench struct {
	t    *testing.T
	node *Node
	now  time.Duration
	cfg  Config
	seen []Action // of the last event
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, node: New(me, Config{}), now: time.Hour, cfg: Config{}.Filled()}
	b.hear(Wake{})
	return b
}

// hear gives the node an event and keeps what it does for it, without renewals and looks.
func (b *bench) hear(e Event) []Action {
	b.seen = nil
	for _, a := range b.node.Handle(b.now, e) {
		switch a.(type) {
		case Renew, Look:
		default:
			b.seen = append(b.seen, a)
		}
	}
	return b.seen
}

// pass lets time pass.
func (b *bench) pass(d time.Duration) []Action {
	b.now += d
	return b.hear(Wake{})
}

// does fails the test unless the node does exactly this for the last event, by the names of
// the actions and of the messages it sends.
func (b *bench) does(want string) {
	b.t.Helper()
	var names []string
	for _, a := range b.seen {
		name := fmt.Sprintf("%T", a)
		if s, ok := a.(Send); ok {
			name = fmt.Sprintf("%T", s.Message)
		}
		names = append(names, strings.TrimPrefix(name, "cluster."))
	}
	if got := strings.Join(names, " "); got != want {
		b.t.Fatalf("it does %q, want %q: %+v", got, want, b.seen)
	}
}

// last is the last action of a kind for the last event.
func last[T Action](b *bench) T {
	b.t.Helper()
	for _, a := range slices.Backward(b.seen) {
		if a, ok := a.(T); ok {
			return a
		}
	}
	var none T
	b.t.Fatalf("there is no %T in %+v", none, b.seen)
	return none
}

// owns has the node play a subject in an epoch.
func (b *bench) owns(epoch world.Epoch) {
	b.t.Helper()
	b.hear(Want{jita})
	if epoch > 1 {
		b.hear(Denied{last[Acquire](b).Ask, Row{Subject: jita, Epoch: epoch - 1}})
	}
	b.hear(Granted{last[Acquire](b).Ask, epoch})
	b.does("Run")
}

// renewal makes the node renew, and returns the number of that.
func (b *bench) renewal() uint64 {
	b.t.Helper()
	b.now = max(b.now, b.node.renewAt)
	for _, a := range b.node.Handle(b.now, Wake{}) {
		if r, ok := a.(Renew); ok {
			return r.Ask
		}
	}
	b.t.Fatal("it does not renew")
	return 0
}

func TestALeaseCountsFromBeforeItWasAskedFor(t *testing.T) {
	b := newBench(t)
	asked := b.now
	b.hear(Want{jita})
	b.does("Acquire")
	b.now += 300 * time.Millisecond // on its way
	b.hear(Granted{last[Acquire](b).Ask, 1})
	b.does("Run")
	end := asked + b.cfg.Lease - b.cfg.Margin
	if _, may := b.node.May(end-1, jita); !may {
		t.Error("it does not play to the end of its lease")
	}
	if _, may := b.node.May(end, jita); may {
		t.Error("it plays for longer")
	}
	sent := max(b.now, b.node.renewAt)
	ask := b.renewal()
	b.now += 200 * time.Millisecond
	b.hear(Renewed{Ask: ask})
	if until, _ := b.node.Until(world.Fence{Subject: jita, Epoch: 1}); until != sent+b.cfg.Lease-b.cfg.Margin {
		t.Errorf("renewed at %s it plays until %s", sent, until)
	}
	b.hear(Renewed{Ask: ask}) // twice: no matter
}

func TestALeaseThatIsOver(t *testing.T) {
	b := newBench(t)
	b.owns(1)
	b.pass(b.cfg.Lease)
	b.does("Stop Acquire")
	if a := last[Acquire](b); a.After != 1 || a.From != "" {
		t.Errorf("it asks for %+v", a)
	}
	b.hear(Granted{last[Acquire](b).Ask, 2})
	b.does("Run")
	if r := last[Run](b); r.From != Kept || r.Fence.Epoch != 2 {
		t.Errorf("nobody has had it, and it begins with %+v", r)
	}
	b.pass(b.cfg.Lease)
	b.hear(Denied{last[Acquire](b).Ask, Row{jita, you, 3, true}})
	b.does("Drop")
	if !b.node.Idle() {
		t.Error("it is not forgotten")
	}
}

// Whatever a node hears when it goes on after a pause, leases that are over end first.
func TestFirstOfAllLeasesEnd(t *testing.T) {
	b := newBench(t)
	b.owns(1)
	b.hear(MoveTo{jita, you})
	offer := last[Send](b).Message.(Offer)
	b.now += b.cfg.Lease
	b.hear(Got{you, Ready{offer.Move}})
	b.does("Stop Withdrawn Acquire")
}

func TestAnswersThatAreLost(t *testing.T) {
	b := newBench(t)
	b.hear(Want{jita})
	first := last[Acquire](b)
	sent := b.now
	b.pass(b.cfg.Retry)
	b.does("Acquire")
	second := last[Acquire](b)
	if second.After != first.After || second.Ask == first.Ask {
		t.Errorf("it asks for %+v, and then for %+v", first, second)
	}
	b.hear(Denied{second.Ask, Row{jita, me, 1, true}}) // the first was done
	b.does("Run")
	if until, _ := b.node.Until(world.Fence{Subject: jita, Epoch: 1}); until != sent+b.cfg.Lease-b.cfg.Margin {
		t.Errorf("it plays until %s, and it was asked for at %s", until, sent)
	}
	b.hear(Granted{first.Ask, 1})
	b.does("")

	b.pass(b.cfg.Lease)
	for range 3 * mostAsks { // the database is away
		b.hear(Failed{last[Acquire](b).Ask})
		b.does("")
		b.pass(b.cfg.Retry)
		b.does("Acquire")
	}
	b.hear(Denied{last[Acquire](b).Ask, Row{jita, me, 2, true}})
	b.does("Acquire") // granted at a time that nobody knows: it is asked for anew
	b.hear(Granted{last[Acquire](b).Ask, 3})
	b.does("Run")
}

// An answer of ours that is two epochs on was not the next: somebody else may have been
// between.
func TestOurOwnRowMayNotBeOurs(t *testing.T) {
	b := newBench(t)
	b.owns(1)
	b.pass(b.cfg.Lease)
	b.hear(Denied{last[Acquire](b).Ask, Row{jita, me, 3, true}})
	b.does("Drop")
}

func TestARefusedWrite(t *testing.T) {
	b := newBench(t)
	b.owns(4)
	b.hear(Refused{world.Fence{Subject: jita, Epoch: 3}}) // of before
	b.does("")
	b.hear(Refused{world.Fence{Subject: jita, Epoch: 4}})
	b.does("Stop Acquire")
}

// The node on which an orphan is best begun asks for it first, and the others leave it that time.
func TestAnOrphanBeginsWhereItIsToBe(t *testing.T) {
	orphan := Row{jita, you, 7, false}
	for place, waits := range map[Place][2]time.Duration{Mine: {0, 0}, Elsewhere: {1, 2}} {
		b := newBench(t)
		b.hear(Looked{Orphans: []Row{orphan}, Places: map[world.Address]Place{jita: place}})
		b.pass(b.cfg.Grace + waits[0]*b.cfg.Spread/2 - 1)
		b.does("")
		b.pass(waits[1]*b.cfg.Spread/2 - waits[0]*b.cfg.Spread/2 + 1)
		b.does("Acquire")
	}
}

func TestOrphans(t *testing.T) {
	b := newBench(t)
	orphan := Row{jita, you, 7, false}
	b.hear(Looked{Orphans: []Row{orphan}})
	b.does("")
	b.pass(b.cfg.Grace - 1)
	b.does("")
	b.hear(Looked{Orphans: []Row{orphan}}) // again: its time is the same
	b.pass(b.cfg.Spread + 1)
	b.does("Acquire")
	if a := last[Acquire](b); a.After != 7 {
		t.Errorf("it asks for %+v", a)
	}
	b.hear(Denied{last[Acquire](b).Ask, Row{jita, "they/1", 8, true}})
	b.does("")
	if !b.node.Idle() {
		t.Error("it is not forgotten")
	}
}

// movingAway is a node that has offered what it plays in epoch 1, and whose image is asked for.
func movingAway(t *testing.T) (*bench, MoveID) {
	b := newBench(t)
	b.owns(1)
	b.hear(MoveTo{jita, you})
	b.does("Offer")
	id := last[Send](b).Message.(Offer).Move
	b.hear(Got{you, Ready{id}})
	b.does("Freeze")
	if _, may := b.node.May(b.now, jita); may {
		t.Error("it plays while it is frozen")
	}
	return b, id
}

func TestAMoveAway(t *testing.T) {
	b, id := movingAway(t)
	b.hear(Frozen{jita, Image{Hash: 5}})
	b.does("Handed")
	if h := last[Send](b).Message.(Handed); h.Fence.Epoch != 1 || h.Image.Hash != 5 || h.Move != id {
		t.Errorf("it sends %+v", h)
	}
	b.hear(Got{you, Taken{id}})
	b.does("Acquire") // a word on the bus is not enough
	b.hear(Denied{last[Acquire](b).Ask, Row{jita, you, 2, true}})
	b.does("Drop Moved")
	if m := last[Moved](b); m.Why != "" || m.To != you {
		t.Errorf("it tells %+v", m)
	}
}

// A move that fails leaves it where it was: simply, as long as nobody has an image, and
// after that by an epoch that no image follows.
func TestAMoveThatFails(t *testing.T) {
	frozen := func(b *bench) { b.hear(Frozen{jita, Image{}}) }
	for what, c := range map[string]struct {
		before func(*bench)
		event  func(MoveID) Event
		wait   bool
		does   string
	}{
		"it cannot be frozen":     {event: func(MoveID) Event { return Unfrozen{jita, "it is big"} }, does: "Run Withdrawn Moved"},
		"it is not frozen":        {wait: true, does: "Run Withdrawn Moved"},
		"the other declines":      {event: func(id MoveID) Event { return Got{you, No{id, "it is full"}} }, does: "Run Withdrawn Moved"},
		"it declines the image":   {before: frozen, event: func(id MoveID) Event { return Got{you, No{id, "it is full"}} }, does: "Acquire"},
		"nobody answers":          {before: frozen, wait: true, does: "Acquire"},
		"it was not done at all":  {before: frozen, event: func(id MoveID) Event { return Got{you, Taken{id}} }, does: "Acquire"},
		"somebody else says no":   {before: frozen, event: func(id MoveID) Event { return Got{"they/1", No{id, "x"}} }, does: ""},
		"somebody else has taken": {before: frozen, event: func(id MoveID) Event { return Got{"they/1", Taken{id}} }, does: ""},
	} {
		t.Run(what, func(t *testing.T) {
			b, id := movingAway(t)
			if c.before != nil {
				c.before(b)
			}
			if c.wait {
				b.pass(b.cfg.Patience)
			} else {
				b.hear(c.event(id))
			}
			b.does(c.does)
			if c.does == "Acquire" {
				b.hear(Granted{last[Acquire](b).Ask, 2})
				b.does("Run Withdrawn Moved")
			}
			if c.does != "" && (last[Run](b).From != Kept || last[Moved](b).Why == "") {
				t.Errorf("it goes on by %+v", b.seen)
			}
		})
	}
	b := newBench(t)
	b.hear(MoveTo{jita, you})
	b.does("Moved") // it does not run here
	b.owns(1)
	b.hear(MoveTo{jita, me})
	b.does("Moved")
	b.hear(MoveTo{jita, you})
	b.hear(MoveTo{jita, you})
	b.does("Moved")
	b.pass(b.cfg.Patience)
	b.does("Withdrawn Moved") // nobody has answered the offer, and it has played on
}

// arrive is a node that has got an image of epoch 6.
func arrive(t *testing.T) (*bench, MoveID) {
	b := newBench(t)
	id := MoveID{you, 9}
	b.hear(Got{you, Offer{id, jita}})
	b.does("Ready")
	b.hear(Got{you, Handed{id, world.Fence{Subject: jita, Epoch: 6}, Image{Hash: 5}}})
	b.does("Prepare")
	return b, id
}

func TestAMoveHere(t *testing.T) {
	b, id := arrive(t)
	b.hear(Got{you, Handed{id, world.Fence{Subject: jita, Epoch: 6}, Image{Hash: 5}}}) // twice
	b.does("")
	b.hear(Prepared{id, 5})
	b.does("Acquire")
	take := last[Acquire](b)
	if take.After != 6 || take.From != you {
		t.Errorf("it asks for %+v", take)
	}
	b.hear(Got{you, Withdrawn{id}}) // it is the table that says so
	b.does("")
	b.hear(Granted{take.Ask, 7})
	b.does("Run Taken")
	if r := last[Run](b); r.From != Arrived || r.Move != id || r.Fence.Epoch != 7 {
		t.Errorf("it begins with %+v", r)
	}
	b.hear(Got{you, Handed{id, world.Fence{Subject: jita, Epoch: 6}, Image{Hash: 5}}})
	b.does("Taken") // our word was lost
	b.hear(Got{you, Offer{MoveID{you, 10}, jita}})
	b.does("No")
}

func TestWhatDoesNotArrive(t *testing.T) {
	for what, c := range map[string]struct {
		event func(MoveID) Event
		wait  bool
		does  string
	}{
		"it is not the same":      {event: func(id MoveID) Event { return Prepared{id, 6} }, does: "Discard No"},
		"it cannot be made":       {event: func(id MoveID) Event { return Unprepared{id, "another format"} }, does: "Discard No"},
		"it is not made":          {wait: true, does: "Discard No"},
		"the other goes on":       {event: func(id MoveID) Event { return Got{you, Withdrawn{id}} }, does: "Discard"},
		"it is not for us to say": {event: func(id MoveID) Event { return Got{"they/1", Withdrawn{id}} }, does: ""},
	} {
		t.Run(what, func(t *testing.T) {
			b, id := arrive(t)
			if c.wait {
				b.pass(b.cfg.Patience)
			} else {
				b.hear(c.event(id))
			}
			if b.does(c.does); c.does != "" && !b.node.Idle() {
				t.Error("it is not forgotten")
			}
		})
	}
	b, id := arrive(t)
	b.hear(Prepared{id, 5})
	b.hear(Denied{last[Acquire](b).Ask, Row{jita, you, 7, true}}) // its owner went on
	b.does("Discard No")
	b.hear(Got{you, Handed{id, world.Fence{Subject: jita, Epoch: 6}, Image{}}}) // from before
	b.does("No")
	b.hear(Got{you, Offer{id, jita}})
	b.pass(4 * b.cfg.Patience)
	if b.does(""); !b.node.Idle() {
		t.Error("an offer that nothing follows is not forgotten")
	}
}

func TestLettingGo(t *testing.T) {
	b := newBench(t)
	b.hear(LetGo{jita})
	b.does("")
	b.owns(1)
	b.hear(MoveTo{jita, you})
	b.hear(LetGo{jita})
	b.does("Stop Withdrawn Moved Release")
	b.pass(b.cfg.Retry)
	b.does("Release")
	b.hear(Want{jita}) // while it is let go of
	b.does("")
	b.hear(Released{b.node.subjects[jita].asks[0].number})
	b.does("Drop Acquire")
	asked := last[Acquire](b).Ask
	b.hear(LetGo{jita}) // while it is asked for
	b.does("")
	b.hear(Granted{asked, 2})
	b.does("Release")

	b, id := arrive(t)
	b.hear(Prepared{id, 5})
	take := last[Acquire](b)
	b.hear(LetGo{jita})
	b.hear(Granted{take.Ask, 7})
	b.does("Discard No Release")

	b, _ = movingAway(t)
	b.hear(Frozen{jita, Image{}})
	b.hear(LetGo{jita})
	b.pass(b.cfg.Patience)
	b.hear(Granted{last[Acquire](b).Ask, 2})
	b.does("Drop Moved Release")
}

// The time a dead owner's systems are without one is less than 5 s, with the defaults.
func TestTheDefaultsAreFastEnough(t *testing.T) {
	c := Config{}.Filled()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	if d := c.Lease + c.Look + c.Grace + c.Spread; d > 4500*time.Millisecond {
		t.Errorf("it may take %s", d)
	}
}
