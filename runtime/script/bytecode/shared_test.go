package bytecode

import (
	"testing"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/syntax"
)

// TestNamesAreShared: the names of fields are the same bytes in every function, which is
// what the interpreter looks at first.
func TestNamesAreShared(t *testing.T) {
	at := func(src string) *byte {
		chunk, err := syntax.Parse([]byte(src), "test")
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(chunk, "test")
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range p.Constants {
			if s, ok := k.(lua.LString); ok && s == "shield" {
				return unsafe.StringData(string(s))
			}
		}
		t.Fatalf("%s: no constant is the name", src)
		return nil
	}
	if a, b := at("local ship = {shield = 7}"), at("local ship = ... return ship.shield"); a != b {
		t.Errorf("one name is at %p and at %p", a, b)
	}
}
