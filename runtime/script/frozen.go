package script

import (
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// Slots say which declaration a closure's code belongs to, and give declarations new
// code.
type Slots struct {
	m      *vm.Machine
	shared map[*code.Unit]bool // whose prototypes are in use here as they are; see shared.go
	table  slotTable
	stale  map[weak.Pointer[lua.FunctionProto]]*Slot // of closures that could not follow a change; see forward.go
	frozen map[*lua.FunctionProto]*FrozenCode
}

// Slots are those of the State.
func (s *State) Slots() *Slots { return &s.slots }

func (ss *Slots) add(sl *Slot)    { ss.table.add(sl) }
func (ss *Slots) remove(sl *Slot) { ss.table.remove(sl) }

// Settle makes the slots ready to be asked for by many goroutines at once.
func (ss *Slots) Settle() { ss.table.settle() }

// Of is the slot a closure belongs to, also when it still points to one that
// forwards to a newer one. It is nil for code that no module declared.
func (ss *Slots) Of(fn *lua.LFunction) *Slot {
	if fn == nil || fn.IsG || fn.Proto == nil {
		return nil
	}
	p := ss.m.Moved(fn.Proto)
	if sl := ss.table.get(p); sl != nil {
		return sl
	}
	if sl := ss.staleOf(p); sl != nil {
		return sl
	}
	return forwardSlot(p)
}

// staleOf is the slot of code that was left behind, or nil.
func (ss *Slots) staleOf(p *lua.FunctionProto) *Slot {
	if len(ss.stale) == 0 {
		return nil
	}
	return ss.stale[weak.Make(p)]
}

// FrozenCode is a prototype kept for frames that were entered before a reload:
// they finish in the code they started with.
type FrozenCode struct {
	Function *Function
	Decl     *code.Decl // of that version; nil where the frame runs what a trace has saved
	Release  int
}

// Frozen is what a prototype was kept for, or nil.
func (ss *Slots) Frozen(p *lua.FunctionProto) *FrozenCode { return ss.frozen[p] }

func (ss *Slots) addFrozen(p *lua.FunctionProto, fz *FrozenCode) {
	if ss.frozen == nil {
		ss.frozen = map[*lua.FunctionProto]*FrozenCode{}
	}
	ss.frozen[p] = fz
}

// Suspended is a frame that a function's change must not reach.
type Suspended struct {
	Frame    vm.Frame
	Function *Function
}

// Freeze pins suspended frames to copies of the code they were entered with, and
// forgets the copies that no frame runs any more.
func (s *State) Freeze(list []Suspended, undo *Undo) {
	ss := &s.slots
	frozen := map[*lua.FunctionProto]*FrozenCode{}
	s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		if fn := fr.Fn(); fn != nil && ss.frozen[fn.Proto] != nil {
			frozen[fn.Proto] = ss.frozen[fn.Proto]
		}
	})
	for _, at := range list {
		fn := at.Frame.Fn()
		proto := *fn.Proto
		frozen[&proto] = &FrozenCode{Function: at.Function, Decl: at.Function.Decl, Release: s.release.Number}
		undo.Add(func() { at.Frame.SetFn(fn) })
		at.Frame.SetFn(&lua.LFunction{Env: fn.Env, Proto: &proto, Upvalues: fn.Upvalues})
	}
	old := ss.frozen
	undo.Add(func() { ss.frozen = old })
	ss.frozen = frozen
}

// EachFrame visits the frames of all coroutines, each stack from its innermost on.
func (s *State) EachFrame(visit func(th *lua.LState, fr vm.Frame)) {
	s.threads.each(func(th *lua.LState) {
		for _, fr := range vm.Frames(th) {
			visit(th, fr)
		}
	})
}
