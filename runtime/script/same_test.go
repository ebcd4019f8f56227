package script

import (
	"math"
	"reflect"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"pgregory.net/rapid"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// plain draws values of all kinds, with few different leaves, so that two of them
// are often nearly the same.
func plain(depth int) *rapid.Generator[world.Value] {
	return rapid.Custom(func(t *rapid.T) world.Value {
		most := 5
		if depth == 0 {
			most = 3
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return rapid.Bool().Draw(t, "bool")
		case 1, 2:
			return float64(rapid.IntRange(0, 2).Draw(t, "number"))
		case 3:
			return rapid.SampledFrom([]string{"", "a", "1"}).Draw(t, "string")
		case 4:
			list := []world.Value{}
			for range rapid.IntRange(0, 3).Draw(t, "length") {
				list = append(list, plain(depth-1).Draw(t, "item"))
			}
			return list
		}
		m := map[string]world.Value{}
		for range rapid.IntRange(0, 3).Draw(t, "size") {
			m[rapid.SampledFrom([]string{"a", "b", "1"}).Draw(t, "key")] = plain(depth-1).Draw(t, "value")
		}
		return m
	})
}

func TestSameAgreesWithToValue(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	rapid.Check(t, func(r *rapid.T) {
		v := ToLua(L, plain(3).Draw(r, "v"))
		made, err := ToValue(v)
		if err != nil {
			r.Fatal(err)
		}
		if !Same(v, made) {
			r.Fatalf("not the same as what it makes, %v", made)
		}
		if other := plain(3).Draw(r, "other"); Same(v, other) != reflect.DeepEqual(made, other) {
			r.Fatalf("%v and %v", made, other)
		}
	})
}

func TestWhatCannotBeStoredIsNotTheSame(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	for _, v := range []lua.LValue{lua.LNumber(math.NaN()), L.NewFunction(func(*lua.LState) int { return 0 }), L.NewUserData()} {
		if Same(v, math.NaN()) || Same(v, nil) {
			t.Errorf("%s", v.Type())
		}
	}
	sparse := L.NewTable()
	vm.SetInt(sparse, 1000, lua.LTrue)
	if Same(sparse, map[string]world.Value{"1000": true}) {
		t.Error("a table that is in doubt")
	}
}
