package system

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

const ordered = `
	order = {}
	function command.note(p, args) order[#order + 1] = p .. ":" .. args.n return args.n end
	function command.jump(p) return core.jump(p) end
	function command.list() local all = table.concat(order, " ") order = {} return all end`

// sender gives a player's commands, numbered.
type sender struct {
	*client
	b  *bench
	id world.CharacterID
	n  uint64
}

func (b *bench) sender(id world.CharacterID) *sender {
	return &sender{client: b.fly(id, somewhere), b: b, id: id}
}

func (s *sender) say(name string, times int) {
	for range times {
		s.n++
		s.b.post(Command{Player: s.id, Client: s.client, ID: s.n, Name: name, Args: map[string]world.Value{"n": float64(s.n)}})
	}
}

// busy counts the refusals.
func (s *sender) busy(t *testing.T) int {
	t.Helper()
	n := 0
	for _, err := range s.replies {
		var refusal *wire.Error
		if errors.As(err, &refusal) && refusal.Code == wire.CodeBusy {
			n++
			if !strings.Contains(refusal.Message, "Alpha") || !strings.HasSuffix(refusal.Message, ".") {
				t.Errorf("the refusal says %q", refusal.Message)
			}
		}
	}
	return n
}

// noted returns the commands that ran since the last call, in their order.
func (b *bench) noted() string {
	c := newClient()
	b.post(Command{Player: 1, Client: c, ID: 1, Name: "list"})
	b.tick(1)
	return fmt.Sprint(c.results[1])
}

func limited(l Limits) func(*Config) {
	return func(c *Config) { c.Limits, c.Script.Strict = l, false }
}

func TestCommandsTakeTurns(t *testing.T) {
	b := newBench(t, ordered, limited(Limits{PerTick: 5, PerPlayer: 3}))
	one, two, three := b.sender(1), b.sender(2), b.sender(3)
	one.say("note", 4)
	two.say("note", 1)
	three.say("note", 3)
	b.tick(1)
	if len(one.replies)+len(two.replies)+len(three.replies) != 5 {
		t.Errorf("a tick ran %d, %d and %d commands", len(one.replies), len(two.replies), len(three.replies))
	}
	b.tick(1)
	if got, want := b.noted(), "1:1 2:1 3:1 1:2 3:2 1:3 3:3 1:4"; got != want {
		t.Errorf("the order was %s, not %s", got, want)
	}
	one.say("note", 5)
	b.tick(1)
	if got := len(one.replies); got != 4+3 {
		t.Errorf("%d commands of one player in a tick", got-4)
	}
	b.tick(1)
	if got := len(one.replies); got != 9 {
		t.Errorf("%d of 9 answered", got)
	}
}

// TestSlowCommandsLeaveGaps gives a tick commands that each take a fifth of the steps
// that it may take: it runs five of them, and the others in the ticks after it.
func TestSlowCommandsLeaveGaps(t *testing.T) {
	b := newBench(t, `function command.slow(p) for i = 1, 2000 do end return p end`, limited(Limits{Steps: 10_000, PerPlayer: 30}))
	one, two := b.sender(1), b.sender(2)
	one.say("slow", 8)
	two.say("slow", 4)
	b.tick(1)
	if len(one.replies) != 3 || len(two.replies) != 2 {
		t.Errorf("a tick ran %d and %d slow commands", len(one.replies), len(two.replies))
	}
	b.tick(2)
	if len(one.replies) != 8 || len(two.replies) != 4 {
		t.Errorf("three ticks ran %d and %d slow commands", len(one.replies), len(two.replies))
	}
}

func TestTooManyCommandsAreRefused(t *testing.T) {
	b := newBench(t, ordered, limited(Limits{PerTick: 2, PerPlayer: 2, Waiting: 10, WaitingPlayer: 8}))
	hog, meek := b.sender(1), b.sender(2)
	late := b.sender(3)
	hog.say("note", 30)
	b.tick(1)
	if n := hog.busy(t); n != 22 {
		t.Errorf("%d of 30 commands were refused", n)
	}
	meek.say("note", 4)
	late.say("note", 1)
	b.tick(1)
	if n := meek.busy(t); n != 0 {
		t.Errorf("%d of 4 commands of somebody else were refused", n)
	}
	if len(late.replies) != 0 && late.busy(t) != 0 {
		t.Error("a player's only command was refused")
	}
	meek.say("note", 8)
	b.tick(1)
	if n := meek.busy(t); n == 0 || b.commands.waiting > 10+3 {
		t.Errorf("with everything full, %d commands were refused and %d wait", n, b.commands.waiting)
	}
	b.tick(10)
	for i, s := range []*sender{hog, meek, late} {
		if len(s.replies) != int(s.n) {
			t.Errorf("player %d: %d of %d answered", i+1, len(s.replies), s.n)
		}
	}
	if b.commands.waiting != 0 || len(b.commands.line) != 0 {
		t.Errorf("%d wait, %d in line", b.commands.waiting, len(b.commands.line))
	}
	b.publish()
	if st := b.Stats(); st.Shed != uint64(hog.busy(t)+meek.busy(t)) {
		t.Errorf("shed %d", st.Shed)
	}
}

func TestWaitingCommandsFollowTheirPlayer(t *testing.T) {
	b := newBench(t, ordered, limited(Limits{PerPlayer: 1}))
	one := b.sender(1)
	one.say("jump", 1)
	one.say("note", 2)
	b.tick(1)
	if len(b.jumps) != 1 || len(b.forwarded) != 2 || b.commands.waiting != 0 {
		t.Errorf("%d jumps, %d commands sent after them, %d wait", len(b.jumps), len(b.forwarded), b.commands.waiting)
	}
	b.tick(1)
	if len(b.commands.line) != 0 {
		t.Error("somebody who has left is in line")
	}
}

func TestWaitingCommandsSurviveARestart(t *testing.T) {
	b := newBench(t, ordered, limited(Limits{PerPlayer: 1}))
	one := b.sender(1)
	one.say("note", 3)
	b.tick(1)
	if err := b.Restart(); err != nil {
		t.Fatal(err)
	}
	b.tick(3)
	if len(one.replies) != 3 {
		t.Errorf("%d of 3 answered", len(one.replies))
	}
}

// TestTurnsAllocateNothing: a tick's commands use the room of the last one's.
func TestTurnsAllocateNothing(t *testing.T) {
	in := inputs{}
	allocs := testing.AllocsPerRun(100, func() {
		for i := range 40 {
			in.push(Command{ID: uint64(i)})
			if i%2 == 1 {
				in.pop()
			}
		}
		for in.len() > 0 {
			in.pop()
		}
	})
	if allocs > 0 {
		t.Errorf("%g allocations", allocs)
	}
}
