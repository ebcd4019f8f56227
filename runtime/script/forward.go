package script

import (
	"slices"
	"weak"

	lua "github.com/yuin/gopher-lua"
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
func (ss *Slots) outdate(old *slot, proto *lua.FunctionProto, undo *Undo) {
	if !old.reaches(old.fn.slot.layout) {
		key := ss.leaveBehind(old, proto)
		undo.Add(func() { delete(ss.stale, key) })
		return
	}
	saved := *proto
	undo.Add(func() { *proto = saved })
	old.withPast().saved = &saved
	*proto = ss.forwarder(old, &saved)
}

// leaveBehind notes an outdated slot without keeping it alive: closures of it may
// be gone before a version comes that they can follow to.
func (ss *Slots) leaveBehind(old *slot, proto *lua.FunctionProto) weak.Pointer[lua.FunctionProto] {
	if ss.stale == nil {
		ss.stale = map[weak.Pointer[lua.FunctionProto]]*slot{}
	}
	key := weak.Make(proto)
	ss.stale[key] = newSlot(old.fn, nil, old.layout, old.extras())
	return key
}

// revive lets closures that stayed behind follow to the module's new version,
// where they can.
func (ss *Slots) revive(m *module, undo *Undo) {
	for key, sl := range ss.stale { // those whose function is gone have no slot to follow to
		proto := key.Value()
		switch {
		case proto == nil:
			delete(ss.stale, key)
		case sl.fn.slot != nil && sl.fn.mod == m && sl.reaches(sl.fn.slot.layout):
			delete(ss.stale, key)
			undo.Add(func() { ss.stale[key] = sl })
			ss.outdate(sl, proto, undo)
		}
	}
}

// forwarder is what an outdated slot becomes.
func (ss *Slots) forwarder(old *slot, saved *lua.FunctionProto) lua.FunctionProto {
	ud := &lua.LUserData{Value: old, Env: ss.l.G.Global, Metatable: lua.LNil}
	proto := *forwardProto
	proto.NumUpvalues = saved.NumUpvalues // old frames go on making closures of it
	proto.Constants = []lua.LValue{ss.l.NewClosure(func(L *lua.LState) int {
		caller, _ := frameAt(L, 1)
		fn := caller.fn()
		// The frame that runs this forwarding code must not run fn's new code in its middle.
		caller.setFn(&lua.LFunction{Env: fn.Env, Proto: fn.Proto})
		ss.bringOver(fn, old)
		L.Push(fn)
		return 1
	}, ud)}
	return proto
}

var forwardProto = mustTrampoline(forwardName, lua.LNil)

// forwardSlot reads the slot out of a forwarding prototype, or nil.
func forwardSlot(p *lua.FunctionProto) *slot {
	if len(p.Constants) == 0 || p.SourceName != forwardName {
		return nil
	}
	if fn, ok := p.Constants[0].(*lua.LFunction); ok && len(fn.Upvalues) == 1 {
		if ud, ok := fn.Upvalues[0].Value().(*lua.LUserData); ok {
			sl, _ := ud.Value.(*slot)
			return sl
		}
	}
	return nil
}

// bringOver points a closure to its function's current slot, with its cells in
// the order that slot wants and what it no longer wants behind them. A closure
// that lacks one keeps its old code.
func (ss *Slots) bringOver(fn *lua.LFunction, old *slot) {
	now := old.fn.slot
	cells := make([]*lua.Upvalue, 0, len(now.layout)+len(now.extras()))
	for _, v := range now.layout {
		c := old.cell(fn, v)
		if c == nil && v.decl.Once {
			c = v.cell
		}
		if c == nil {
			ss.leaveBehind(old, old.past.saved)
			fn.Proto = old.past.saved
			return
		}
		cells = append(cells, c)
	}
	for _, v := range now.extras() {
		cells = append(cells, old.cell(fn, v))
	}
	for len(cells) > len(now.layout) && cells[len(cells)-1] == nil {
		cells = cells[:len(cells)-1]
	}
	fn.Proto, fn.Upvalues = now.proto, slices.Clip(cells)
}

// detach forgets a function that no version has any more. Closures of it that are
// still alive can be told by their name; the function itself is not kept for them.
func (ss *Slots) detach(f *function, undo *Undo) {
	sl := f.slot
	if ss.table.get(sl.proto) != sl {
		return
	}
	ss.remove(sl)
	key := ss.leaveBehind(&slot{fn: &function{mod: f.mod, decl: f.decl}, layout: sl.layout, past: sl.past}, sl.proto)
	undo.Add(func() {
		delete(ss.stale, key)
		ss.add(sl)
	})
}
