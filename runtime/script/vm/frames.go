package vm

import lua "github.com/yuin/gopher-lua"

// Frame is one entry of a thread's call stack. The zero value is none.
type Frame struct{ f *frame }

// Current is a thread's innermost frame; none in a coroutine that has not begun. In
// one that waits it is that of the Go function that stopped it.
func Current(L *lua.LState) Frame { return Frame{threadOf(L).currentFrame} }

// Frames lists the call stack of a thread, innermost first. A coroutine that has not
// begun has none. Calls that ended in a tail call have left none.
func Frames(L *lua.LState) []Frame {
	var out []Frame
	for f := threadOf(L).currentFrame; f != nil; f = f.Parent {
		out = append(out, Frame{f})
	}
	return out
}

// Ok says whether there is a frame.
func (f Frame) Ok() bool { return f.f != nil }

// Fn is the function that runs in the frame.
func (f Frame) Fn() *lua.LFunction { return f.f.Fn }

// SetFn has the frame go on in another function of the same code.
func (f Frame) SetFn(fn *lua.LFunction) { f.f.Fn = fn }

// Pc is the place of the frame's next instruction.
func (f Frame) Pc() int { return f.f.Pc }

// Parent is the frame that called it.
func (f Frame) Parent() Frame { return Frame{f.f.Parent} }

// Line is where the frame stands, 0 for a Go function.
func (f Frame) Line() int {
	fn, pc := f.f.Fn, f.f.Pc
	if fn == nil || fn.IsG || pc < 1 || pc > len(fn.Proto.DbgSourcePositions) {
		return 0
	}
	return fn.Proto.DbgSourcePositions[pc-1]
}
