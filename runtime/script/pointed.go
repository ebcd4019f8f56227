package script

import (
	"errors"
	"math"
	"strings"
	"time"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/vm"
)

// Log points stand in a State's code as instructions of their own, bytecode.OpPoint, in a
// copy of the code of just the functions that have one: in the slot, so that every closure
// and every frame that waits has it, at places and lines that stay what they are. A commit
// finds the code as it was: the copies are taken off before it, and made again, where the
// lines are then, at the next entry.

// pointed is what a State has of log points.
type pointed struct {
	version uint64 // of Points, that it has; 0: it is to look
	changes uint64 // of its modules, then
	release *code.Release

	copies map[*Function][]uint32 // the code with points in it
	stands [][]*standing          // by the number of an OpPoint

	second  float64 // of game time
	passed  int     // how often code came by a point in it
	resumes float64 // the game time before which none stand: they were passed too often

	took    time.Duration // to tell, in all
	telling bool          // one tells: what it evaluates tells of none
	th      *lua.LState   // that evaluates; nil until one is needed
	ro      *vm.ReadOnly  // nil until then, with
	env     *lua.LTable
	scope   pointScope
}

// standing is a log point in a State's code.
type standing struct {
	of     *Point
	line   int
	fn     *Function
	when   *lua.LFunction // nil for always
	parts  []pointPart
	second float64 // of game time
	looks  int     // in it
}

// keepPoints takes over, before an entry, what has become of the log points.
func (s *State) keepPoints() {
	ps := s.opts.Points
	v := ps.version.Load()
	if p := s.pointed; p != nil && p.version == v && p.changes == s.modules.changes && p.release == s.release && (p.resumes == 0 || s.now < p.resumes) {
		return
	}
	s.takePointsOff()
	if s.pointed == nil {
		s.pointed = &pointed{}
		s.m.Point = s.passes
	}
	p := s.pointed
	p.version, p.changes, p.release = v, s.modules.changes, s.release
	if s.opts.Pointless == nil || !s.opts.Pointless() {
		s.putPoints(ps)
	}
}

// putPoints puts every log point of the State into its code.
func (s *State) putPoints(ps *Points) {
	p := s.pointed
	places := map[*Function]map[int]int{}
	for _, point := range ps.of(s.opts.Name) {
		f, at := s.standsIn(ps, point)
		if f == nil {
			continue
		}
		if places[f] == nil {
			places[f] = map[int]int{}
		}
		n, shared := places[f][at.pc]
		if !shared {
			n = len(p.stands)
			places[f][at.pc] = n
			p.stands = append(p.stands, nil)
		}
		p.stands[n] = append(p.stands[n], s.standing(point, f, at))
	}
	for f, at := range places {
		s.ownCode(f)
		own := f.Decl.Proto.Code
		p.copies[f] = bytecode.Pointed(own, at)
		s.swapCode(f, own, p.copies[f])
	}
}

// standsIn is the function that a log point stands in here, nil for none, and where.
func (s *State) standsIn(ps *Points, point *Point) (*Function, spot) {
	m := s.modules.byName[point.module]
	if m == nil {
		return nil, spot{}
	}
	at, first := point.in(m.File)
	if first && (at.lost != "" || at.edited) {
		ps.hear.PointMoved(PointMove{Point: point.id, System: s.opts.Name, Function: point.root, Release: s.release.Number, Line: at.line, Lost: at.lost})
	}
	if at.lost != "" || at.decl.ID >= len(m.Functions) || m.Functions[at.decl.ID] == nil {
		return nil, at
	}
	return m.Functions[at.decl.ID], at
}

func (s *State) standing(point *Point, f *Function, at spot) *standing {
	p := s.pointed
	if p.env == nil {
		p.scope.s = s
		p.env, p.copies = s.scopeEnv(&p.scope), map[*Function][]uint32{}
		p.ro = newReadOnly()
		p.ro.Refuse = func(L *lua.LState, what string) {
			L.RaiseError("a log point only looks: %s would change the shard", what)
		}
	}
	st := &standing{of: point, line: at.line, fn: f, parts: point.parts}
	if point.when != nil {
		st.when = p.evaluates(point.when)
	}
	return st
}

// evaluates is an expression as a function that sees what stands where code comes by.
func (p *pointed) evaluates(proto *lua.FunctionProto) *lua.LFunction {
	return &lua.LFunction{Proto: proto, Env: p.env}
}

// takePointsOff gives every function its own code back.
func (s *State) takePointsOff() {
	p := s.pointed
	if p == nil {
		return
	}
	for f, with := range p.copies {
		s.swapCode(f, with, f.Decl.Proto.Code)
	}
	clear(p.copies)
	p.version, p.release, p.stands, p.resumes = 0, nil, nil, 0
}

// swapCode gives a function other code of the same shape: wherever it has that of before, also
// behind a trace or a gauge.
func (s *State) swapCode(f *Function, was, now []uint32) {
	swap := func(p *lua.FunctionProto) {
		if unsafe.SliceData(p.Code) == unsafe.SliceData(was) {
			p.Code = now
		}
	}
	swap(f.Slot.Proto)
	for p, fz := range s.slots.frozen {
		if fz.Function == f {
			swap(p)
		}
	}
}

