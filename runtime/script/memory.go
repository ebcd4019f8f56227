package script

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// A State's memory is measured by walking what it holds, whenever it has allocated so
// much that the walk is cheap beside it. Garbage does not count: only what scripts
// still reach. The walk goes on for a little after each entry, since in one piece it
// takes as long as a tick where thousands play.
const (
	maxHeld      = 256 << 20 // bytes that a State may hold
	heldBudget   = 1 << 20   // that an entry may allocate in one that holds more
	measureLeast = 64 << 20  // that are allocated between two measurements
	maxWalked    = 4_000_000 // objects that one measurement visits
	walkLeast    = 16        // objects that are visited after an entry,
	walkBytes    = 128       // and one more for so many bytes that it has allocated
)

// Held is how many bytes of Lua values the State holds, about, when it was last
// measured: at its start, and then when its scripts have allocated half of what it may hold
// besides, 64 MiB at least.
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
	case s.weighing == nil && s.m.Allocated-s.measured <= max(measureLeast, (maxHeld-s.held)/2):
		return
	case s.held > maxHeld:
		s.measure()
		return
	case s.weighing == nil:
		s.weighing, s.measured = s.Weigh(), s.m.Allocated
	}
	switch done := s.weighing.Some(most); {
	case s.weighing.bytes > maxHeld:
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

// Weighing adds up what values take. It may be done bit by bit: what changes meanwhile
// counts as it was or as it is.
type Weighing struct {
	bytes int64
	seen  map[unsafe.Pointer]struct{} // by address: half the price of a map of interfaces
	queue []lua.LValue
}

// Weigh begins to measure what the State holds now, apart from Held.
func (s *State) Weigh() *Weighing {
	w := &Weighing{seen: map[unsafe.Pointer]struct{}{}}
	s.eachRoot(w.push)
	for t := range s.alive {
		w.push(t.th)
	}
	return w
}

// Some goes on with at most so many tables and functions, and says whether all is
// weighed. Like Weigh it belongs to the goroutine that owns the State.
func (w *Weighing) Some(most int) bool {
	for n := 0; len(w.queue) > 0 && n < most; n++ {
		v := w.queue[len(w.queue)-1]
		w.queue = w.queue[:len(w.queue)-1]
		w.weigh(v)
	}
	return len(w.queue) == 0
}

// Bytes is what has been weighed so far.
func (w *Weighing) Bytes() int64 { return w.bytes }

func (w *Weighing) push(v lua.LValue) {
	var at unsafe.Pointer
	switch v := v.(type) {
	case lua.LString:
		w.bytes += int64(len(v)) // also where it is shared
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
		w.queue = append(w.queue, v)
	}
}

func (w *Weighing) weigh(v lua.LValue) {
	switch v := v.(type) {
	case *lua.LTable:
		w.bytes += vm.Bytes(v)
		v.ForEach(func(k, e lua.LValue) { w.push(k); w.push(e) })
		w.push(v.Metatable)
	case *lua.LFunction:
		w.bytes += 80 + 48*int64(len(v.Upvalues))
		for _, uv := range v.Upvalues {
			if uv != nil {
				w.push(uv.Value())
			}
		}
	case *lua.LState:
		w.bytes += vm.EachRegister(v, w.push)
	}
}
