package system

import (
	"cmp"

	"hotshard/runtime/gate/wire"
)

// Limits bound what players may ask of a system. Zero fields mean the default in
// brackets.
type Limits struct {
	PerTick       int // commands that one tick runs [2,000]
	Steps         int // of Lua, after which a tick runs no more of them [1,000,000]
	PerPlayer     int // of these, of one player [4]
	Waiting       int // commands that wait for a later tick [8,192]
	WaitingPlayer int // of these, of one player [32]
}

func (l Limits) withDefaults() Limits {
	l.PerTick = cmp.Or(l.PerTick, 2000)
	l.Steps = cmp.Or(l.Steps, 1_000_000)
	l.PerPlayer = cmp.Or(l.PerPlayer, 4)
	l.Waiting = cmp.Or(l.Waiting, 8192)
	l.WaitingPlayer = cmp.Or(l.WaitingPlayer, 32)
	return l
}

// turns deals out the commands that a tick can run: one for each player who has
// any, in the order in which they asked, then the next round, until the tick has
// run as many as it may. The rest keeps its place for the next tick: commands that
// have become slow make a system slow, and still leave it gaps in which the release
// that made them so can be taken back.
type turns struct {
	limits  Limits
	line    []*Player // who has commands waiting, each once
	spent   []*Player // who has had all that one may have in this tick
	waiting int       // commands of them all
	tick    uint64    // counts the rounds of takeTurns
}

// inputs are the commands of one player that wait for their turn.
type inputs struct {
	waiting []Command
	next    int    // the first that has not been run
	run     int    // how many were,
	tick    uint64 // in the tick with this number
}

func (in *inputs) len() int { return len(in.waiting) - in.next }

func (in *inputs) push(m Command) {
	if in.next > 0 && len(in.waiting) == cap(in.waiting) {
		n := copy(in.waiting, in.waiting[in.next:])
		clear(in.waiting[n:])
		in.waiting, in.next = in.waiting[:n], 0
	}
	in.waiting = append(in.waiting, m)
}

func (in *inputs) pop() Command {
	m := in.waiting[in.next]
	in.waiting[in.next] = Command{}
	if in.next++; in.next == len(in.waiting) {
		in.waiting, in.next = in.waiting[:0], 0
	}
	return m
}

// clear returns what waits and forgets it.
func (in *inputs) clear() []Command {
	left := in.waiting[in.next:]
	in.waiting, in.next = nil, 0
	return left
}

// await puts a command behind the player's others, or says no: to everybody who
// has too many waiting and, when all together have, to everybody who has one. So
// a command of somebody who is not in a hurry always finds a place.
func (s *System) await(p *Player, m Command) {
	l := &s.turns.limits
	mine := p.inputs.len()
	switch {
	case mine >= l.WaitingPlayer:
		s.shed(m, "You give orders faster than %s can follow: the last one was dropped. Give it again in a moment.")
		return
	case mine > 0 && s.turns.waiting >= l.Waiting:
		s.shed(m, "%s has more orders than it can follow: yours was dropped. Give it again in a moment.")
		return
	}
	p.inputs.push(m)
	s.turns.waiting++
	if mine == 0 {
		s.turns.line = append(s.turns.line, p)
	}
}

// shed refuses a command.
func (s *System) shed(m Command, format string) {
	s.stats.shed.Add(1)
	m.Client.Reply(m.ID, nil, wire.Errorf(wire.CodeBusy, format, s.placeName()))
}

// placeName is what players call the system.
func (s *System) placeName() string {
	if s.cfg.Static != nil {
		return s.cfg.Static.Name
	}
	return string(s.cfg.Address)
}

// takeTurns runs as many of the waiting commands as a tick may.
func (s *System) takeTurns() {
	t := &s.turns
	t.tick++
	left, spent := t.limits.PerTick, s.steps()+int64(t.limits.Steps)
	at := 0
	for ; at < len(t.line) && left > 0 && s.steps() < spent; at++ {
		p := t.line[at]
		in := &p.inputs
		if in.len() == 0 {
			continue // has gone, and taken the commands along
		}
		if in.tick != t.tick {
			in.tick, in.run = t.tick, 0
		}
		if in.run >= t.limits.PerPlayer {
			t.spent = append(t.spent, p)
			continue
		}
		m := in.pop()
		in.run++
		left--
		t.waiting--
		if in.len() > 0 {
			t.line = append(t.line, p)
		}
		s.run(p, m)
		s.settle()
	}
	rest := len(t.line) - at
	copy(t.line, t.line[at:])
	clear(t.line[rest:])
	t.line = append(t.line[:rest], t.spent...)
	clear(t.spent)
	t.spent = t.spent[:0]
}

// steps counts those of the scripts so far.
func (s *System) steps() int64 {
	if s.state == nil {
		return 0
	}
	return s.state.Steps()
}

// sendAfter lets the waiting commands of a player who has left follow them.
func (s *System) sendAfter(p *Player) {
	for _, m := range p.inputs.clear() {
		s.turns.waiting--
		s.cfg.Router.Forward(p.ID, m)
	}
}

// askAgain puts all waiting commands back into the inbox: the players they wait
// at are about to be brought in afresh.
func (s *System) askAgain() {
	for _, p := range s.order {
		for _, m := range p.inputs.clear() {
			if err := s.Post(m); err != nil {
				s.shed(m, "%s has just restarted: give the order again.")
			}
		}
	}
	s.turns = turns{limits: s.cfg.Limits.withDefaults()}
}
