package script

import (
	"math/bits"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// GaugeBuckets is into how many classes the times of calls are counted: each is
// twice as long as the one before, the first is up to a microsecond.
const GaugeBuckets = 26

// MaxGauged is how many functions are gauged at once.
const MaxGauged = 64

// gaugeLimit is how many calls of a function are gauged between two readings; the
// others are estimated.
const gaugeLimit = 4096

// maxOrigins is how many kinds of activity are told apart that call a function.
const maxOrigins = 16

// Reading is what a gauge has seen of a function since the reading before.
type Reading struct {
	Calls   float64 // estimated where there were too many to count
	Timed   uint64  // those whose time is known: they did not wait
	Time    time.Duration
	Steps   int64                // of them, with what they have called
	Spread  [GaugeBuckets]uint32 // of the times
	Origins []string             // what was running: "command fire"
}

// gauge counts and times the calls of some functions. Like a trace it runs a wrapper
// in a function's slot, but a cheaper one, that keeps nothing of a call.
type gauge struct {
	s     *State
	fns   []*gauged
	on    map[*Function]*gauged
	open  map[*lua.LState][]gaugeCall
	since float64 // game time of the reading before
}

// gauged is one function under a gauge.
type gauged struct {
	g      *gauge
	bit    uint64
	name   string
	fn     *Function
	saved  *lua.FunctionProto
	pinned []*lua.FunctionProto // of frames that were suspended when it was wrapped
	read   Reading
	until  float64        // game time at which the wrapper was taken off, for too many calls
	last   *lua.LFunction // the closure called last,
	run    *lua.LFunction // and what runs its own code
}

// gaugeCall is a call that has not come back.
type gaugeCall struct {
	of    *gauged
	began time.Duration // by the stopwatch
	steps int64         // those before it
	now   float64
}

// A gauge takes no steps of its own: those of its wrapper, which are a call to enter, one of
// the function's own code and one to leave, are given back, so that a State that is gauged
// goes the way of one that is not.
const (
	enterSteps = 2
	leaveSteps = 1
)

// Gauge begins to gauge the functions, or goes on, and returns what was seen since
// the last time. Names that no module declares are left out; no names end it.
func (s *State) Gauge(names []string) map[string]Reading {
	names = names[:min(len(names), MaxGauged)]
	out := s.readGauge()
	if s.gauge == nil || !s.gauge.isFor(names) {
		s.Ungauge()
		s.unread = nil // it is in out
		if len(names) == 0 {
			return out
		}
		s.gauge = &gauge{s: s, on: map[*Function]*gauged{}, open: map[*lua.LState][]gaugeCall{}, since: s.now}
		for i, name := range names {
			s.gauge.fns = append(s.gauge.fns, &gauged{g: s.gauge, bit: 1 << i, name: name, until: -1})
		}
	}
	for _, d := range s.gauge.fns {
		d.until = -1
		if f := s.functionNamed(d.name); f != nil && s.gauge.on[f] == nil && s.traces[f] == nil {
			s.gauge.wrap(d, f)
		}
	}
	return out
}

// readGauge takes the readings, also those of gauges that were taken off since.
func (s *State) readGauge() map[string]Reading {
	out := s.unread
	s.unread = nil
	if out == nil {
		out = map[string]Reading{}
	}
	if s.gauge == nil {
		return out
	}
	for _, d := range s.gauge.fns {
		r := d.read
		if whole := s.now - s.gauge.since; d.until >= 0 && d.until > s.gauge.since {
			r.Calls *= whole / (d.until - s.gauge.since)
		}
		d.read = Reading{}
		out[d.name] = r.add(out[d.name])
	}
	s.gauge.since = s.now
	return out
}

// add is both readings together.
func (r Reading) add(o Reading) Reading {
	r.Calls, r.Timed, r.Time, r.Steps = r.Calls+o.Calls, r.Timed+o.Timed, r.Time+o.Time, r.Steps+o.Steps
	for i, n := range o.Spread {
		r.Spread[i] += n
	}
	for _, origin := range o.Origins {
		if !slices.Contains(r.Origins, origin) {
			r.Origins = append(r.Origins, origin)
		}
	}
	return r
}

func (g *gauge) isFor(names []string) bool {
	if len(names) != len(g.fns) {
		return false
	}
	for i, d := range g.fns {
		if d.name != names[i] {
			return false
		}
	}
	return true
}

// Ungauge gives all gauged functions their own code back.
func (s *State) Ungauge() {
	if s.gauge == nil {
		return
	}
	s.unread = s.readGauge()
	for _, d := range s.gauge.fns {
		s.gauge.unwrap(d)
	}
	s.gauge = nil
}

// ungauge takes the gauge off one function that somebody wants to trace.
func (s *State) ungauge(f *Function) {
	if s.gauge != nil && s.gauge.on[f] != nil {
		s.gauge.unwrap(s.gauge.on[f])
	}
}

// gaugedFrame says whether a closure runs the wrapper, behind which its own code
// stands on the stack.
func (s *State) gaugedFrame(fn *lua.LFunction) bool {
	if s.gauge == nil || len(s.gauge.on) == 0 {
		return false
	}
	sl := s.slots.slotOf(fn.Proto)
	return sl != nil && s.gauge.on[sl.Function] != nil
}

func (g *gauge) wrap(d *gauged, f *Function) {
	g.s.ownCode(f)
	saved := *f.Slot.Proto
	wrapper, err := compileWith(saved.SourceName, gaugeSource,
		map[string]lua.LValue{enterMark: vm.Made(d), leaveMark: vm.Made(g)})
	if err != nil {
		return // the source is ours and constant
	}
	wrapper.NumUpvalues = saved.NumUpvalues // closures of it are made meanwhile
	for i := range wrapper.DbgSourcePositions {
		wrapper.DbgSourcePositions[i] = saved.LineDefined
	}
	d.fn, d.saved, d.last, d.run = f, &saved, nil, nil
	g.s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		if fn := fr.Fn(); fn != nil && fn.Proto == f.Slot.Proto {
			clone := saved
			g.s.slots.addFrozen(&clone, &FrozenCode{Function: f})
			d.pinned = append(d.pinned, &clone)
			fr.SetFn(&lua.LFunction{Env: fn.Env, Proto: &clone, Upvalues: fn.Upvalues})
		}
	})
	g.s.slots.addFrozen(d.saved, &FrozenCode{Function: f})
	*f.Slot.Proto = *wrapper
	g.on[f] = d
}

