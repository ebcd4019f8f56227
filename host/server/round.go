package server

import (
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
)

// round is a gate's Round for a system, some of whose clients may be none of the gate's.
type round struct{ *gate.Round }

func (r round) Send(to system.Client, f *wire.Frame) {
	if c, ok := to.(gate.Client); ok {
		r.Round.Send(c, f)
		return
	}
	to.Send(f)
}

func (r round) Uncork(to system.Client) {
	if c, ok := to.(gate.Client); ok {
		r.Round.Uncork(c)
		return
	}
	to.Uncork()
}
