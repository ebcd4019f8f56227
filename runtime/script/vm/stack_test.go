package vm

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestReuseKeepsSomeFrames: a task that calls as deep as most do finds its frames there, and
// one that ran deep leaves no more than that behind.
func TestReuseKeepsSomeFrames(t *testing.T) {
	L, _ := testState(t)
	L.Push(&lua.LFunction{Proto: compile(t, `function down(n) if n > 0 then down(n - 1) return n end end`), Env: L.Env})
	if err := PCall(L, 0, 0, nil); err != nil {
		t.Fatal(err)
	}
	down := L.GetGlobal("down").(*lua.LFunction)
	co := NewThread(L)
	var second *segment
	for _, deep := range []int{firstFrames + secondFrames - 2, 500, 3} {
		if state, err, _ := Resume(L, co, down, lua.LNumber(deep)); state != lua.ResumeOK {
			t.Fatal(err)
		}
		Reuse(co)
		cs := threadOf(co).calls()
		if second == nil {
			second = cs.first.next
		}
		if second == nil || cs.first.next != second || second.next != nil {
			t.Errorf("%d deep: kept %p behind the first segment, want %p and nothing behind it", deep, cs.first.next, second)
		}
		if cs.sp != 0 || cs.segment != &cs.first {
			t.Errorf("%d deep: %d frames are in use", deep, cs.sp)
		}
	}
}
