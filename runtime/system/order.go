package system

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// maxHops is how often a command may follow its player from system to system.
const maxHops = 8

// command takes in a player's request. Whoever has jumped on meanwhile gets theirs
// sent after them.
func (s *System) command(m Command) {
	p := s.people.byID[m.Player]
	switch {
	case p != nil:
		if refusal := s.commands.push(p, m); refusal != "" {
			s.shed(m, refusal)
		}
	case s.door.hold(m):
	case m.Hops >= maxHops:
		m.Client.Reply(m.ID, nil, errNoPlayer)
	default:
		m.Hops++
		s.cfg.Router.Forward(m.Player, m)
	}
}

// shed refuses a command.
func (s *System) shed(m Command, format string) {
	s.stats.shed.Add(1)
	s.cfg.Tally.shed.Add(1)
	m.Client.Reply(m.ID, nil, wire.Errorf(wire.CodeBusy, format, s.name()))
}

// runCommands runs as many of the waiting commands as a tick may.
func (s *System) runCommands() {
	s.commands.begin(s.time.step, s.scripts.steps())
	s.runLine()
}

// runLine runs the commands that are dealt out.
func (s *System) runLine() {
	for p, m := s.commands.next(s.scripts.steps()); p != nil; p, m = s.commands.next(s.scripts.steps()) {
		s.run(p, m)
		s.settle()
	}
	s.commands.end()
}

// run carries out a command.
func (s *System) run(p *Player, m Command) {
	s.stats.commands.Add(1)
	s.cfg.Tally.commands.Add(1)
	s.used()
	args := m.Args
	if args == nil {
		args = map[string]world.Value{}
	}
	to := &commandReply{s: s, p: p, client: m.Client, id: m.ID, span: s.below(m.Work, span.Command, m.Name)}
	s.scripts.state.Follow(span.Of(to.span))
	s.scripts.state.CommandFor(p.Name, m.Name, to, lua.LNumber(p.ID), script.ToLua(s.scripts.state.L(), args))
	s.scripts.state.Follow(span.ID{})
}

// commandReply is a player's wait for the answer to a command.
type commandReply struct {
	s      *System
	p      *Player
	client Client
	id     uint64
	span   span.Span // nil where nobody follows it
}

// CommandEnd sends the answer.
func (c *commandReply) CommandEnd(result world.Value, err error) {
	c.s.over(c.span, err)
	c.p.answered = c.s.time.step
	c.s.sending.cork(c.p, c.client)
	c.s.tape.replied(c.id, result, err)
	c.s.repliedTo(c.p, c.id, result, err)
	c.client.Reply(c.id, script.ForClient(result), forPlayer(err))
}

// forPlayer makes a refusal by the scripts one that the player gets to see.
func forPlayer(err error) error {
	if refused := (*script.CommandError)(nil); errors.As(err, &refused) {
		return &wire.Error{Code: refused.Code, Message: refused.Message}
	}
	return err
}

// sendAfter lets the waiting commands of a player who has left follow them.
func (s *System) sendAfter(p *Player) {
	for _, m := range s.commands.drop(p) {
		s.cfg.Router.Forward(p.ID, m)
	}
}

// askAgain puts all waiting commands back into the inbox: the players they wait at
// are about to be brought in afresh.
func (s *System) askAgain() {
	for _, m := range s.commands.reset(s.people.order) {
		if err := s.Post(m); err != nil {
			s.shed(m, restarted)
		}
	}
}

// event fires a message from another system.
func (s *System) event(m Event) {
	if s.scripts.state == nil {
		return
	}
	s.used()
	sp := s.below(m.Work, span.Event, m.Name)
	s.scripts.state.Follow(span.Of(sp))
	s.scripts.state.Emit(m.Name, append([]lua.LValue{lua.LString(m.From)}, s.scripts.toLua(m.Args)...)...)
	s.scripts.state.Follow(span.ID{})
	s.over(sp, nil)
}
