//go:build js && wasm

// Command panel is the page's own engine: what runs the panels, in a worker of the page.
// make builds it into host/web/static/panels. The worker calls hear with what happened, and
// is told what to show through say.
package main

import (
	"runtime/debug"
	"syscall/js"

	"hotshard/bindings/panel"
)

// A page's heap is small: to collect it often costs little, and keeps it so.
const (
	gcPercent = 50
	heap      = 256 << 20
)

func main() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(heap)
	panels := js.Global().Get("panels")
	talk := panel.NewTalk(func(b []byte) { panels.Call("say", string(b)) })
	panels.Set("hear", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return talk.Hear(args[0].Float(), []byte(args[1].String()))
	}))
	panels.Call("begun")
	select {}
}
