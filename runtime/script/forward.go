package script

import (
	"slices"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Where a new version of a function captures other variables than the one before,
// its closures cannot run the new code as they are: the order of their cells no
// longer fits. They are not searched for. The slot they point to gets code that
// brings the closure which is being called up to date and calls it again. A
// closure that never captured what the new code wants stays behind with its code;
// it follows as soon as a later version wants only what it has.

const forwardName = "=forward"

// outdate deals with the closures of a slot that is no longer the function's: they
// follow at their next call, or stay behind.
func (ss *Slots) outdate(old *Slot, proto *lua.FunctionProto, undo *Undo) {
	if !old.reaches(old.Function.Slot.Layout) {
		key := ss.leaveBehind(old, proto)
		undo.Add(func() { delete(ss.stale, key) })
		return
	}
	saved := *proto
	undo.Add(func() { *proto = saved })
	old.withPast().saved = &saved
	*proto = forwarder(old, &saved)
}

// leaveBehind notes an outdated slot without keeping it alive: closures of it may
// be gone before a version comes that they can follow to.
func (ss *Slots) leaveBehind(old *Slot, proto *lua.FunctionProto) weak.Pointer[lua.FunctionProto] {
	if ss.stale == nil {
		ss.stale = map[weak.Pointer[lua.FunctionProto]]*Slot{}
	}
	key := weak.Make(proto)
	ss.stale[key] = NewSlot(old.Function, nil, old.Layout, old.Extras())
	return key
}

// Revive lets closures that stayed behind follow to the module's new version,
// where they can.
func (ss *Slots) Revive(m *Module, undo *Undo) {
	for key, sl := range ss.stale { // those whose function is gone have no slot to follow to
		proto := key.Value()
		switch {
		case proto == nil:
			delete(ss.stale, key)
		case sl.Function.Slot != nil && sl.Function.Module == m && sl.reaches(sl.Function.Slot.Layout):
			delete(ss.stale, key)
			undo.Add(func() { ss.stale[key] = sl })
			ss.outdate(sl, proto, undo)
		}
	}
}

// forwarder is what an outdated slot becomes.
func forwarder(old *Slot, saved *lua.FunctionProto) lua.FunctionProto {
	proto := *forwardProto
	proto.NumUpvalues = saved.NumUpvalues // old frames go on making closures of it
	proto.Constants = []lua.LValue{vm.Made(old)}
	return proto
}

// Call brings the closure that is being called over and gives it back.
func (sl *Slot) Call(L *lua.LState) int {
	caller, _ := frameAt(L, 1)
	fn := caller.fn()
	// The frame that runs this forwarding code must not run fn's new code in its middle.
	caller.setFn(&lua.LFunction{Env: fn.Env, Proto: fn.Proto})
	From(L).slots.bringOver(fn, sl)
	L.Push(fn)
	return 1
}

var forwardProto = mustTrampoline(forwardName, lua.LNil)

// forwardSlot reads the slot out of a forwarding prototype, or nil.
func forwardSlot(p *lua.FunctionProto) *Slot {
	if len(p.Constants) == 0 || p.SourceName != forwardName {
		return nil
	}
	if fn, ok := p.Constants[0].(*lua.LFunction); ok {
		sl, _ := vm.CallableOf(fn).(*Slot)
		return sl
	}
	return nil
}

// bringOver points a closure to its function's current slot, with its cells in
// the order that slot wants and what it no longer wants behind them. A closure
// that lacks one keeps its old code.
func (ss *Slots) bringOver(fn *lua.LFunction, old *Slot) {
	now := old.Function.Slot
	cells := make([]*lua.Upvalue, 0, len(now.Layout)+len(now.Extras()))
	for _, v := range now.Layout {
		c := old.Cell(fn, v)
		if c == nil && v.Decl.Once {
			c = v.Cell
		}
		if c == nil {
			ss.leaveBehind(old, old.past.saved)
			fn.Proto = old.past.saved
			return
		}
		cells = append(cells, c)
	}
	for _, v := range now.Extras() {
		cells = append(cells, old.Cell(fn, v))
	}
	for len(cells) > len(now.Layout) && cells[len(cells)-1] == nil {
		cells = cells[:len(cells)-1]
	}
	fn.Proto, fn.Upvalues = now.Proto, slices.Clip(cells)
}

// Detach forgets a function that no version has any more. Closures of it that are
// still alive can be told by their name; the function itself is not kept for them.
func (ss *Slots) Detach(f *Function, undo *Undo) {
	sl := f.Slot
	if ss.table.get(sl.Proto) != sl {
		return
	}
	ss.own(sl)
	ss.remove(sl)
	key := ss.leaveBehind(&Slot{Function: &Function{Module: f.Module, Decl: f.Decl}, Layout: sl.Layout, past: sl.past}, sl.Proto)
	undo.Add(func() {
		delete(ss.stale, key)
		ss.add(sl)
	})
}
