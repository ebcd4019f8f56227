package stdlib

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"

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
	if s.less == nil && s.sortPlain(n) {
		return 0
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

// sortPlain sorts by < where there is one result only, whichever way it is found: a
// list of numbers, or of texts. It says whether this is one.
func (s *sorting) sortPlain(n int) bool {
	order := plainOrder(s.t, n)
	if order == nil {
		return false
	}
	s.lib.Charge(s.l, n*bits.Len(uint(n))/comparisonsPerStep)
	items := make([]lua.LValue, n)
	for i := range items {
		items[i] = vm.GetInt(s.t, i+1)
	}
	slices.SortFunc(items, order)
	for i, v := range items {
		vm.SetInt(s.t, i+1, v)
	}
	return true
}

// plainOrder is the order of a list of numbers or of texts, nil for any other. NaN
// has no place in an order, and -0 is equal to 0 and not the same.
func plainOrder(t *lua.LTable, n int) func(a, b lua.LValue) int {
	kind := vm.GetInt(t, 1).Type()
	if kind != lua.LTNumber && kind != lua.LTString {
		return nil
	}
	for i := 1; i <= n; i++ {
		v := vm.GetInt(t, i)
		if v.Type() != kind {
			return nil
		}
		if x, ok := v.(lua.LNumber); ok && (x != x || x == 0 && math.Signbit(float64(x))) {
			return nil
		}
	}
	if kind == lua.LTString {
		return func(a, b lua.LValue) int { return strings.Compare(string(a.(lua.LString)), string(b.(lua.LString))) }
	}
	return func(a, b lua.LValue) int { return cmp.Compare(a.(lua.LNumber), b.(lua.LNumber)) }
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
		return vm.Less(s.l, a, b)
	}
	s.lib.Charge(s.l, 1)
	s.l.Push(s.less)
	s.l.Push(a)
	s.l.Push(b)
	vm.Invoke(s.l, 2, 1)
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
