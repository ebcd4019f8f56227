package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// Thousands of systems run the same files, so their functions' prototypes are those that the compiler
// has made, for all States together. A slot whose prototype is to be written, by a commit, a trace, a
// gauge or a log point, gets one of its own first, for good. The functions that are there already
// have the shared one: the machine gives them the slot's own when they are called, and whoever asks a
// function for its slot asks for what its prototype has been moved to.

// fresh says whether a State may take a file's prototypes as they are: not twice, since the functions
// of a module that has been unloaded may still be held.
func (ss *Slots) fresh(u *code.Unit) bool { return !ss.shared[u] }

// take adds the slots of a module that is loaded.
func (ss *Slots) take(m *Module) {
	if ss.shared == nil {
		ss.shared = map[*code.Unit]bool{}
	}
	ss.shared[m.Unit] = true
	m.eachFunction(func(f *Function) { ss.add(f.Slot) })
}

// isShared says whether a slot's prototype is that of all States.
func (sl *Slot) isShared() bool { return sl.Proto == sl.Function.Decl.Proto }

// own gives a slot a prototype that is its State's alone. Nothing that runs changes by it.
func (ss *Slots) own(sl *Slot) {
	if !sl.isShared() {
		return
	}
	from, to := sl.Proto, *sl.Proto
	sl.Proto = &to
	ss.table.sorted = false
	ss.m.Move(from, &to)
}

// ownCode is own for one function that somebody wants to observe, also where it is suspended.
func (s *State) ownCode(f *Function) {
	if f.Slot.isShared() {
		s.slots.own(f.Slot)
		s.FollowCode()
	}
}

// FollowCode gives the functions that are suspended the prototypes that theirs have been moved to.
// The others follow when they are called.
func (s *State) FollowCode() {
	s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		if fn := fr.Fn(); fn != nil && fn.Proto != nil {
			fn.Proto = s.m.Moved(fn.Proto)
		}
	})
}

// slotOf is the slot that code is in, or nil.
func (ss *Slots) slotOf(p *lua.FunctionProto) *Slot { return ss.table.get(ss.m.Moved(p)) }

// follow puts into a list of nested prototypes what they have been moved to.
func (ss *Slots) follow(nested []*lua.FunctionProto) {
	for i, p := range nested {
		nested[i] = ss.m.Moved(p)
	}
}
