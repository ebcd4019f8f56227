package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// window is the registers of a frame. It reaches past those that the frame has: the
// compiler sees to it that no instruction does.
type window = *[256]lua.LValue

//go:nocheckptr
func windowAt(r *registry, base int) window {
	return (window)(unsafe.Pointer(unsafe.SliceData(r.array[base:])))
}

// operand is a register or a constant, as bit Const of the operand says.
func operand(r window, k []lua.LValue, of uint32) lua.LValue {
	if of&bytecode.Const != 0 {
		return k[uint8(of)]
	}
	return r[uint8(of)]
}
