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
func (p *planner) outdate(old *slot, proto *lua.FunctionProto) {
	s := p.s
	if !old.reaches(old.fn.slot.layout) {
		key := s.leaveBehind(old, proto)
		p.undo(func() { delete(s.stale, key) })
		return
	}
	saved := *proto
	old.withPast().saved = &saved
	*proto = forwarder(old, &saved)
	p.undo(func() { *proto = saved })
}

// leaveBehind notes an outdated slot without keeping it alive: closures of it may
// be gone before a version comes that they can follow to.
func (s *State) leaveBehind(old *slot, proto *lua.FunctionProto) weak.Pointer[lua.FunctionProto] {
	if s.stale == nil {
		s.stale = map[weak.Pointer[lua.FunctionProto]]*slot{}
	}
	key := weak.Make(proto)
	left := &slot{fn: old.fn, layout: old.layout}
	if extras := old.extras(); extras != nil {
		left.past = &slotPast{extras: extras}
	}
	s.stale[key] = left
	return key
}

// revive lets closures that stayed behind follow to the module's new version,
// where they can.
func (p *planner) revive(mp *modulePlan) {
	s := p.s
	for key, sl := range s.stale { // those whose function is gone have no slot to follow to
		proto := key.Value()
		switch {
		case proto == nil:
			delete(s.stale, key)
		case sl.fn.slot != nil && sl.fn.mod == mp.live && sl.reaches(sl.fn.slot.layout):
			delete(s.stale, key)
			p.undo(func() { s.stale[key] = sl })
			p.outdate(sl, proto)
		}
	}
}

// forwarder is what an outdated slot becomes.
func forwarder(old *slot, saved *lua.FunctionProto) lua.FunctionProto {
	proto := *forwardProto
	proto.NumUpvalues = saved.NumUpvalues // old frames go on making closures of it
	proto.Constants = []lua.LValue{vm.Made(old)}
	return proto
}

// Call brings the closure that is being called over and gives it back.
func (sl *slot) Call(L *lua.LState) int {
	caller, _ := frameAt(L, 1)
	fn := caller.fn()
	// The frame that runs this forwarding code must not run fn's new code in its middle.
	caller.setFn(&lua.LFunction{Env: fn.Env, Proto: fn.Proto})
	From(L).bringOver(fn, sl)
	L.Push(fn)
	return 1
}

var forwardProto = mustTrampoline(forwardName, lua.LNil)

// forwardSlot reads the slot out of a forwarding prototype, or nil.
func forwardSlot(p *lua.FunctionProto) *slot {
	if len(p.Constants) == 0 || p.SourceName != forwardName {
		return nil
	}
	if fn, ok := p.Constants[0].(*lua.LFunction); ok {
		sl, _ := vm.CallableOf(fn).(*slot)
		return sl
	}
	return nil
}

// bringOver points a closure to its function's current slot, with its cells in
// the order that slot wants and what it no longer wants behind them. A closure
// that lacks one keeps its old code.
func (s *State) bringOver(fn *lua.LFunction, old *slot) {
	now := old.fn.slot
	cells := make([]*lua.Upvalue, 0, len(now.layout)+len(now.extras()))
	for _, v := range now.layout {
		c := old.cell(fn, v)
		if c == nil && v.decl.module {
			c = v.cell
		}
		if c == nil {
			s.leaveBehind(old, old.past.saved)
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
