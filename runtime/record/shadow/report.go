package shadow

import (
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/world"
)

// Kind is what a group of differences is about.
type Kind string

// The kinds of differences.
const (
	KindStopped Kind = "stopped" // the run with the change never came to its end
	KindError   Kind = "error"
	KindAnswer  Kind = "answer" // to a player's command, or a service's caller
	KindEvent   Kind = "event"
	KindMessage Kind = "message" // to another system or a service
	KindAsked   Kind = "store"   // the store, or what else is outside, is asked
	KindMove    Kind = "move"    // of a player, out of the system
	KindState   Kind = "state"
	KindSet     Kind = "set"    // kept otherwise from the start: by the change itself
	KindSlow    Kind = "slower" // a function, or all of them
	KindLog     Kind = "log"
)

// order is in which order people are told.
var order = []Kind{KindStopped, KindError, KindAnswer, KindEvent, KindMessage, KindAsked, KindMove, KindState, KindSet, KindSlow, KindLog}

// Group is differences that are alike.
type Group struct {
	Kind       Kind       `json:"kind"`
	Name       string     `json:"name"`
	Gone       int        `json:"gone"`
	New        int        `json:"new"`
	Changed    int        `json:"changed"`    // with other words, or another value
	Redirected int        `json:"redirected"` // to somebody else
	Moved      int        `json:"moved"`      // at another time
	Tick       world.Tick `json:"tick"`       // of the first
	At         time.Time  `json:"at"`
	Was        string     `json:"was,omitempty"` // the first
	Now        string     `json:"now,omitempty"`
	Origin     string     `json:"origin,omitempty"` // the activity: "command fire"
	Player     string     `json:"player,omitempty"`
	Function   string     `json:"function,omitempty"`
	Where      string     `json:"where,omitempty"` // its line, or the path of a value
	Trace      string     `json:"traceback,omitempty"`
}

// Count is how many there are.
func (g *Group) Count() int { return g.Gone + g.New + g.Changed + g.Redirected + g.Moved }

// How says in words what has become of them: "3 no longer, 2 otherwise".
func (g *Group) How() string {
	words := []struct {
		n    int
		text string
	}{{g.New, "new"}, {g.Gone, "no longer"}, {g.Changed, "otherwise"}, {g.Redirected, "to somebody else"}, {g.Moved, "at another time"}}
	var out []string
	for _, w := range words {
		if w.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", w.n, w.text))
		}
	}
	return strings.Join(out, ", ")
}

// Cause is where the two runs first part: what follows may be its consequence.
type Cause struct {
	Tick     world.Tick `json:"tick"`
	At       time.Time  `json:"at"`
	Kind     Kind       `json:"kind"`
	Name     string     `json:"name"`
	Origin   string     `json:"origin,omitempty"`
	Player   string     `json:"player,omitempty"`
	Function string     `json:"function,omitempty"`
	Where    string     `json:"where,omitempty"`
	Was      string     `json:"was,omitempty"`
	Now      string     `json:"now,omitempty"`
}

// Timing is what a function takes in the two runs, a call.
type Timing struct {
	Function string        `json:"function"`
	CallsWas float64       `json:"calls_before"`
	CallsNow float64       `json:"calls_after"`
	StepsWas float64       `json:"steps_before"` // of Lua, a call
	StepsNow float64       `json:"steps_after"`
	TookWas  time.Duration `json:"took_before_ns"` // a call
	TookNow  time.Duration `json:"took_after_ns"`
	Slower   bool          `json:"slower"` // by so much that it is told
}

// Report is what a change makes different in one system.
type Report struct {
	System           world.Address `json:"system"`
	Began, Until     time.Time     // of the recorded time that was run
	End              time.Time     // to where it was to be run
	First, Last      world.Tick
	Ticks            int
	Players          int // the most at once
	Acts             int // of the run as it was, that were compared
	Groups           []Group
	Cause            *Cause // nil where nothing differs, or only what is kept
	Timings          []Timing
	LuaWas, LuaNow   int64         // steps of all
	TookWas, TookNow time.Duration // of all
	Unlike           string        // how the run as it was is not what was recorded; "" for it is
	Notes            []string      // what was left out, and why
	Stopped          bool          // the run with the change never came to its end
}

// Differences counts them.
func (r *Report) Differences() (n int) {
	for i := range r.Groups {
		n += r.Groups[i].Count()
	}
	return n
}

// Verdict is the report in a line.
func (r *Report) Verdict() string {
	over := fmt.Sprintf("%d ticks", r.Ticks)
	if len(r.Groups) == 0 {
		return fmt.Sprintf("0 differences in %s", over)
	}
	counts := map[Kind]int{}
	for i := range r.Groups {
		counts[r.Groups[i].Kind] += r.Groups[i].Count()
	}
	for i := range r.Groups { // errors that are gone are no bad news
		if g := &r.Groups[i]; g.Kind == KindError && g.New == 0 {
			counts[KindError] -= g.Count()
			counts["error gone"] += g.Count()
		}
	}
	var out []string
	add := func(k Kind, one, many string) {
		switch n := counts[k]; {
		case n == 1:
			out = append(out, "1 "+one)
		case n > 1:
			out = append(out, fmt.Sprintf("%d %s", n, many))
		}
	}
	if counts[KindStopped] > 0 {
		out = append(out, "it does not come to its end")
	}
	add(KindError, "new error", "new errors")
	add("error gone", "error gone", "errors gone")
	add(KindAnswer, "command answered otherwise", "commands answered otherwise")
	add(KindEvent, "event otherwise", "events otherwise")
	add(KindMessage, "message to other systems otherwise", "messages to other systems otherwise")
	add(KindAsked, "question to the store otherwise", "questions to the store otherwise")
	add(KindMove, "player leaves otherwise", "players leave otherwise")
	add(KindState, "value kept otherwise", "values kept otherwise")
	add(KindSet, "value set by the change itself", "values set by the change itself")
	add(KindSlow, "function slower", "functions slower")
	add(KindLog, "line of the log otherwise", "lines of the log otherwise")
	return strings.Join(out, ", ") + " in " + over
}
