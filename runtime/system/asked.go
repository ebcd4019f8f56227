package system

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/image"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// asked is what tasks wait for besides time and services: work outside the system, and
// commands that scripts give as a player. The answers come as messages, plain values like
// any other, so that a task can wait in an image and its answer stand in an inbox.
type asked struct {
	pending map[uint64]question
	last    uint64 // id; never given twice, or an answer from before a restart would wake another
}

type question struct {
	wait    *script.Wait
	outside bool      // nobody in the system answers it
	span    span.Span // nil where nobody follows it
}

func (a *asked) clear() { a.pending = make(map[uint64]question) }

func (a *asked) add(w *script.Wait, outside bool) uint64 {
	a.last++
	a.pending[a.last] = question{wait: w, outside: outside}
	return a.last
}

// follow notes the span of a question.
func (a *asked) follow(id uint64, sp span.Span) {
	if sp != nil {
		q := a.pending[id]
		q.span = sp
		a.pending[id] = q
	}
}

// take is the wait of a question that is answered now, nil where nobody waits any more.
func (a *asked) take(id uint64) *script.Wait {
	w := a.pending[id].wait
	delete(a.pending, id)
	return w
}

// Await notes that a task waits for work outside the system. begin, which may be nil, begins
// the work, whose Result has to have the number: at once or, where the system is recorded,
// when what led to it is on disk. So what is brought back after a crash knows that it was
// begun, and it is not begun again. The word says what kind of work it is, with the arguments
// on L, which may be nil: that is how an Observer tells questions apart.
func (s *System) Await(w *script.Wait, word string, L *lua.LState, begin func(id uint64)) {
	id := s.asked.add(w, true)
	s.asked.follow(id, s.below(s.following(), span.Outside, word))
	s.askedOutside(id, word, L)
	if begin != nil {
		s.tape.then(func() { begin(id) })
	}
}

// Result is what came of work that a task waits for.
type Result struct {
	ID      uint64
	Value   world.Value
	Err     string // "" for success
	Refused bool   // Err is an answer for the script, not trouble,
	Code    string // of this kind, "" where it has none
}

func (Result) refusable() bool { return false }

func (m Result) deliver(s *System) {
	if sp := s.asked.pending[m.ID].span; sp != nil {
		s.over(sp, failure(m.Err))
	}
	switch w := s.asked.take(m.ID); {
	case w == nil:
	case m.Err == "":
		w.Wake(script.ToLua(s.scripts.state.L(), m.Value))
	case m.Code != "":
		w.Wake(lua.LNil, lua.LString(m.Err), lua.LString(m.Code))
	case m.Refused:
		w.Wake(lua.LNil, lua.LString(m.Err))
	default:
		w.Fail(errors.New(m.Err))
	}
}

// Order is a command that a script gives as a player.
type Order struct {
	ID     uint64
	Player world.CharacterID
	Name   string
	Args   world.Value
}

func (Order) refusable() bool { return false }

// GiveOrder gives a command as a player at the next tick, or one that gives itself would run
// in itself. The task is woken with what the player's client would hear: the result, or
// nil, a message and a code.
func (s *System) GiveOrder(w *script.Wait, p world.CharacterID, name string, args world.Value) error {
	o := Order{ID: s.asked.add(w, false), Player: p, Name: name, Args: args}
	s.tellAsked(AskedOrder, o.ID, fmt.Sprintf("%s as %d", name, p), "", o)
	return s.Post(o)
}

func (m Order) deliver(s *System) {
	if s.asked.pending[m.ID].wait == nil {
		return // the scripts have been loaded afresh, and the task is gone
	}
	to := &orderReply{s: s, id: m.ID}
	p := s.people.byID[m.Player]
	if p == nil {
		to.CommandEnd(nil, &script.CommandError{Code: wire.CodeRefused, Message: errNoPlayer.Error()})
		return
	}
	s.scripts.state.CommandFor(p.Name, m.Name, to, lua.LNumber(p.ID), script.ToLua(s.scripts.state.L(), m.Args))
}

// orderReply is a script's wait for the answer to a command.
type orderReply struct {
	s  *System
	id uint64
}

// CommandEnd wakes the task.
func (o *orderReply) CommandEnd(result world.Value, err error) {
	w := o.s.asked.take(o.id)
	refused := (*script.CommandError)(nil)
	switch {
	case w == nil:
	case errors.As(err, &refused):
		w.Wake(lua.LNil, lua.LString(refused.Message), lua.LString(refused.Code))
	case err != nil:
		w.Fail(err)
	default:
		w.Wake(script.ToLua(o.s.scripts.state.L(), result))
	}
}

// waiting are the waits whose answers are still to come from inside the system: all but
// those for work outside whose results have not come in.
func (a *asked) waiting(come []Message) map[*script.Wait]bool {
	out := map[*script.Wait]bool{}
	for _, q := range a.pending {
		if !q.outside {
			out[q.wait] = true
		}
	}
	for _, m := range come {
		if r, ok := m.(Result); ok && a.pending[r.ID].wait != nil {
			out[a.pending[r.ID].wait] = true
		}
	}
	return out
}

func (a *asked) write(w *image.Writer) {
	w.Uint(a.last)
	w.Count(len(a.pending))
	for _, id := range sortedKeys(a.pending) {
		w.Uint(id)
		w.Object(a.pending[id].wait)
		w.Bool(a.pending[id].outside)
	}
}

func (a *asked) read(r *image.Reader) {
	a.last = r.Uint()
	for range r.Count() {
		id := r.Uint()
		a.pending[id] = question{wait: image.Needed[script.Wait](r), outside: r.Bool()}
	}
}

// Tell sends an event to the client of a player, wherever the one who sends it is.
type Tell struct {
	Player world.CharacterID
	Event  *wire.Frame
}

func (Tell) refusable() bool { return false }

func (m Tell) deliver(s *System) {
	if p := s.people.byID[m.Player]; p != nil {
		s.sending.tell(p, m.Event)
	}
}
