package testworld_test

import (
	"runtime"
	"testing"

	"hotshard/host/testworld"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
)

// mostMemory is what a system with the whole game loaded may take, in bytes.
const mostMemory = 600 << 10

// TestMemoryOfASystem loads the whole game many times over and looks at the heap.
func TestMemoryOfASystem(t *testing.T) {
	const n = 100
	release := code.NewRelease(1, sources(t))
	world := testworld.New() // all read the release's types once, as a shard's systems do
	load := func() luatest.World {
		w, err := world(luatest.Setup{
			Release: release, Entry: []string{"main"}, Map: luatest.Map(), System: "Alpha", Seed: 1,
			Install: func(*script.State) {}, OnFault: func(f script.Fault) { t.Error(f.Message) },
			OnLog: func(string, string, string) {},
		})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	load() // compiles
	before := heap()
	var worlds []luatest.World
	for range n {
		worlds = append(worlds, load())
	}
	empty := (heap() - before) / n
	for _, w := range worlds {
		if _, err := w.Join("Ann"); err != nil {
			t.Fatal(err)
		}
		w.Advance(60)
	}
	played := (heap() - before) / n
	t.Logf("%d KB a system, %d KB with a player, six patrols and the chat service", empty>>10, played>>10)
	if empty > mostMemory {
		t.Errorf("a system takes %d KB", empty>>10)
	}
	runtime.KeepAlive(worlds)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
