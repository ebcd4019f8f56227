package script

import (
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// frozenCode is a prototype kept for frames that were entered before a reload:
// they finish in the code they started with.
type frozenCode struct {
	fn      *function
	decl    *decl // of that version; nil where the frame runs what a trace has saved
	print   [16]byte
	version string // hash of the file it comes from
	release int
}

// staleSlot is the slot of code that was left behind, or nil.
func (s *State) staleSlot(p *lua.FunctionProto) *slot {
	if len(s.stale) == 0 {
		return nil
	}
	return s.stale[weak.Make(p)]
}

// slotOf is the slot a closure belongs to, also when it still points to one that
// forwards to a newer one. It is nil for code that no module declared.
func (s *State) slotOf(fn *lua.LFunction) *slot {
	if fn == nil || fn.IsG || fn.Proto == nil {
		return nil
	}
	if sl := s.slots.get(fn.Proto); sl != nil {
		return sl
	}
	if sl := s.staleSlot(fn.Proto); sl != nil {
		return sl
	}
	return forwardSlot(fn.Proto)
}
