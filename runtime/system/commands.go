package system

import "cmp"

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

// What a player is told whose command is not taken; %s is the system's name.
const (
	tooFast   = "You give orders faster than %s can follow: the last one was dropped. Give it again in a moment."
	tooMany   = "%s has more orders than it can follow: yours was dropped. Give it again in a moment."
	restarted = "%s has just restarted: give the order again."
)

// commands deals out the commands that a tick can run: one for each player who has
// any, in the order in which they asked, then the next round, until the tick has
// run as many as it may. The rest keeps its position for the next tick: commands
// that have become slow make a system slow, and still leave it gaps in which the
// release that made them so can be taken back.
type commands struct {
	limits  Limits
	line    []*Player // who has commands waiting, each once
	at      int       // the first of them whom this tick has not looked at
	spent   []*Player // who has had all that one may have in this tick, or waits for it
	waiting int       // commands of them all

	docked bool // only those of players who are docked are dealt out

	step  uint64 // this tick's, and of what it may have:
	left  int    // commands
	until int64  // steps of Lua
}

func newCommands(l Limits) commands { return commands{limits: l.withDefaults()} }

// inputs are the commands of one player that wait.
type inputs struct {
	waiting []Command
	next    int    // the first that has not been run
	run     int    // how many were,
	step    uint64 // in the tick with this step
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

// push puts a command behind the player's others, or returns what to tell them
// instead: everybody who has too many waiting and, when all together have, everybody
// who has one. So a command of somebody who is not in a hurry is always taken.
func (c *commands) push(p *Player, m Command) (refusal string) {
	mine := p.inputs.len()
	switch {
	case mine >= c.limits.WaitingPlayer:
		return tooFast
	case mine > 0 && c.waiting >= c.limits.Waiting:
		return tooMany
	}
	p.inputs.push(m)
	c.waiting++
	if mine == 0 {
		c.line = append(c.line, p)
	}
	return ""
}

// begin is the start of a tick's commands, with the steps of Lua run so far.
func (c *commands) begin(step uint64, steps int64) {
	c.step, c.at, c.docked = step, 0, false
	c.left, c.until = c.limits.PerTick, steps+int64(c.limits.Steps)
}

// interlude is the start of the commands of an interlude after a step: of players who are
// docked and in no hurry.
func (c *commands) interlude(step uint64, steps int64) {
	c.step, c.at, c.docked = step, 0, true
	c.left, c.until = c.limits.PerTick/interludesMost, steps+int64(c.limits.Steps/interludesMost)
}

// next takes the command that is to run now; nil says that the tick runs no more of
// them.
func (c *commands) next(steps int64) (*Player, Command) {
	for ; c.at < len(c.line) && c.left > 0 && steps < c.until; c.at++ {
		p := c.line[c.at]
		in := &p.inputs
		if in.len() == 0 {
			continue // has gone, and taken the commands along
		}
		if !c.may(p) {
			c.spent = append(c.spent, p)
			continue
		}
		m := in.pop()
		c.left--
		c.waiting--
		if in.len() > 0 {
			c.line = append(c.line, p)
		}
		c.at++
		return p, m
	}
	return nil, Command{}
}

// hurry is how many steps later a command of the same player is not one in a row: of a row,
// which a program gives, one comes with each tick, as long as it waits for the answers, and no
// limit is met.
const hurry = 2

// cool forgets who has had commands of late: an image does not know.
func (c *commands) cool(players []*Player) {
	for _, p := range players {
		p.inputs.step, p.inputs.run = 0, 0
	}
}

// may says whether a command of the player may run now, and counts it.
func (c *commands) may(p *Player) bool {
	in := &p.inputs
	if c.docked && (p.Station == 0 || in.run > 0 && c.step < in.step+hurry) {
		return false
	}
	if in.step != c.step {
		in.step, in.run = c.step, 0
	}
	if in.run >= c.limits.PerPlayer {
		return false
	}
	in.run++
	return true
}

// end keeps for the next tick what this one has left.
func (c *commands) end() {
	rest := copy(c.line, c.line[c.at:])
	clear(c.line[rest:])
	c.line = append(c.line[:rest], c.spent...)
	clear(c.spent)
	c.spent, c.at = c.spent[:0], 0
}

// drop returns the waiting commands of a player who has left, and forgets them.
func (c *commands) drop(p *Player) []Command {
	left := p.inputs.clear()
	c.waiting -= len(left)
	return left
}

// reset returns all waiting commands, of these players, and forgets them.
func (c *commands) reset(players []*Player) []Command {
	var left []Command
	for _, p := range players {
		left = append(left, p.inputs.clear()...)
	}
	*c = commands{limits: c.limits}
	return left
}
