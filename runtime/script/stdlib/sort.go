package stdlib

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// sort is table.sort. It is the quicksort of PUC Lua, step by step, so that equal
// elements come to lie in the same order as there, and an order that contradicts
// itself is found out at the same place.
func (lib library) sort(L *lua.LState) int {
	s := sorting{lib: lib, l: L, t: arg.Table(L, 1)}
	n := vm.Len(s.t)
	if !arg.Absent(L, 2) {
		s.less = arg.Function(L, 2)
	}
	s.sort(1, n)
	return 0
}

type sorting struct {
	lib  library
	l    *lua.LState
	t    *lua.LTable
	less *lua.LFunction // nil: the operator <
	free int            // comparisons by < that cost nothing any more
}

func (s *sorting) get(i int) lua.LValue { return vm.GetInt(s.t, i) }

func (s *sorting) set(i int, v lua.LValue) { vm.SetInt(s.t, i, v) }

// comparisonsPerStep is how many comparisons without a function take as long as
// one step.
const comparisonsPerStep = 8

func (s *sorting) before(a, b lua.LValue) bool {
	if s.less == nil {
		if s.free--; s.free < 0 {
			s.lib.Charge(s.l, 1)
			s.free = comparisonsPerStep
		}
		return less(s.l, a, b)
	}
	s.lib.Charge(s.l, 1)
	s.l.Push(s.less)
	s.l.Push(a)
	s.l.Push(b)
	s.l.Call(2, 1)
	yes := isTrue(s.l.Get(-1))
	s.l.Pop(1)
	return yes
}

func (s *sorting) sort(low, high int) {
	for low < high {
		if !s.median(low, high) {
			return
		}
		at := s.partition(low, high)
		// The smaller part first: so the recursion stays shallow.
		if at-low < high-at {
			s.sort(low, at-1)
			low = at + 1
		} else {
			s.sort(at+1, high)
			high = at - 1
		}
	}
}

// order puts the elements at two places, of which the first is the lower, in order.
func (s *sorting) order(i, j int) {
	a, b := s.get(i), s.get(j)
	if s.before(b, a) {
		s.set(i, b)
		s.set(j, a)
	}
}

// median orders the first, the middle and the last element, and says whether there
// are more.
func (s *sorting) median(low, high int) bool {
	s.order(low, high)
	if high-low == 1 {
		return false
	}
	middle := (low + high) / 2
	a, m := s.get(low), s.get(middle)
	if s.before(m, a) {
		s.set(middle, a)
		s.set(low, m)
	} else {
		s.order(middle, high)
	}
	return high-low > 2
}

// partition takes the middle element for the pivot and returns where it belongs:
// what is less lies before it, the rest behind.
func (s *sorting) partition(low, high int) int {
	middle := (low + high) / 2
	pivot := s.get(middle)
	s.swap(middle, high-1)
	i, j := low, high-1
	for {
		i++
		for ; s.before(s.get(i), pivot); i++ {
			s.within(i <= high)
		}
		j--
		for ; s.before(pivot, s.get(j)); j-- {
			s.within(j >= low)
		}
		if j < i {
			break
		}
		s.swap(i, j)
	}
	s.swap(high-1, i)
	return i
}

func (s *sorting) swap(i, j int) {
	a, b := s.get(i), s.get(j)
	s.set(i, b)
	s.set(j, a)
}

// within raises that the order contradicts itself where a search has left the list.
func (s *sorting) within(ok bool) {
	if !ok {
		arg.Raise(s.l, "invalid order function for sorting")
	}
}

// less is the operator <.
func less(L *lua.LState, a, b lua.LValue) bool {
	switch a := a.(type) {
	case lua.LNumber:
		if b, ok := b.(lua.LNumber); ok {
			return a < b
		}
	case lua.LString:
		if b, ok := b.(lua.LString); ok {
			return a < b
		}
	}
	if a.Type() == b.Type() {
		meta := L.GetMetaField(a, "__lt")
		if meta != lua.LNil && L.RawEqual(meta, L.GetMetaField(b, "__lt")) {
			L.Push(meta)
			L.Push(a)
			L.Push(b)
			L.Call(2, 1)
			yes := isTrue(L.Get(-1))
			L.Pop(1)
			return yes
		}
	}
	compareFault(L, a, b)
	return false
}

// compareFault raises that two values have no order. The place is that of the
// library, which has none.
func compareFault(L *lua.LState, a, b lua.LValue) {
	text := "attempt to compare " + a.Type().String() + " with " + b.Type().String()
	if a.Type() == b.Type() {
		text = "attempt to compare two " + a.Type().String() + " values"
	}
	L.Error(lua.LString(text), 0)
}
