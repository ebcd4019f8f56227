package system

import (
	"errors"
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// CallTimeout is how long, in game seconds, a task waits for a service.
const CallTimeout = 10.0

// maxHops is how often a command may follow its player from system to system.
const maxHops = 8

type pendingCall struct {
	wait     *script.Wait
	what     string
	deadline float64
}

// command takes in a player's request. Whoever has jumped on meanwhile gets theirs
// sent after them.
func (s *System) command(m Command) {
	p := s.players[m.Player]
	if p == nil {
		if s.hold(m) {
			return
		}
		if m.Hops++; m.Hops > maxHops {
			m.Client.Reply(m.ID, nil, errNoPlayer)
			return
		}
		s.cfg.Router.Forward(m.Player, m)
		return
	}
	s.await(p, m)
}

// run carries out a command whose turn has come.
func (s *System) run(p *Player, m Command) {
	s.stats.commands.Add(1)
	s.lastUse = s.real
	args := m.Args
	if args == nil {
		args = map[string]world.Value{}
	}
	s.state.Command(p.Name, m.Name, func(result world.Value, err error) {
		s.cork(m.Client)
		p.answered = s.turns.tick
		m.Client.Reply(m.ID, result, forPlayer(err))
	}, lua.LNumber(p.ID), script.ToLua(s.state.L(), args))
}

// forPlayer makes a refusal by the scripts one that the player gets to see.
func forPlayer(err error) error {
	if refused := (*script.CommandError)(nil); errors.As(err, &refused) {
		return &wire.Error{Code: refused.Code, Message: refused.Message}
	}
	return err
}

// event fires a message from another system.
func (s *System) event(m Event) {
	if s.state == nil {
		return
	}
	s.lastUse = s.real
	s.state.Emit(m.Name, append([]lua.LValue{lua.LString(m.From)}, s.toLua(m.Args)...)...)
}

// SendEvent sends a message to another system's (or service's) scripts.
func (s *System) SendEvent(to world.Address, name string, args []world.Value) error {
	return s.cfg.Router.Send(to, Event{From: s.cfg.Address, Release: s.Release(), Name: name, Args: args})
}

// CallService asks a service and wakes the task with the answer.
func (s *System) CallService(w *script.Wait, to world.Address, fn string, args []world.Value) {
	s.nextCall++
	id := s.nextCall
	s.calls[id] = pendingCall{wait: w, what: fmt.Sprintf("%s.%s", to, fn), deadline: s.now + CallTimeout}
	if err := s.cfg.Router.Send(to, Call{From: s.cfg.Address, Release: s.Release(), ID: id, Func: fn, Args: args}); err != nil {
		// The task is only parked once its function has returned, so the bad
		// news waits for the next tick like any other answer.
		_ = s.Post(Answer{ID: id, Err: err.Error()})
	}
}

// answer wakes the task that asked.
func (s *System) answer(m Answer) {
	c, ok := s.calls[m.ID]
	if !ok {
		return
	}
	delete(s.calls, m.ID)
	if m.Err != "" {
		c.wait.Fail(errors.New(m.Err))
		return
	}
	c.wait.Wake(s.toLua(m.Values)...)
}

// expireCalls gives up on services that do not answer, in the order of the calls.
func (s *System) expireCalls() {
	var late []uint64
	for id, c := range s.calls {
		if c.deadline <= s.now {
			late = append(late, id)
		}
	}
	slices.Sort(late)
	for _, id := range late {
		c := s.calls[id]
		delete(s.calls, id)
		c.wait.Fail(fmt.Errorf("%s did not answer within %g s", c.what, CallTimeout))
	}
}

// serve is the other side of CallService.
func (s *System) serve(m Call) {
	if s.state == nil {
		s.reply(m, nil, fmt.Errorf("%s does not run: %w", s.cfg.Address, s.down))
		return
	}
	if s.cfg.Module == "" {
		s.reply(m, nil, fmt.Errorf("%s is a solar system, not a service", s.cfg.Address))
		return
	}
	s.lastUse = s.real
	s.stats.calls.Add(1)
	s.state.Call(s.cfg.Module, m.Func, func(v []world.Value, err error) { s.reply(m, v, err) }, s.toLua(m.Args)...)
}

func (s *System) toLua(values []world.Value) []lua.LValue {
	out := make([]lua.LValue, len(values))
	for i, v := range values {
		out[i] = script.ToLua(s.state.L(), v)
	}
	return out
}

func (s *System) reply(m Call, v []world.Value, err error) {
	a := Answer{ID: m.ID, Values: v}
	if err != nil {
		a.Err = err.Error()
	}
	if err := s.cfg.Router.Send(m.From, a); err != nil {
		s.log.Warn("an answer could not be delivered", "to", m.From, "error", err)
	}
}
