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

// register makes a registration, owned by the file whose top level is running.
func (s *State) register(kind regKind, name string, fn *lua.LFunction, seconds float64) *registration {
	s.regSeq++
	r := &registration{kind: kind, name: name, fn: fn, id: s.regSeq, period: seconds, due: s.now + seconds, heap: -1}
	if m := s.atTopLevel(); m != nil {
		r.mod, r.index = m, m.nreg
		m.nreg++
		m.regs = append(m.regs, r)
	}
	s.install(r)
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
func (s *State) install(r *registration) {
	r.gone = false
	switch r.kind {
	case regHandler:
		// A fresh slice: an emit in progress goes on over the old one.
		list := append(append(make([]*registration, 0, len(s.handlers[r.name])+1), s.handlers[r.name]...), r)
		sort.SliceStable(list, func(i, j int) bool { return list[i].before(list[j]) })
		s.handlers[r.name] = list
	case regCommand:
		r.over = s.commands[r.name]
		s.commands[r.name] = r
	case regEvery, regAfter:
		heap.Push(&s.timers, r)
	}
}

// drop takes a registration out.
func (s *State) drop(r *registration) {
	r.gone = true
	switch r.kind {
	case regHandler:
		var list []*registration
		for _, o := range s.handlers[r.name] {
			if o != r {
				list = append(list, o)
			}
		}
		if len(list) == 0 {
			delete(s.handlers, r.name)
		} else {
			s.handlers[r.name] = list
		}
	case regCommand:
		if s.commands[r.name] == r {
			delete(s.commands, r.name)
		}
	case regEvery, regAfter:
		if r.heap >= 0 {
			heap.Remove(&s.timers, r.heap)
		}
	}
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
