package script

import (
	"reflect"
	"testing"

	"hotshard/runtime/world"
)

// An empty table is an empty list wherever it stands, and all else is as it was.
func TestForClient(t *testing.T) {
	type m = map[string]world.Value
	type l = []world.Value
	for _, c := range []struct{ in, want world.Value }{
		{nil, nil}, {1.5, 1.5}, {"", ""}, {false, false},
		{m{}, l{}},
		{l{}, l{}},
		{m{"items": m{}, "n": 1.0}, m{"items": l{}, "n": 1.0}},
		{l{m{}, m{"a": l{m{"b": m{}}}}}, l{l{}, m{"a": l{m{"b": l{}}}}}},
	} {
		if got := ForClient(c.in); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%#v, and not %#v", got, c.want)
		}
	}
}
