package script

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
)

// A function that fails at every run is set aside: as a handler, a command, a timer or
// what a service is asked for it is not run any more, until the scripts change or an
// operator lets it go. So it costs its system nothing, and the log no line, for ever.
//
// What a player has asked for is set aside for that player alone at first, and for all
// when it is for several: nobody may switch a command off for the others by asking it for
// what it cannot stand.
//
// What fails because something fails that it waits for, the store or a service, is not to
// blame: it would stay switched off after a full disk has room again.
//
// It follows from the runs and nothing else, so that a system that is run again sets
// aside the same.
const (
	failsInRow  = 25   // runs in a row that failed,
	spentInRow  = 5    // or were stopped by their budget
	mostBarred  = 3    // players for whom it is set aside
	mostFailing = 1000 // functions, and players of them, that are counted
)

// failing is what is known of a function, run for nobody or for one player, since it
// last went well.
type failing struct {
	fails, spent int
	barred       int // players for whom it is set aside; of the entry for nobody
	shut         bool
	since        float64 // game time: of the first failure, then of being set aside
	skipped      uint64
	message      string
	hash         string // of the release
}

// failure is whose runs are counted together.
type failure struct{ function, player string }

// Quarantined is a function that is not run any more.
type Quarantined struct {
	Function string // as operators name it
	Player   string // for whom it is set aside; "" for all
	Message  string // of its last failure
	Failures int
	Spent    bool    // it was stopped by its budget each time
	Since    float64 // game seconds
	Skipped  uint64  // runs that there would have been
}

// enter is run for what may be set aside.
func (s *State) enter(fn *lua.LFunction, origin, player string, done ending, args ...lua.LValue) {
	if len(s.failing) > 0 {
		if why := s.barred(fn, player); why != nil {
			if done != nil {
				done.end(nil, why)
			}
			return
		}
	}
	s.run(fn, origin, player, done, args...)
}

// counts says whether a task's end counts: it was begun by enter.
func (t *Task) counts() bool {
	kind, _, _ := strings.Cut(t.origin, " ")
	return !t.tried && (kind == "event" || kind == "command" || kind == "timer" || kind == "call")
}

// shutSentence is what a player is told, and a caller of a service.
const shutSentence = "That has failed again and again, and is switched off for now. Those who run this know of it."

// barred is why a function is not run for a player, nil where it is.
func (s *State) barred(fn *lua.LFunction, player string) error {
	sl := s.slots.Of(fn)
	if sl == nil {
		return nil
	}
	name := sl.Function.Decl.Name
	for _, key := range []failure{{name, ""}, {name, player}} {
		f := s.failing[key]
		if f == nil || !f.shut {
			continue
		}
		if f.hash != s.release.Hash { // what failed may be mended, here or in what it calls
			s.forgive(name)
			return nil
		}
		f.skipped++
		return &CommandError{Code: wire.CodeSwitchedOff, Message: shutSentence}
	}
	return nil
}

// forgive forgets all failures of a function.
func (s *State) forgive(name string) (n int) {
	for key, f := range s.failing {
		if key.function == name {
			if f.shut {
				n++
			}
			delete(s.failing, key)
		}
	}
	return n
}

// base is the function that a task began with, nil where that is not known.
func (s *State) base(t *Task) *lua.LFunction {
	if t.fn != nil {
		return t.fn
	}
	var fn *lua.LFunction
	for _, f := range frames(t.th) {
		if !f.ours() && f.fn() != nil {
			fn = f.fn()
		}
	}
	return fn
}

// wentWell notes that a task has ended well.
func (s *State) wentWell(t *Task) {
	if t.began == nil {
		return // nothing had failed when it went on
	}
	sl := s.slots.Of(t.began)
	if sl == nil {
		return
	}
	name := sl.Function.Decl.Name
	delete(s.failing, failure{name, t.player})
	if all := s.failing[failure{name, ""}]; all != nil && !all.shut {
		delete(s.failing, failure{name, ""})
	}
}

// wentWrong counts a failure, and sets the function aside that the task began with where
// it is one too many.
func (s *State) wentWrong(t *Task, fault Fault) {
	if t.trouble != "" && strings.Contains(fault.Message, t.trouble) {
		return
	}
	last := len(fault.Functions) - 1
	if last < 0 || fault.Old[last] != 0 || s.modules.byName[fault.began] == nil || !s.roomToCount() {
		return
	}
	name := fault.Functions[last]
	f := s.failingOf(failure{name, t.player})
	f.message = fault.Message
	if f.fails++; fault.Spent {
		f.spent++
	} else {
		f.spent = 0
	}
	if f.shut || f.fails < failsInRow && f.spent < spentInRow {
		return
	}
	s.shut(failure{name, t.player}, f)
	if t.player == "" {
		return
	}
	all := s.failingOf(failure{name, ""})
	all.message, all.fails, all.spent = f.message, all.fails+f.fails, all.spent+f.spent
	if all.barred++; all.barred >= mostBarred && !all.shut {
		s.shut(failure{name, ""}, all)
	}
}

// roomToCount makes room where too many are counted: whoever is set aside stays so.
func (s *State) roomToCount() bool {
	if len(s.failing) < mostFailing {
		return true
	}
	maps.DeleteFunc(s.failing, func(_ failure, f *failing) bool { return !f.shut })
	return len(s.failing) < mostFailing
}

// failingOf is what is counted of somebody's runs, under the release as it is.
func (s *State) failingOf(key failure) *failing {
	f, hash := s.failing[key], s.release.Hash
	if f == nil || f.hash != hash {
		f = &failing{since: s.now, hash: hash}
		if s.failing == nil {
			s.failing = map[failure]*failing{}
		}
		s.failing[key] = f
	}
	return f
}

func (s *State) shut(key failure, f *failing) {
	f.shut, f.since = true, s.now
	if s.opts.OnQuarantine != nil {
		s.opts.OnQuarantine(f.told(key))
	}
}

func (f *failing) told(key failure) Quarantined {
	return Quarantined{Function: key.function, Player: key.player, Message: f.message, Failures: f.fails, Spent: f.spent >= spentInRow, Since: f.since, Skipped: f.skipped}
}

// Quarantined lists what is set aside, by function and player.
func (s *State) Quarantined() []Quarantined {
	var out []Quarantined
	for key, f := range s.failing {
		if f.shut {
			out = append(out, f.told(key))
		}
	}
	slices.SortFunc(out, func(a, b Quarantined) int {
		return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.Player, b.Player))
	})
	return out
}

// QuarantineSize is how many there are.
func (s *State) QuarantineSize() (n int) {
	for _, f := range s.failing {
		if f.shut {
			n++
		}
	}
	return n
}

// LetGo lets a function be run again for everybody, and returns how often it was set
// aside: 0 where it was not.
func (s *State) LetGo(function string) int {
	n := s.forgive(function)
	if n > 0 {
		s.Did(Deed{Kind: DeedLetGo, Texts: []string{function}})
	}
	return n
}
