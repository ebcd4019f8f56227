package system

import (
	"fmt"
	"testing"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/world"
)

const asking = `
	function command.price(p) return core.ask() end
	function command.echo(p, args) return args.n end`

// moored brings in a player who is docked.
func (b *bench) moored(id world.CharacterID) *sender {
	b.t.Helper()
	c := newClient()
	b.post(Enter{Character: Character{ID: id, Name: fmt.Sprint("P", id), System: 1, Station: stationID}, Client: c, Reason: ReasonLogin})
	b.tick(2)
	return &sender{client: c, b: b, id: id}
}

// answered says how many of a player's commands have been.
func (s *sender) answered() int { return len(s.replies) }

// TestWhoIsDockedIsAnsweredBetweenTwoTicks, with the answer of a service, and ships wait for
// the tick.
func TestWhoIsDockedIsAnsweredBetweenTwoTicks(t *testing.T) {
	b := newRecorded(t, asking)
	trader, pilot := b.moored(1), b.sender(2)
	b.turn(0)
	tick := b.Tick()
	pilot.say("echo", 1)
	trader.say("echo", 1)
	if !b.attend() || trader.answered() != 1 || pilot.answered() != 0 {
		t.Fatalf("the trader has %d answers, the pilot %d", trader.answered(), pilot.answered())
	}
	trader.say("price", 1)
	if b.attend(); len(b.calls.pending) != 0 {
		t.Error("the second order in a row does not wait for the tick")
	}
	b.turn(0)
	tick++
	b.post(Answer{ID: 1, Values: []world.Value{5.0}})
	if !b.attend() || trader.results[2] != 5.0 || b.Tick() != tick {
		t.Errorf("the market's answer is %v, %d ticks later", trader.results[2], b.Tick()-tick)
	}
	if b.attend() {
		t.Error("nothing has come, and something was done")
	}
	b.turn(0)
	if pilot.answered() != 1 {
		t.Error("the pilot's order was not run by the tick")
	}
	b.again()
}

// TestInterludesTakeNothingFromTicks: of a player one command is run, there are only so many,
// and none where there is much to do or everybody flies.
func TestInterludesTakeNothingFromTicks(t *testing.T) {
	b := newRecorded(t, asking)
	trader, other := b.moored(1), b.moored(2)
	b.turn(0)
	trader.say("echo", 5)
	b.attend()
	if trader.answered() != 1 {
		t.Errorf("%d of a player's commands were run in a row", trader.answered())
	}
	b.turn(0)
	had := 0
	for b.post(Answer{}); b.attend(); b.post(Answer{}) {
		had++
	}
	if had != interludesMost {
		t.Errorf("%d interludes, at most %d may be", had, interludesMost)
	}
	b.turn(0)
	other.say("echo", 1)
	b.pace.load = interludesLoad
	if b.attend() {
		t.Error("a busy system has interludes")
	}
	b.turn(0)
	b.post(Leave{Player: 1, Reason: "quit"})
	b.post(Leave{Player: 2, Reason: "quit"})
	b.sender(3)
	for range seekDocked {
		b.turn(0)
	}
	if b.post(Answer{}); b.attend() {
		t.Error("a system has interludes in which everybody flies")
	}
}

// stillClock is one whose tickers do not tick.
type stillClock struct{ clock.Machine }

func (c stillClock) NewTicker(time.Duration) clock.Ticker { return c.Machine.NewTicker(time.Hour) }

// told is a connection that passes on the answers.
type told struct {
	*client
	answers chan world.Value
}

func (c told) Reply(_ uint64, v world.Value, _ error) { c.answers <- v }

// TestASystemIsWokenForWhoIsDocked, by a message, before its next tick.
func TestASystemIsWokenForWhoIsDocked(t *testing.T) {
	b := newBench(t, asking, func(c *Config) { c.Clock = stillClock{} })
	b.moored(1)
	c := told{newClient(), make(chan world.Value)}
	b.post(Attach{Player: 1, Client: c})
	b.tick(1)
	b.taken = true // it goes on with a tick
	go b.Run()
	b.post(Command{Player: 1, Client: c, ID: 1, Name: "echo", Args: map[string]world.Value{"n": 3.0}})
	if got := <-c.answers; got != 3.0 {
		t.Errorf("the answer is %v", got)
	}
	b.System.Stop("test")
	<-b.ended
}
