package vm

import (
	"runtime"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestNamesAreNumbersOfTheRun(t *testing.T) {
	for range 2 {
		L, _ := testState(t)
		a, b := &lua.LTable{}, &lua.LFunction{IsG: true}
		if got := Name(L, a) + " " + Name(L, b) + " " + Name(L, a); got != "table: 0x00000001 function: 0x00000002 table: 0x00000001" {
			t.Error(got)
		}
	}
}

func TestNamesKeepNothingAlive(t *testing.T) {
	L, _ := testState(t)
	for range 100 {
		for range 1000 {
			Name(L, &lua.LTable{})
		}
		runtime.GC()
	}
	if n := len(Of(L).shown.of); n > 20_000 {
		t.Errorf("%d numbers of tables that are gone", n)
	}
}
