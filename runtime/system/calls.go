package system

import (
	"errors"
	"fmt"
	"slices"

	"hotshard/runtime/script"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// CallTimeout is how long, in game seconds, a task waits for a service where it does not say.
const CallTimeout = 10.0

// calls are the questions to services whose answers are awaited.
type calls struct {
	pending map[uint64]pendingCall
	last    uint64 // id; never given twice, see asked
	over    func(span.Span, error)
}

type pendingCall struct {
	wait     *script.Wait
	what     string
	deadline float64   // game seconds
	span     span.Span // nil where nobody follows it
}

func (c *calls) clear() { c.pending = make(map[uint64]pendingCall) }

// add notes a call that a task waits for, and returns its id.
func (c *calls) add(w *script.Wait, what string, deadline float64, sp span.Span) uint64 {
	c.last++
	c.pending[c.last] = pendingCall{wait: w, what: what, deadline: deadline, span: sp}
	return c.last
}

// answer wakes the task that asked.
func (c *calls) answer(m Answer, l *scripts) {
	call, ok := c.pending[m.ID]
	if !ok {
		return
	}
	delete(c.pending, m.ID)
	if call.span != nil {
		c.over(call.span, failure(m.Err))
	}
	if m.Err != "" {
		call.wait.Fail(errors.New(m.Err))
		return
	}
	call.wait.Wake(l.toLua(m.Values)...)
}

// expire gives up on services that do not answer, in the order of the calls.
func (c *calls) expire(now float64) {
	var late []uint64
	for id, call := range c.pending {
		if call.deadline <= now {
			late = append(late, id)
		}
	}
	slices.Sort(late)
	for _, id := range late {
		call := c.pending[id]
		delete(c.pending, id)
		err := fmt.Errorf("%s did not answer in time", call.what)
		c.over(call.span, err)
		call.wait.Fail(err)
	}
}

// sooner is the earlier of a time and the first at which a call expires.
func (c *calls) sooner(due float64, ok bool) (float64, bool) {
	for _, call := range c.pending {
		if !ok || call.deadline < due {
			due, ok = call.deadline, true
		}
	}
	return due, ok
}

// CallService asks a service and wakes the task with the answer, or with an error where
// there is none within patience, in game seconds.
func (s *System) CallService(w *script.Wait, to world.Address, patience float64, fn string, args []world.Value) {
	what := fmt.Sprintf("%s.%s", to, fn)
	sp := s.below(s.following(), span.Ask, what)
	id := s.calls.add(w, what, s.time.now+patience, sp)
	err := s.maySend()
	if err == nil {
		err = s.cfg.Router.Send(to, Call{From: s.cfg.Address, Release: s.Release(), ID: id, Func: fn, Args: args, Work: span.Of(sp)})
	}
	if err != nil {
		// The task is only parked once its function has returned, so the bad
		// news waits for the next tick like any other answer.
		_ = s.Post(Answer{ID: id, Err: err.Error()})
	}
}

// serve is the other side of CallService.
func (s *System) serve(m Call) {
	if s.scripts.state == nil {
		s.reply(m, nil, fmt.Errorf("%s does not run: %w", s.cfg.Address, s.scripts.down))
		return
	}
	if s.cfg.Module == "" {
		s.reply(m, nil, fmt.Errorf("%s is a solar system, not a service", s.cfg.Address))
		return
	}
	s.used()
	s.stats.calls.Add(1)
	s.cfg.Tally.calls.Add(1)
	sp := s.below(m.Work, span.Serve, m.Func)
	s.scripts.state.Follow(span.Of(sp))
	s.scripts.state.CallFor(s.cfg.Module, m.Func, &callReply{s, m, sp}, s.scripts.toLua(m.Args)...)
	s.scripts.state.Follow(span.ID{})
}

// callReply is another system's wait for the answer to a call.
type callReply struct {
	s    *System
	m    Call
	span span.Span // nil where nobody follows it
}

// CallEnd sends the answer.
func (c *callReply) CallEnd(v []world.Value, err error) {
	c.s.over(c.span, err)
	c.s.reply(c.m, v, err)
}

func (s *System) reply(m Call, v []world.Value, err error) {
	s.answered(string(m.From), m.Func, script.Doing{Origin: "call " + m.Func}, err, v...)
	a := Answer{ID: m.ID, Values: v}
	if err != nil {
		a.Err = err.Error()
	}
	if err := s.cfg.Router.Send(m.From, a); err != nil {
		s.log.Warn("an answer could not be delivered", "to", m.From, "error", err)
	}
}
