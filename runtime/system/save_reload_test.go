package system

import (
	"fmt"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// TestSavesAreOfOneRelease reloads in the middle of saving: what is saved of a
// player was written by one release as a whole, and says by which.
func TestSavesAreOfOneRelease(t *testing.T) {
	source := func(n int) string {
		return fmt.Sprintf(`local M = {version = %d}
			every(0.1, function() if rawget(_G, "DATA") then DATA.first = M.version DATA.second = M.version end end)
			return M`, n)
	}
	b := newBench(t, source(1))
	c := b.fly(1, somewhere)
	_ = c
	st := b.State()
	data := st.L().NewTable()
	b.Player(1).Data = data
	vm.Set(st.L().G.Global, lua.LString("DATA"), data)
	stager := reload.NewStager(script.Options{Entry: []string{"main"}, Started: epoch, Bind: func(s *script.State) { bindTest(nil, s) }})
	seen := map[int]bool{}
	for n := 2; n <= 12; n++ {
		for range 17 { // some 1.7 s: saves fall before, between and after the reloads
			b.tick(1)
			b.now = b.now.Add(300 * time.Millisecond)
			b.check(t, seen)
		}
		to := st.Release().With(n, map[string][]byte{"main.lua": []byte(source(n))})
		staged, err := stager.Stage(st.Release(), to, st.Modules())
		if err != nil {
			t.Fatal(err)
		}
		b.post(Between(func(*System) { _, err = reload.Commit(st, staged) }))
		b.fillGap()
		if err != nil {
			t.Fatal(err)
		}
		stager.Adopt(staged)
	}
	if len(seen) < 8 {
		t.Errorf("only the releases %v were seen in saves", seen)
	}
}

// check looks at what was saved last.
func (b *bench) check(t *testing.T, seen map[int]bool) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.saved[1]
	data, ok := c.Data.(map[string]world.Value)
	if !ok || len(data) == 0 {
		return // from before the scripts wrote anything
	}
	if data["first"] != float64(c.Release) || data["second"] != float64(c.Release) {
		t.Fatalf("saved as of release %d: %v", c.Release, data)
	}
	seen[c.Release] = true
}
