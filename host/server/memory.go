package server

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"

	"hotshard/console/command"
	"hotshard/runtime/world"
)

// Memory is where the process's memory is, in bytes.
type Memory struct {
	RSS      int64  `json:"rss_bytes"`           // what the system has given to the process
	Live     uint64 `json:"live_bytes"`          // objects, with those not collected yet
	InUse    uint64 `json:"heap_in_use_bytes"`   // ... and what lies unused between them
	Idle     uint64 `json:"heap_idle_bytes"`     // kept for later, not given back
	Returned uint64 `json:"heap_returned_bytes"` // given back to the system
	Stacks   uint64 `json:"stack_bytes"`
	Other    uint64 `json:"other_bytes"` // of Go's own

	Goroutines int `json:"goroutines"`
}

// memory takes the figures.
func memory() Memory {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Memory{
		RSS: residentBytes(), Live: m.HeapAlloc, InUse: m.HeapInuse, Idle: m.HeapIdle - m.HeapReleased, Returned: m.HeapReleased,
		Stacks: m.StackSys, Other: m.MSpanSys + m.MCacheSys + m.BuckHashSys + m.GCSys + m.OtherSys,
		Goroutines: runtime.NumGoroutine(),
	}
}

// where implements command.Memory.
type where struct{ s *Server }

// Memory implements command.Memory.
func (v where) Memory(_ context.Context, name string) (command.Held, error) {
	a := world.Address("")
	if name != "" {
		running := v.s.universe.Running(operatorAddress(v.s.universe, name))
		if running == nil {
			return command.Held{}, fmt.Errorf("%s is not loaded", name)
		}
		a = running.Address()
	}
	m := memory()
	held := command.Held{Modules: v.s.holdings.modules(a), Process: m.RSS, Heap: int64(m.Live)}
	for _, actor := range v.s.universe.Actors() {
		if actor.Static() != nil {
			held.Loaded++
		}
	}
	held.Resting, held.Images = v.s.resting.count()
	return held, nil
}

// serveMemory answers with Memory; with gc=1 as it is after a collection, with what
// is free given back to the system, so that two answers can be compared.
func serveMemory(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("gc") == "1" {
		runtime.GC() // what pools hold survives the first
		debug.FreeOSMemory()
	}
	writeJSON(w, memory())
}
