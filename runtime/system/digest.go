package system

import (
	"hotshard/runtime/world"
)

// Digests say how a system stands at the end of a step. Two runs of one history part where
// theirs do. They are cheap, and see what moves, counts, is random or is said to others; what
// is only kept, in a table of a script, they see when it has made a difference. The images do
// see it.
type Digests [parts]world.Digest

// The parts of Digests.
const (
	PartWorld   = iota // game time, players, bodies in space, the system's chance
	PartScripts        // tasks, timers, chance and steps of Lua; not compared where functions are measured
	PartOut            // what has left: answers, events, messages, what was saved
	parts
)

// PartNames are what the parts are called.
var PartNames = [parts]string{"space", "scripts", "what was told"}

func (s *System) digest() (d Digests, measured bool) {
	t := s.tape
	w := world.Digest(s.time.tick).Float(s.time.now).Float(s.pace.current)
	w = w.Mix(uint64(s.people.count()), uint64(s.entities.next)).Mix(uint64(s.commands.waiting), uint64(len(s.door.line)))
	w = w.Mix(s.calls.last, s.asked.last)
	t.chance, _ = s.chance.AppendBinary(t.chance[:0]) // it has no error
	w = w.Bytes(t.chance)
	if s.entities.space != nil {
		w = w.Mix(uint64(s.entities.space.Digest()), 0)
	}
	d[PartWorld], d[PartOut] = w, t.out
	if s.scripts.state == nil {
		return d, false
	}
	v := s.scripts.state.Vital(t.chance[:0])
	l := world.Digest(0).Bytes(v.Chance).Mix(uint64(v.Steps-t.steps), v.IDs).Mix(v.Shown, uint64(v.Tasks)).Mix(uint64(v.Timers), 0).Float(v.Due)
	t.chance, d[PartScripts] = v.Chance, l
	return d, v.Measured
}

// told folds in an event that goes to players.
func (t *tape) told(text []byte) {
	if t != nil && t.begun {
		t.out = t.out.Bytes(text)
	}
}

// replied folds in the answer to a command.
func (t *tape) replied(id uint64, result world.Value, err error) {
	if t == nil || !t.begun {
		return
	}
	t.out = t.out.Mix(id, 1).Value(result)
	if err != nil {
		t.out = t.out.Text(err.Error())
	}
}
