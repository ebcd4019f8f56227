package script

import (
	"container/heap"
	"sort"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// RegistrationKind is what a registration is of: see String.
type RegistrationKind uint8

const (
	regHandler RegistrationKind = iota
	regCommand
	regEvery
	regAfter
	regAt // a time of day; Name says which
)

// String is the kind as operators know it.
func (k RegistrationKind) String() string { return regKindNames[k] }

var regKindNames = [...]string{"handler", "command", "timer", "timer", "timer"}

// Registration is a handler, a command or a timer. One made at a file's top
// level belongs to the file: the next version of the file keeps, changes or
// drops it. One made at run time (mod nil) only has its code changed.
type Registration struct {
	Kind   RegistrationKind
	Name   string // event or command
	Fn     *lua.LFunction
	Module *Module
	index  int    // among the file's registrations: what keeps the order
	id     uint64 // in order of making
	Period float64
	due    float64
	heap   int       // place in the timer heap, -1 when not in it
	when   calendar  // of regAt
	moment time.Time // ... and when it is due
	gone   bool
	wait   *Wait         // of a sleeping task
	over   *Registration // the command of that name before
}

func (r *Registration) before(o *Registration) bool {
	switch {
	case r.Module != nil && o.Module != nil && r.Module != o.Module:
		return r.Module.seq < o.Module.seq
	case r.Module != nil && r.Module == o.Module:
		return r.index < o.index
	case (r.Module == nil) != (o.Module == nil):
		return r.Module != nil
	}
	return r.id < o.id
}

// Registry are the handlers, commands and timers of a State.
type Registry struct {
	handlers map[string][]*Registration
	commands map[string]*Registration
	timers   timerHeap // by game time
	calendar timerHeap // by the time of day
	looked   time.Time // when runCalendar last looked
}

func newRegistry() Registry {
	return Registry{handlers: map[string][]*Registration{}, commands: map[string]*Registration{}}
}

// Registry are the State's handlers, commands and timers.
func (s *State) Registry() *Registry { return &s.registry }

// Timers visits the pending timers, those of sleeping tasks too.
func (g *Registry) Timers(visit func(*Registration)) {
	for _, r := range g.timers {
		visit(r)
	}
	for _, r := range g.calendar {
		visit(r)
	}
}

// Each visits all handlers and commands.
func (g *Registry) Each(visit func(*Registration)) {
	for _, list := range g.handlers {
		for _, r := range list {
			visit(r)
		}
	}
	for _, r := range g.commands {
		visit(r)
	}
}

// eachRegistration visits what the file's top level has registered and is not over.
func (m *Module) eachRegistration(visit func(*Registration)) {
	for _, r := range m.Registrations {
		if r != nil {
			visit(r)
		}
	}
}

// register makes a registration, owned by the file whose top level is running.
func (s *State) register(kind RegistrationKind, name string, fn *lua.LFunction, seconds float64) *Registration {
	r := &Registration{Kind: kind, Name: name, Fn: fn, id: s.nextID(), Period: seconds, heap: -1}
	if m := s.atTopLevel(); m != nil {
		r.Module, r.index = m, len(m.Registrations)
		m.Registrations = append(m.Registrations, r)
	}
	s.schedule(r)
	s.registry.install(r)
	return r
}

// registerFor is register for a script, within bounds.
func (s *State) registerFor(L *lua.LState, kind RegistrationKind, name string, fn *lua.LFunction, seconds float64) *Registration {
	s.boundRegistration(L, kind, name)
	r := s.register(kind, name, fn, seconds)
	s.noteRegistration(r)
	return r
}

// install puts a registration where it works.
func (g *Registry) install(r *Registration) {
	r.gone = false
	switch r.Kind {
	case regHandler:
		// A fresh slice: an emit in progress goes on over the old one.
		list := append(append(make([]*Registration, 0, len(g.handlers[r.Name])+1), g.handlers[r.Name]...), r)
		sort.SliceStable(list, func(i, j int) bool { return list[i].before(list[j]) })
		g.handlers[r.Name] = list
	case regCommand:
		r.over = g.commands[r.Name]
		g.commands[r.Name] = r
	case regEvery, regAfter, regAt:
		heap.Push(g.heapOf(r), r)
	}
}

// drop takes a registration out.
func (g *Registry) drop(r *Registration) {
	r.gone = true
	switch r.Kind {
	case regHandler:
		var list []*Registration
		for _, o := range g.handlers[r.Name] {
			if o != r {
				list = append(list, o)
			}
		}
		if len(list) == 0 {
			delete(g.handlers, r.Name)
		} else {
			g.handlers[r.Name] = list
		}
	case regCommand:
		if g.commands[r.Name] == r {
			delete(g.commands, r.Name)
		}
	case regEvery, regAfter, regAt:
		if r.heap >= 0 {
			heap.Remove(g.heapOf(r), r.heap)
		}
	}
}

// heapOf is where a timer waits.
func (g *Registry) heapOf(r *Registration) *timerHeap {
	if r.Kind == regAt {
		return &g.calendar
	}
	return &g.timers
}

// forget takes a registration that is over out of its file's list.
func (r *Registration) forget() {
	if r.Module == nil {
		return
	}
	for i, o := range r.Module.Registrations {
		if o == r {
			r.Module.Registrations[i] = nil // the place stays: indexes keep their meaning
			return
		}
	}
}

// Withdraw takes a registration of the file out for a new version of the file.
func (g *Registry) Withdraw(r *Registration, undo *Undo) {
	undo.Add(func() { g.install(r) })
	g.drop(r)
}

// Change gives a registration what a new version of its file says. A timer keeps its
// phase: it is next due after what remains at the game time now, or the new period if
// that is less.
func (g *Registry) Change(r *Registration, fn *lua.LFunction, index int, period, now float64, undo *Undo) {
	before := *r
	undo.Add(func() {
		r.Fn, r.index, r.Period, r.due = before.Fn, before.index, before.Period, before.due
		g.reorder(r)
	})
	r.Fn, r.index = fn, index
	switch {
	case r.Kind == regEvery && period != r.Period:
		r.Period, r.due = period, now+min(r.due-now, period)
		g.reorder(r)
	case r.Kind == regHandler && before.index != index:
		g.reorder(r)
	}
}

// reorder puts a registration where its place in its file, or its due time, wants it.
func (g *Registry) reorder(r *Registration) {
	switch {
	case r.Kind == regHandler:
		g.drop(r)
		g.install(r)
	case r.heap >= 0:
		heap.Fix(g.heapOf(r), r.heap)
	}
}

// Register makes for a file what a new version of it registers, like the registration
// of the State that has run it.
func (s *State) Register(m *Module, like *Registration, fn *lua.LFunction, index int, undo *Undo) *Registration {
	r := &Registration{Kind: like.Kind, Name: like.Name, Fn: fn, Module: m, index: index, id: s.nextID(),
		Period: like.Period, heap: -1}
	s.schedule(r)
	undo.Add(func() {
		s.registry.drop(r)
		if r.over != nil {
			s.registry.install(r.over)
		}
	})
	s.registry.install(r)
	return r
}

// timerHeap orders timers by due time, then by the order of making.
type timerHeap []*Registration

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	if !h[i].moment.Equal(h[j].moment) {
		return h[i].moment.Before(h[j].moment)
	}
	return h[i].id < h[j].id
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heap, h[j].heap = i, j
}

// Push implements heap.Interface.
func (h *timerHeap) Push(x any) {
	r := x.(*Registration)
	r.heap = len(*h)
	*h = append(*h, r)
}

// Pop implements heap.Interface.
func (h *timerHeap) Pop() any {
	old := *h
	r := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	r.heap = -1
	return r
}
