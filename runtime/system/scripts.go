package system

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// scripts is the Lua state of a system, and what it has yet to be told. Handlers are
// never entered from inside a binding, so events wait until no Lua runs.
type scripts struct {
	state  *script.State // nil while the scripts do not run
	down   error         // why not
	events Events
	raised []func(Events)
}

// load makes a state and runs its entry module.
func (l *scripts) load(opt script.Options, events func(*script.State) Events) error {
	st, err := script.New(opt)
	if err != nil {
		return err
	}
	l.adopt(st, events)
	return nil
}

// adopt takes in a state that is there already.
func (l *scripts) adopt(st *script.State, events func(*script.State) Events) {
	l.state, l.events = st, noEvents{}
	if events != nil {
		l.events = events(st)
	}
}

// close gives the Lua state back.
func (l *scripts) close() {
	if st := l.state; st != nil {
		l.state = nil
		st.Close()
	}
}

// raise keeps an event until no Lua runs.
func (l *scripts) raise(fn func(Events)) { l.raised = append(l.raised, fn) }

// tell tells the scripts what was raised, and what they raise meanwhile.
func (l *scripts) tell() {
	for len(l.raised) > 0 {
		raised := l.raised
		l.raised = nil
		for _, fn := range raised {
			fn(l.events)
		}
	}
}

// release is the number of the release that runs, 0 for none.
func (l *scripts) release() int {
	if l.state == nil {
		return 0
	}
	return l.state.Release().Number
}

// steps counts the Lua instructions run so far.
func (l *scripts) steps() int64 {
	if l.state == nil {
		return 0
	}
	return l.state.Steps()
}

// quarantined is how many functions are not run any more.
func (l *scripts) quarantined() int {
	if l.state == nil {
		return 0
	}
	return l.state.QuarantineSize()
}

// flushSamples lets the samples go that the state has taken.
func (l *scripts) flushSamples() {
	if l.state != nil {
		l.state.FlushSamples()
	}
}

// due is the game time at which a timer or a task wants to go on.
func (l *scripts) due() (float64, bool) {
	if l.state == nil {
		return 0, false
	}
	return l.state.NextDue()
}

func (l *scripts) toLua(values []world.Value) []lua.LValue {
	out := make([]lua.LValue, len(values))
	for i, v := range values {
		out[i] = script.ToLua(l.state.L(), v)
	}
	return out
}

// refill makes a table what a value says. It stays the same table: scripts hold it.
func (l *scripts) refill(t *lua.LTable, v world.Value) {
	for i := vm.Len(t); i > 0; i-- {
		vm.SetInt(t, i, lua.LNil)
	}
	for _, k := range vm.Keys(t) {
		if k != nil && k != lua.LNil {
			vm.Set(t, k, lua.LNil)
		}
	}
	from := l.table(v)
	for i, e := range vm.List(from) {
		vm.SetInt(t, i+1, e)
	}
	for _, k := range vm.Keys(from) {
		vm.Set(t, k, vm.Field(from, k))
	}
}

// table is a value as a Lua table, an empty one where it is none.
func (l *scripts) table(v world.Value) *lua.LTable {
	if t, ok := script.ToLua(l.state.L(), v).(*lua.LTable); ok {
		return t
	}
	return l.state.L().NewTable()
}