const (
	gaugeSource = `local run, n = ("\000enter")(...) return ("\000leave")(n, run(...))`
	traceSource = `local run, leave = ("\000enter")(...) return leave(run(...))`
	enterMark   = "\x00enter"
	leaveMark   = "\x00leave"
)

// unwrap puts a function's own code back, also under the calls that wait in it: they
// are on no older code than anybody.
func (g *gauge) unwrap(d *gauged) {
	if d.saved == nil {
		return
	}
	proto := d.fn.Slot.Proto
	wrapper := *proto // calls that wait come back through it
	wrapper.SourceName = shimName
	ours := map[*lua.FunctionProto]bool{d.saved: true}
	for _, p := range d.pinned {
		ours[p] = true
	}
	g.s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		fn := fr.Fn()
		switch {
		case fn == nil || fn.Proto == nil:
		case ours[fn.Proto]:
			fr.SetFn(&lua.LFunction{Env: fn.Env, Proto: proto, Upvalues: fn.Upvalues})
		case fn.Proto == proto:
			fr.SetFn(&lua.LFunction{Env: fn.Env, Proto: &wrapper, Upvalues: fn.Upvalues})
		}
	})
	for p := range ours {
		delete(g.s.slots.frozen, p)
	}
	*proto = *d.saved
	delete(g.on, d.fn)
	d.fn, d.saved, d.pinned, d.last, d.run = nil, nil, nil, nil, nil
}

// Call begins a gauged call: it returns the function's own code as a closure and
// the place of the call among those of the thread.
func (d *gauged) Call(L *lua.LState) int {
	g := d.g
	if t := g.s.current; t != nil {
		if t.gauge != g {
			t.gauge, t.called = g, 0
		}
		t.called |= d.bit
		d.from(t.origin)
	}
	d.read.Calls++
	caller, _ := frameAt(L, 1)
	fn := caller.fn()
	if d.last != fn {
		d.last, d.run = fn, &lua.LFunction{Env: fn.Env, Proto: d.saved, Upvalues: fn.Upvalues}
	}
	g.s.m.Steps += enterSteps
	list := append(g.open[L], gaugeCall{d, g.s.stopwatch(), g.s.StepsNow(), g.s.now})
	g.open[L] = list
	L.Push(d.run)
	L.Push(lua.LNumber(len(list)))
	return 2
}

// from notes what the function was called from.
func (d *gauged) from(origin string) {
	if len(d.read.Origins) < maxOrigins && !slices.Contains(d.read.Origins, origin) {
		d.read.Origins = append(d.read.Origins, origin)
	}
}

// Call ends a gauged call, and forgets those inside it that raised an error and so
// never came back. A call that waited has no time of its own.
func (g *gauge) Call(L *lua.LState) int {
	place, _ := L.Get(1).(lua.LNumber)
	L.Remove(1)
	g.s.m.Steps += leaveSteps
	n, list := int(place), g.open[L]
	if n < 1 || n > len(list) {
		return L.GetTop() // the gauge is another one by now
	}
	c := list[n-1]
	if g.open[L] = list[:n-1]; n == 1 {
		delete(g.open, L)
	}
	if c.now == g.s.now {
		c.of.note(g.s.stopwatch()-c.began, g.s.StepsNow()-c.steps)
	}
	return L.GetTop()
}

func (d *gauged) note(took time.Duration, steps int64) {
	d.read.Timed++
	d.read.Steps += steps
	d.read.Time += took
	d.read.Spread[min(bits.Len64(uint64(took.Microseconds())), GaugeBuckets-1)]++
	if d.read.Timed >= gaugeLimit && d.until < 0 {
		d.until = d.g.s.now
	}
}

// endGauge forgets the open calls of a task that has ended: those that raised errors.
func (s *State) endGauge(th *lua.LState) {
	if s.gauge != nil {
		delete(s.gauge.open, th)
	}
}

// thinGauge takes the wrapper off functions that are called too often; the next reading
// puts it on again. It is called when no Lua runs.
func (s *State) thinGauge() {
	if s.gauge == nil {
		return
	}
	for _, d := range s.gauge.fns {
		if d.until >= 0 && d.saved != nil {
			s.gauge.unwrap(d)
		}
	}
}

// gaugedCalls lists the gauged functions that a task has called.
func (s *State) gaugedCalls(t *Task) []string {
	if s.gauge == nil || t.gauge != s.gauge {
		return nil
	}
	var out []string
	for _, d := range s.gauge.fns {
		if t.called&d.bit != 0 {
			out = append(out, d.name)
		}
	}
	return out
}
