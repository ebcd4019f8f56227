package stdlib

import (
	"math"
	"math/rand/v2"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// TestQuickAgrees calls each Quick with all manner of arguments: where it will, its
// result is what the function itself gives, for every number of results that a call may
// want, and so are the tables that it was given.
func TestQuickAgrees(t *testing.T) {
	L, e := newThread(t)
	r := rand.New(rand.NewPCG(1, 3))
	for _, table := range Tables(e) {
		for name, quick := range table.Quick {
			taken := 0
			for range 4000 {
				var args, same []lua.LValue
				for range r.IntN(4) {
					v, w := randomArgument(r)
					args, same = append(args, v), append(same, w)
				}
				want := r.IntN(4) - 1
				v, ok := quick(vm.Of(L), args, want)
				if !ok {
					continue
				}
				taken++
				compareQuick(t, L, table.Name+"."+name, table.Funcs[name], v, args, same, want)
			}
			if taken == 0 {
				t.Errorf("%s.%s: never quick", table.Name, name)
			}
		}
	}
}

func compareQuick(t *testing.T, L *lua.LState, name string, fn lua.LGFunction, v lua.LValue, args, same []lua.LValue, want int) {
	t.Helper()
	top := L.GetTop()
	defer L.SetTop(top)
	L.Push(&lua.LFunction{IsG: true, GFunction: fn, Env: L.Env})
	for _, arg := range same {
		L.Push(arg)
	}
	if err := vm.PCall(L, len(same), want, nil); err != nil {
		t.Errorf("%s%v wants %d: quick gives %v, the function raises %v", name, args, want, v, err)
		return
	}
	got := []lua.LValue{}
	if want != 0 {
		got = append(got, v)
	}
	for len(got) < want {
		got = append(got, lua.LNil)
	}
	if n := L.GetTop() - top; n != len(got) {
		t.Errorf("%s%v wants %d: quick gives %v, the function %d results", name, args, want, v, n)
		return
	}
	for i := range got {
		if want := L.Get(top + 1 + i); !equal(got[i], want) {
			t.Errorf("%s%v: quick gives %v, the function %v", name, args, got, want)
		}
	}
	for i := range args {
		if !equal(args[i], same[i]) {
			t.Errorf("%s%v: quick leaves the table another one than the function does", name, args)
		}
	}
}

// equal compares numbers by their bits, but for those that are none, and tables by
// what is in them.
func equal(a, b lua.LValue) bool {
	switch a := a.(type) {
	case lua.LNumber:
		b, ok := b.(lua.LNumber)
		return ok && (a != a && b != b || math.Float64bits(float64(a)) == math.Float64bits(float64(b)))
	case *lua.LTable:
		b, ok := b.(*lua.LTable)
		if !ok || vm.Len(a) != vm.Len(b) {
			return false
		}
		for i := range vm.Len(a) + 1 {
			if !equal(vm.GetInt(a, i), vm.GetInt(b, i)) {
				return false
			}
		}
		return true
	}
	return vm.RawEqual(a, b)
}

// randomArgument makes a value, and another one that is equal.
func randomArgument(r *rand.Rand) (v, same lua.LValue) {
	numbers := []lua.LNumber{0, lua.LNumber(math.Copysign(0, -1)), 1, 2, 3, -1, -2, 7, 1.5, -2.5, 1e15, 1 << 53, 1e300, -1e300,
		lua.LNumber(math.Inf(1)), lua.LNumber(math.Inf(-1)), lua.LNumber(math.NaN()), 2147483648, -2147483649, 4294967297}
	texts := []lua.LString{"", "a", "hello", "12", "0x10", " 3 ", "#", "#x", "1e2", "\x00b"}
	switch r.IntN(8) {
	case 0, 1, 2:
		v = numbers[r.IntN(len(numbers))]
	case 3, 4:
		v = texts[r.IntN(len(texts))]
	case 5:
		return randomList(r)
	case 6:
		v = lua.LBool(r.IntN(2) == 0)
	default:
		v = lua.LNil
	}
	return v, v
}

func randomList(r *rand.Rand) (a, b *lua.LTable) {
	a, b = &lua.LTable{Metatable: lua.LNil}, &lua.LTable{Metatable: lua.LNil}
	for i := range r.IntN(5) {
		v := lua.LNumber(r.IntN(9))
		vm.SetInt(a, i+1, v)
		vm.SetInt(b, i+1, v)
	}
	return a, b
}