// passes is called where code of L comes to a point.
func (s *State) passes(L *lua.LState, n int) {
	p := s.pointed
	if p.telling || n >= len(p.stands) {
		return
	}
	if second := math.Floor(s.now); second != p.second {
		p.second, p.passed = second, 0
	}
	if p.passed++; p.passed > pointPasses {
		if p.resumes <= s.now {
			s.restPoints()
		}
		return
	}
	for _, st := range p.stands[n] {
		s.passesBy(L, st)
	}
}

// restPoints takes all points off until the second is over: code that comes by them so often
// would pay for it. It may be running: a copy and what it was made of are alike.
func (s *State) restPoints() {
	p := s.pointed
	for f, with := range p.copies {
		s.swapCode(f, with, f.Decl.Proto.Code)
	}
	clear(p.copies)
	p.resumes = p.second + 1
}

// passesBy tells what a log point has to tell, if it may.
func (s *State) passesBy(L *lua.LState, st *standing) {
	st.of.hits.Add(1)
	if st.second != s.pointed.second {
		st.second, st.looks = s.pointed.second, 0
	}
	if st.looks++; st.looks > pointLooks {
		st.of.pass()
		return
	}
	var line PointLine
	if st.when == nil { // what is not told need not be looked at
		var ok bool
		if line.Untold, ok = st.of.take(s.opts.Points.now()); !ok {
			return
		}
	}
	if !s.fill(L, st, &line) {
		return
	}
	line.Point, line.System, line.Function, line.Line, line.Release = st.of.id, s.opts.Name, st.fn.Decl.Name, st.line, s.release.Number
	if s.current != nil {
		line.Player = s.current.player
	}
	s.opts.Points.hear.PointTold(line)
}

// telling says whether what runs is a log point's expression: it is not heard.
func (s *State) telling() bool { return s.pointed != nil && s.pointed.telling }

// fill looks at a log point's condition and expressions; false where it does not hold, or
// may not be told.
func (s *State) fill(L *lua.LState, st *standing, line *PointLine) bool {
	p := s.pointed
	hook, back, began := s.m.Hook, s.setAside(), time.Now()
	s.m.Hook, p.telling = nil, true
	defer func() {
		back()
		s.m.Hook, p.telling = hook, false
		p.took += time.Since(began)
	}()
	p.scope.th, p.scope.frame, p.scope.fn = L, vm.Current(L), st.fn
	s.begin(pointBudget)
	s.meter.made, s.depth, s.m.ReadOnly = made{}, 1, p.ro
	if st.when != nil {
		v, err := s.lookAt(L, st.when)
		if err != nil { // it is told, and holds
			line.Failed, line.Text = true, "--if: "+pointCut(err.Error(), pointValue)+": "
		} else if !lua.LVAsBool(v) {
			return false
		}
		var ok bool
		if line.Untold, ok = st.of.take(s.opts.Points.now()); !ok {
			return false
		}
	}
	s.fillIn(L, st, line)
	return true
}

// fillIn evaluates a log point's expressions. An error stands in the place of its value.
func (s *State) fillIn(L *lua.LState, st *standing, line *PointLine) {
	var b strings.Builder
	b.WriteString(line.Text)
	for _, part := range st.parts {
		b.WriteString(part.words)
		if part.expr == nil {
			continue
		}
		v, err := s.lookAt(L, s.pointed.evaluates(part.expr))
		if err != nil {
			line.Failed = true
			b.WriteString("<" + pointCut(err.Error(), pointValue) + ">")
		} else {
			b.WriteString(pointCut(s.pointValue(v), pointValue))
		}
		if b.Len() > pointText {
			break
		}
	}
	line.Text = pointCut(b.String(), pointText)
}

// lookAt evaluates an expression on a thread of its own.
func (s *State) lookAt(L *lua.LState, fn *lua.LFunction) (lua.LValue, error) {
	p := s.pointed
	if p.th == nil {
		p.th = vm.NewThread(s.l)
	}
	p.ro.Forget()
	state, err, values := vm.Resume(L, p.th, fn)
	switch {
	case state == lua.ResumeYield:
		p.th = nil
		return nil, errWaits
	case err != nil:
		p.th = nil
		return nil, errors.New(withoutPlace(ErrorText(err)))
	}
	vm.Reuse(p.th)
	return values[0], nil
}

// withoutPlace takes the place in an expression, which says nothing, off an error.
func withoutPlace(text string) string {
	if rest, ok := strings.CutPrefix(text, pointName+":"); ok {
		if _, said, ok := strings.Cut(rest, ": "); ok {
			return said
		}
	}
	return text
}

// pointValue is how a value reads in a line.
func (s *State) pointValue(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return number.Format(float64(v))
	}
	return s.text(v)
}

// pointCut bounds a text, and keeps it on one line.
func pointCut(text string, most int) string {
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

// pointScope is what is in sight where a log point stands: locals, what the function has
// captured, and the locals of the file that it has not.
type pointScope struct {
	s     *State
	th    *lua.LState
	frame vm.Frame
	fn    *Function
}

// Find implements Scope.
func (p *pointScope) Find(name string) (lua.LValue, bool) {
	if v, ok := (&Call{th: p.th, frame: p.frame}).Find(name); ok {
		return v, true
	}
	m := p.fn.Module
	for i := len(m.Variables) - 1; i >= 0; i-- {
		if v := m.Variables[i]; v != nil && v.Cell != nil && v.Decl.Name == name {
			return v.Cell.Value(), true
		}
	}
	return nil, false
}

// Set implements Scope: nothing can be set.
func (p *pointScope) Set(string, lua.LValue) bool { return false }
