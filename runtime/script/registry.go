package script

import (
	"container/heap"
	"sort"

	lua "github.com/yuin/gopher-lua"
)

type regKind uint8

const (
	regHandler regKind = iota
	regCommand
	regEvery
	regAfter
)

// String is the kind as operators know it.
func (k regKind) String() string { return regKindNames[k] }

var regKindNames = [...]string{"handler", "command", "timer", "timer"}

// registration is a handler, a command or a timer. One made at a file's top
// level belongs to the file: the next version of the file keeps, changes or
// drops it. One made at run time (mod nil) only has its code changed.
type registration struct {
	kind   regKind
	name   string // event or command
	fn     *lua.LFunction
	mod    *module
	index  int    // among the file's registrations: what keeps the order
	id     uint64 // in order of making
	period float64
	due    float64
	heap   int // place in the timer heap, -1 when not in it
	gone   bool
	wait   *Wait         // of a sleeping task
	over   *registration // the command of that name before
}

func (r *registration) before(o *registration) bool {
	switch {
	case r.mod != nil && o.mod != nil && r.mod != o.mod:
		return r.mod.seq < o.mod.seq
	case r.mod != nil && r.mod == o.mod:
		return r.index < o.index
	case (r.mod == nil) != (o.mod == nil):
		return r.mod != nil
	}
	return r.id < o.id
}

// Registry are the handlers, commands and timers of a State.
type Registry struct {
	handlers map[string][]*registration
	commands map[string]*registration
	timers   timerHeap
}

func newRegistry() Registry {
	return Registry{handlers: map[string][]*registration{}, commands: map[string]*registration{}}
}

// Registry are the State's handlers, commands and timers.
func (s *State) Registry() *Registry { return &s.registry }

// Timers visits the pending timers, those of sleeping tasks too.
func (g *Registry) Timers(visit func(*registration)) {
	for _, r := range g.timers {
		visit(r)
	}
}

// Each visits all handlers and commands.
func (g *Registry) Each(visit func(*registration)) {
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
func (m *module) eachRegistration(visit func(*registration)) {
	for _, r := range m.regs {
		if r != nil {
			visit(r)
		}
	}
}

// register makes a registration, owned by the file whose top level is running.
func (s *State) register(kind regKind, name string, fn *lua.LFunction, seconds float64) *registration {
	r := &registration{kind: kind, name: name, fn: fn, id: s.nextID(), period: seconds, due: s.now + seconds, heap: -1}
	if m := s.atTopLevel(); m != nil {
		r.mod, r.index = m, len(m.regs)
		m.regs = append(m.regs, r)
	}
	s.registry.install(r)
	return r
}

// registerFor is register for a script, within bounds.
func (s *State) registerFor(L *lua.LState, kind regKind, name string, fn *lua.LFunction, seconds float64) *registration {
	s.boundRegistration(L, kind, name)
	r := s.register(kind, name, fn, seconds)
	s.noteRegistration(r)
	return r
}

// install puts a registration where it works.
func (g *Registry) install(r *registration) {
	r.gone = false
	switch r.kind {
	case regHandler:
		// A fresh slice: an emit in progress goes on over the old one.
		list := append(append(make([]*registration, 0, len(g.handlers[r.name])+1), g.handlers[r.name]...), r)
		sort.SliceStable(list, func(i, j int) bool { return list[i].before(list[j]) })
		g.handlers[r.name] = list
	case regCommand:
		r.over = g.commands[r.name]
		g.commands[r.name] = r
	case regEvery, regAfter:
		heap.Push(&g.timers, r)
	}
}

// drop takes a registration out.
func (g *Registry) drop(r *registration) {
	r.gone = true
	switch r.kind {
	case regHandler:
		var list []*registration
		for _, o := range g.handlers[r.name] {
			if o != r {
				list = append(list, o)
			}
		}
		if len(list) == 0 {
			delete(g.handlers, r.name)
		} else {
			g.handlers[r.name] = list
		}
	case regCommand:
		if g.commands[r.name] == r {
			delete(g.commands, r.name)
		}
	case regEvery, regAfter:
		if r.heap >= 0 {
			heap.Remove(&g.timers, r.heap)
		}
	}
}

// forget takes a registration that is over out of its file's list.
func (r *registration) forget() {
	if r.mod == nil {
		return
	}
	for i, o := range r.mod.regs {
		if o == r {
			r.mod.regs[i] = nil // the place stays: indexes keep their meaning
			return
		}
	}
}

// Withdraw takes a registration of the file out for a new version of the file.
func (g *Registry) Withdraw(r *registration, undo *Undo) {
	undo.Add(func() { g.install(r) })
	g.drop(r)
}

// Change gives a registration what a new version of its file says. A timer keeps its
// phase: it is next due after what remains at the game time now, or the new period if
// that is less.
func (g *Registry) Change(r *registration, fn *lua.LFunction, index int, period, now float64, undo *Undo) {
	before := *r
	undo.Add(func() {
		r.fn, r.index, r.period, r.due = before.fn, before.index, before.period, before.due
		g.reorder(r)
	})
	r.fn, r.index = fn, index
	switch {
	case r.kind == regEvery && period != r.period:
		r.period, r.due = period, now+min(r.due-now, period)
		g.reorder(r)
	case r.kind == regHandler && before.index != index:
		g.reorder(r)
	}
}

// reorder puts a registration where its place in its file, or its due time, wants it.
func (g *Registry) reorder(r *registration) {
	switch {
	case r.kind == regHandler:
		g.drop(r)
		g.install(r)
	case r.heap >= 0:
		heap.Fix(&g.timers, r.heap)
	}
}

// Register makes for a file what a new version of it registers, like the registration
// of the State that has run it.
func (s *State) Register(m *module, like *registration, fn *lua.LFunction, index int, undo *Undo) *registration {
	r := &registration{kind: like.kind, name: like.name, fn: fn, mod: m, index: index, id: s.nextID(),
		period: like.period, due: s.now + like.period, heap: -1}
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
type timerHeap []*registration

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].id < h[j].id
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heap, h[j].heap = i, j
}

// Push implements heap.Interface.
func (h *timerHeap) Push(x any) {
	r := x.(*registration)
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
