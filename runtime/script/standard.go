package script

import (
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/stdlib"
	"hotshard/runtime/script/vm"
)

// openStandard installs the library of Lua 5.1.
func (b *builder) openStandard() {
	for _, t := range stdlib.Tables(engine{}) {
		into := b.table(t.Name)
		for name := range t.Funcs {
			vm.Set(into, lua.LString(name), t.Function(name, b.l.Env))
		}
		for name, v := range t.Fields {
			vm.Set(into, lua.LString(name), v)
		}
		for name, same := range t.Aliases {
			vm.Set(into, lua.LString(name), into.RawGetString(same))
		}
	}
}

// engine is what the library knows of the State whose thread calls.
type engine struct{}

// Charge takes steps from the running entry's budget; an entry that has not got
// them is stopped.
func (engine) Charge(L *lua.LState, steps int) {
	m, n := vm.Of(L), int64(steps)
	for n > m.Steps {
		n -= max(m.Steps, 0)
		m.Steps = 0
		m.Overrun(L)
	}
	m.Steps -= n
	m.Allocated += int64(steps) * bytesPerStep // of texts and lists, at most
	if m.Allocated > m.AllocLimit {
		m.Overrun(L)
	}
}

// bytesPerStep is how many bytes a Go function builds for a step that it is charged.
const bytesPerStep = 64

func (engine) Left(L *lua.LState) int64 {
	return max(0, vm.Of(L).Steps) + max(0, From(L).meter.left)
}

func (engine) Patterns(L *lua.LState) *stdlib.Patterns { return &From(L).patterns }

// Now is the time of the shard. At a file's top level it is that of the shard's
// start, so that running the file again for a reload gives the same values again.
func (engine) Now(L *lua.LState) time.Time {
	s := From(L)
	if s.atTopLevel() != nil {
		return s.opts.Started
	}
	return s.wall()
}

func (engine) Clock(L *lua.LState) float64 { return From(L).now }

// Random is seeded from the State, and at a file's top level from the file, so that
// loading it again gives the same numbers again.
func (engine) Random(L *lua.LState) *rand.Rand {
	s := From(L)
	if m := s.atTopLevel(); m != nil {
		return m.random(s.opts.Seed)
	}
	return s.rng
}
