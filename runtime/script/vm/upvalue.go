package vm

import lua "github.com/yuin/gopher-lua"

// cell is the variable in a register, made where no closure has captured it before.
func (th *thread) cell(index int) *lua.Upvalue {
	at := &th.uvcache
	for *at != nil && (*at).index > index {
		at = &(*at).next
	}
	if u := *at; u != nil && u.index == index {
		return u.lua()
	}
	u := &upvalue{reg: th.reg, index: index, next: *at}
	*at = u
	return u.lua()
}

// closeFrom takes the variables in registers from index on out of them, with their
// values: their scope ends.
func (th *thread) closeFrom(index int) {
	for u := th.uvcache; u != nil && u.index >= index; u = th.uvcache {
		th.uvcache = u.next
		u.value = u.reg.array[u.index]
		u.closed = true
		u.next, u.reg = nil, nil
	}
}

func (u *upvalue) get() lua.LValue {
	if u.closed || u.reg == nil {
		return u.value
	}
	return u.reg.array[u.index]
}

func (u *upvalue) set(v lua.LValue) {
	if u.closed || u.reg == nil {
		u.value = v
		return
	}
	u.reg.array[u.index] = v
}
