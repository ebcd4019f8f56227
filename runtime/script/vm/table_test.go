package vm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestLayout(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
	type other struct{ Metatable lua.LValue }
	if sameLayout(reflect.TypeFor[lua.LTable](), reflect.TypeFor[other]()) == nil {
		t.Error("another layout was taken for the same")
	}
}

// randomKey is one of the kinds of keys that a table tells apart.
func randomKey(r *rand.Rand, objects []lua.LValue) lua.LValue {
	switch r.IntN(6) {
	case 0:
		return lua.LString(fmt.Sprint("k", r.IntN(12)))
	case 1:
		return lua.LNumber(r.IntN(100_000))
	case 2:
		return lua.LNumber(float64(r.IntN(8))/2 - 2)
	case 3:
		return objects[r.IntN(len(objects))]
	}
	return lua.LNumber(1 + r.IntN(20))
}

// TestTableIsAMap compares a table with a plain map over random histories, in
// what is stored, in its border, and in what a traversal meets.
func TestTableIsAMap(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		objects := []lua.LValue{lua.LTrue, lua.LFalse, &lua.LFunction{}, &lua.LTable{}}
		tb, want := &lua.LTable{Metatable: lua.LNil}, map[lua.LValue]lua.LValue{}
		if seed%2 == 0 {
			tb = newTable(r.IntN(3), r.IntN(7))
		}
		for step := range 300 {
			k := randomKey(r, objects)
			if r.IntN(3) == 0 {
				Set(tb, k, lua.LNil)
				delete(want, k)
			} else {
				v := lua.LNumber(step)
				Set(tb, k, v)
				want[k] = v
			}
			if step%10 == 0 {
				compare(t, seed, tb, want)
			}
		}
		emptyWhileWalking(t, seed, tb)
	}
}

func compare(t *testing.T, seed uint64, tb *lua.LTable, want map[lua.LValue]lua.LValue) {
	t.Helper()
	for k, v := range want {
		if got := Get(tb, k); got != v {
			t.Fatalf("seed %d: [%v] is %v, want %v", seed, k, got, v)
		}
	}
	n := Len(tb)
	if n > 0 && want[lua.LNumber(n)] == nil || want[lua.LNumber(n+1)] != nil {
		t.Fatalf("seed %d: %d is no border", seed, n)
	}
	met := map[lua.LValue]bool{}
	for k, v, ok := Next(tb, lua.LNil); k != lua.LNil; k, v, ok = Next(tb, k) {
		if !ok || met[k] || want[k] != v {
			t.Fatalf("seed %d: a walk meets [%v] = %v (again: %v), want %v", seed, k, v, met[k], want[k])
		}
		met[k] = true
	}
	if len(met) != len(want) {
		t.Fatalf("seed %d: a walk meets %d entries of %d", seed, len(met), len(want))
	}
	if tableOf(tb).keys != nil && tableOf(tb).k2i == nil {
		return
	}
	stock := 0
	for k, _ := tb.Next(lua.LNil); k != lua.LNil && stock <= len(want); k, _ = tb.Next(k) {
		stock++
	}
	if stock != len(want) {
		t.Fatalf("seed %d: gopher-lua's walk meets %d entries of %d", seed, stock, len(want))
	}
}

// emptyWhileWalking does what Lua allows in a traversal: it clears what it meets.
func emptyWhileWalking(t *testing.T, seed uint64, tb *lua.LTable) {
	for k, _, ok := Next(tb, lua.LNil); k != lua.LNil; k, _, ok = Next(tb, k) {
		if !ok {
			t.Fatalf("seed %d: lost its place after %v", seed, k)
		}
		Set(tb, k, lua.LNil)
	}
	compare(t, seed, tb, nil)
}

func TestLongAndSparse(t *testing.T) {
	tb := &lua.LTable{Metatable: lua.LNil}
	for i := 1; i <= 70_000; i++ {
		SetInt(tb, i, lua.LNumber(i))
	}
	SetInt(tb, Len(tb)+1, lua.LString("new"))
	if Len(tb) != 70_001 || Get(tb, lua.LNumber(65_536)) != lua.LNumber(65_536) {
		t.Errorf("a list of %d, 65,536 is %v", Len(tb), GetInt(tb, 65_536))
	}
	sparse := &lua.LTable{Metatable: lua.LNil}
	SetInt(sparse, 60_000, lua.LTrue)
	SetInt(sparse, math.MaxInt32, lua.LTrue)
	if Len(sparse) != 0 || cap(tableOf(sparse).array) > 0 {
		t.Errorf("a sparse table is a list of %d with room for %d", Len(sparse), cap(tableOf(sparse).array))
	}
}

func TestGoneKeysAreForgotten(t *testing.T) {
	tb := &lua.LTable{Metatable: lua.LNil}
	for i := range 100_000 {
		k := lua.LString(fmt.Sprint(i))
		Set(tb, k, lua.LTrue)
		Set(tb, k, lua.LNil)
	}
	if n := len(tableOf(tb).keys); n > 64 {
		t.Errorf("an empty table remembers %d keys", n)
	}
}

func TestNumbers(t *testing.T) {
	for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, -128, -129, 1023, 1024, 0.5, 1e300, math.Inf(1), math.Inf(-1), math.NaN()} {
		got := float64(box(lua.LNumber(x)).(lua.LNumber))
		if math.Float64bits(got) != math.Float64bits(x) {
			t.Errorf("%v became %v", x, got)
		}
	}
}

// TestShift compares Insert and Remove with the moves that they stand for, one by one,
// in lists with holes and with keys behind their end.
func TestShift(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 2))
		a, b := newTable(0, 0), newTable(0, 0)
		both := func(k int, v lua.LValue) { SetInt(a, k, v); SetInt(b, k, v) }
		for range 2 + r.IntN(14) {
			k, v := 1+r.IntN(9), lua.LValue(lua.LNumber(r.IntN(99)))
			if r.IntN(4) == 0 {
				v = lua.LNil
			}
			both(k, v)
		}
		for step := range 12 {
			at, end := r.IntN(8), Len(b)
			if r.IntN(2) == 0 {
				v := lua.LNumber(step)
				if Insert(a, at, v) {
					for i := end + 1; i > at; i-- {
						SetInt(b, i, GetInt(b, i-1))
					}
					SetInt(b, at, v)
				}
			} else if v, ok := Remove(a, at); ok {
				if want := GetInt(b, at); v != want {
					t.Fatalf("seed %d, step %d: removed %v, want %v", seed, step, v, want)
				}
				for i := at; i < end; i++ {
					SetInt(b, i, GetInt(b, i+1))
				}
				SetInt(b, end, lua.LNil)
			}
			for i := range 24 {
				if got, want := GetInt(a, i), GetInt(b, i); got != want {
					t.Fatalf("seed %d, step %d: [%d] is %v, want %v", seed, step, i, got, want)
				}
			}
			if Len(a) != Len(b) {
				t.Fatalf("seed %d, step %d: %d long, want %d", seed, step, Len(a), Len(b))
			}
		}
	}
}
