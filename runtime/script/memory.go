package script

import (
	"cmp"
	"slices"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// A State's memory is measured by walking what it holds, whenever it has allocated so
// much that the walk is cheap beside it. Garbage does not count: only what scripts
// still reach. The walk goes on for a little after each entry, since in one piece it
// takes as long as a tick where thousands play.
const (
	heldBudget   = 1 << 20   // that an entry may allocate in one that holds more
	measureLeast = 64 << 20  // that are allocated between two measurements
	maxWalked    = 4_000_000 // objects that one measurement visits
	walkLeast    = 16        // objects that are visited after an entry,
	walkBytes    = 128       // and one more for so many bytes that it has allocated
)

// MostHeld is how many bytes of Lua values a State may hold where nobody says otherwise.
const MostHeld = 256 << 20

// mostHeld is how many it may hold.
func (s *State) mostHeld() int64 { return cmp.Or(s.opts.MostHeld, MostHeld) }

// Held is how many bytes of Lua values the State holds, about, when it was last
// measured: at its start, and then when its scripts have allocated half of what it may hold
// besides, 64 MiB at least, or a quarter of the whole.
func (s *State) Held() int64 {
	if s.measured == 0 {
		s.measure()
	}
	return s.held
}

func (s *State) measure() {
	s.weighing = nil
	s.measured = max(s.m.Allocated, 1)
	s.held = s.measureHeld()
}

// remeasure begins a measurement when one is due, and goes on with one that has begun.
// What changed during the walk may count twice, so that one which finds too much is made
// again in one piece, as is one that may find that the State has let go of something.
func (s *State) remeasure() {
	most := walkLeast + int(max(s.m.Allocated-s.ended, 0)/walkBytes)
	s.ended = s.m.Allocated
	switch {
	case s.weighing == nil && s.m.Allocated-s.measured <= max(min(measureLeast, s.mostHeld()/4), (s.mostHeld()-s.held)/2):
		return
	case s.held > s.mostHeld():
		s.measure()
		return
	case s.weighing == nil:
		s.weighing, s.measured = s.Weigh(), s.m.Allocated
	}
	switch done := s.weighing.Some(most); {
	case s.weighing.bytes > s.mostHeld():
		s.measure()
	case done:
		s.held, s.weighing = s.weighing.bytes, nil
	}
}

func (s *State) measureHeld() int64 {
	w := s.Weigh()
	w.Some(maxWalked)
	return w.bytes
}

// Weighing adds up what values take, by the modules that hold them. It may be done bit by
// bit: what changes meanwhile counts as it was or as it is.
//
// A value counts for the module that is the first to reach it: what a module returns and its
// own locals come first, then what else there is. Functions count for the module that they
// are written in.
type Weighing struct {
	s     *State
	bytes int64
	names []string // "" is nobody's: globals, players, what waits
	by    []int64  // bytes, of each of names
	index map[string]int
	of    int                         // whose is what is pushed now, in names
	seen  map[unsafe.Pointer]struct{} // by address: half the price of a map of interfaces
	queue []weighed
}

type weighed struct {
	v  lua.LValue
	of int
}

// Weigh begins to measure what the State holds now, apart from Held.
func (s *State) Weigh() *Weighing {
	w := &Weighing{s: s, seen: map[unsafe.Pointer]struct{}{}, index: map[string]int{}}
	w.whose("")
	for _, m := range s.modules.order { // each before what it holds of others
		w.whose(m.Name)
		w.push(m.Result)
	}
	for _, m := range s.modules.order {
		w.whose(m.Name)
		m.eachVariable(w.push)
	}
	w.whose("")
	s.eachRoot(w.push)
	for t := range s.alive {
		w.push(t.th)
	}
	slices.Reverse(w.queue) // the last is weighed first
	return w
}

// Some goes on with at most so many tables and functions, and says whether all is
// weighed. Like Weigh it belongs to the goroutine that owns the State.
func (w *Weighing) Some(most int) bool {
	for n := 0; len(w.queue) > 0 && n < most; n++ {
		next := w.queue[len(w.queue)-1]
		w.queue = w.queue[:len(w.queue)-1]
		w.of = next.of
		w.weigh(next.v)
	}
	return len(w.queue) == 0
}

// Modules visits what has been weighed so far by module, "" for what is no module's.
func (w *Weighing) Modules(visit func(module string, bytes int64)) {
	for i, name := range w.names {
		if w.by[i] > 0 {
			visit(name, w.by[i])
		}
	}
}

// whose says for which module counts what is pushed from now on.
func (w *Weighing) whose(module string) {
	i, ok := w.index[module]
	if !ok {
		i = len(w.names)
		w.names, w.by, w.index[module] = append(w.names, module), append(w.by, 0), i
	}
	w.of = i
}

func (w *Weighing) add(bytes int64) {
	w.bytes += bytes
	w.by[w.of] += bytes
}

// Bytes is what has been weighed so far.
func (w *Weighing) Bytes() int64 { return w.bytes }

func (w *Weighing) push(v lua.LValue) {
	var at unsafe.Pointer
	switch v := v.(type) {
	case lua.LString:
		w.add(int64(len(v))) // also where it is shared
		return
	case *lua.LTable:
		at = unsafe.Pointer(v)
	case *lua.LFunction:
		at = unsafe.Pointer(v)
	case *lua.LState:
		at = unsafe.Pointer(v)
	default:
		return
	}
	if _, ok := w.seen[at]; !ok {
		w.seen[at] = struct{}{}
		w.queue = append(w.queue, weighed{v, w.of})
	}
}

func (w *Weighing) weigh(v lua.LValue) {
	switch v := v.(type) {
	case *lua.LTable:
		w.add(vm.Bytes(v))
		v.ForEach(func(k, e lua.LValue) { w.push(k); w.push(e) })
		w.push(v.Metatable)
	case *lua.LFunction:
		if m := w.s.writtenIn(v); m != "" {
			w.whose(m)
		}
		w.add(80 + 48*int64(len(v.Upvalues)))
		for _, uv := range v.Upvalues {
			if uv != nil {
				w.push(uv.Value())
			}
		}
	case *lua.LState:
		w.add(vm.EachRegister(v, w.push))
	}
}

// writtenIn is the loaded file that a function is written in, "" for none.
func (s *State) writtenIn(fn *lua.LFunction) string {
	if fn.IsG {
		return ""
	}
	if sl := s.slots.Of(fn); sl != nil {
		return sl.Function.Module.Name
	}
	path, _, _ := strings.Cut(fn.Proto.SourceName, "@")
	if m := s.modules.byName[code.ModuleName(path)]; m != nil {
		return m.Name
	}
	return ""
}
