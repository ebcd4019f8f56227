package vm

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/real"
)

// execute runs the current frame of a thread until base has returned, or, where base
// is nil, until the thread's last frame has. It is false when the coroutine yields.
//
// The registers may move and the frame may change with everything that calls: then the
// locals here are read anew, at `enter` for another frame, by reload for the same.
func (m *Machine) execute(L *lua.LState, th *thread, base *frame) bool {
	var (
		cf   *frame
		code []uint32
		k    []lua.LValue
		R    window
		pc   int
	)
enter:
	cf = th.currentFrame
	code, k = cf.Fn.Proto.Code, cf.Fn.Proto.Constants
	R = windowAt(th.reg, cf.LocalBase)
	pc = cf.Pc
	for {
		i := code[pc]
		pc++
	again:
		switch int(i >> 26) {
		case lua.OP_MOVE:
			R[uint8(i>>18)] = R[uint8(i)]
		case lua.OP_LOADK:
			R[uint8(i>>18)] = k[i&(1<<18-1)]
		case lua.OP_LOADBOOL:
			R[uint8(i>>18)] = boolean(i&0x1ff != 0)
			if i>>9&0x1ff != 0 {
				pc++
			}
		case lua.OP_LOADNIL:
			for a, b := int(i>>18&0xff), int(i&0xff); a <= b; a++ {
				R[uint8(a)] = lua.LNil
			}
		case lua.OP_GETUPVAL:
			u := upvalueOf(cf.Fn.Upvalues[i&0x1ff])
			if u.closed {
				R[uint8(i>>18)] = u.value
			} else {
				R[uint8(i>>18)] = u.get()
			}
		case lua.OP_SETUPVAL:
			if m.ReadOnly != nil {
				cf.Pc = pc
				m.ReadOnly.upvalue(L, cf.Fn, int(i&0x1ff))
			}
			u := upvalueOf(cf.Fn.Upvalues[i&0x1ff])
			if u.closed {
				u.value = R[uint8(i>>18)]
			} else {
				u.set(R[uint8(i>>18)])
			}
		case lua.OP_GETGLOBAL:
			key := k[i&(1<<18-1)]
			if v := tableOf(cf.Fn.Env).slot(string(key.(lua.LString)), m.hintAt(code, pc)); v != nil {
				R[uint8(i>>18)] = *v
				continue
			}
			cf.Pc = pc
			v := m.index(L, cf.Fn.Env, key, none)
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = v
		case lua.OP_SETGLOBAL:
			cf.Pc = pc
			if m.ReadOnly != nil {
				m.ReadOnly.global(L)
			}
			m.setIndex(L, cf.Fn.Env, k[i&(1<<18-1)], R[uint8(i>>18)], none)
			R = windowAt(th.reg, cf.LocalBase)
		case lua.OP_GETTABLEKS:
			key := operand(R, k, i>>9)
			obj := R[uint8(i)]
			if t, ok := obj.(*lua.LTable); ok {
				if v := tableOf(t).slot(string(key.(lua.LString)), m.hintAt(code, pc)); v != nil {
					R[uint8(i>>18)] = *v
					continue
				}
				if isNil(t.Metatable) {
					R[uint8(i>>18)] = lua.LNil
					continue
				}
			}
			cf.Pc = pc
			v := m.index(L, obj, key, int(i&0x1ff))
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = v
		case lua.OP_GETTABLE:
			key := operand(R, k, i>>9)
			obj := R[uint8(i)]
			if t, ok := obj.(*lua.LTable); ok {
				v := tableOf(t).get(key)
				if !isNil(v) || isNil(t.Metatable) {
					R[uint8(i>>18)] = v
					continue
				}
			}
			cf.Pc = pc
			v := m.index(L, obj, key, int(i&0x1ff))
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = v
		case lua.OP_SETTABLEKS, lua.OP_SETTABLE:
			key, v := operand(R, k, i), operand(R, k, i>>9)
			obj := R[uint8(i>>18)]
			cf.Pc = pc
			if int(i>>26) == lua.OP_SETTABLEKS && !isNil(v) {
				if s := m.open(obj, key, m.hintAt(code, pc)); s != nil {
					*s = v
					continue
				}
			}
			if t, ok := obj.(*lua.LTable); ok && m.ReadOnly == nil {
				if grown, ok := tableOf(t).put(key, v); ok {
					if grown > 0 {
						m.spend(L, grown)
					}
					continue
				}
			}
			m.setIndex(L, obj, key, v, int(i>>18&0xff))
			R = windowAt(th.reg, cf.LocalBase)
		case lua.OP_NEWTABLE:
			list, fields := bytecode.Size(int(i&0x1ff)), bytecode.Size(int(i>>9&0x1ff))
			if m.Allocated += int64(tableBytes + list*itemBytes + fields*entryBytes); m.Allocated > m.AllocLimit {
				cf.Pc = pc
				m.Overrun(L)
			}
			t := newTable(list, fields)
			if m.ReadOnly != nil {
				m.ReadOnly.Owned[t] = true
			}
			R[uint8(i>>18)] = t
		case bytecode.OpUpdate:
			s := m.open(R[uint8(i>>18)], k[uint8(i>>9)], m.hintAt(code, pc))
			if s == nil {
				continue
			}
			x, ok1 := (*s).(lua.LNumber)
			y, ok2 := operand(R, k, i).(lua.LNumber)
			if !ok1 || !ok2 {
				continue
			}
			switch int(code[pc+1] >> 26) {
			case lua.OP_ADD:
				x += y
			case lua.OP_SUB:
				x -= y
			default:
				x *= y
			}
			*s = m.num(float64(x))
			pc += 3
		case bytecode.OpRecord:
			cf.Pc = pc
			n := int(i & 0x1ff)
			t := m.record(L, k, code[pc:pc+n], R, i>>18+1)
			R[uint8(i>>18)] = t
			pc += n
		case lua.OP_SELF:
			key := operand(R, k, i>>9)
			obj := R[uint8(i)]
			v, ok := m.method(obj, key, m.hintAt(code, pc))
			if !ok {
				cf.Pc = pc
				v = m.index(L, obj, key, int(i&0x1ff))
				R = windowAt(th.reg, cf.LocalBase)
			}
			R[uint8(i>>18)+1] = obj
			R[uint8(i>>18)] = v
		case lua.OP_ADD:
			a, b := operand(R, k, i), operand(R, k, i>>9)
			if x, ok := a.(lua.LNumber); ok {
				if y, ok := b.(lua.LNumber); ok {
					R[uint8(i>>18)] = m.num(float64(x + y))
					continue
				}
			}
			goto event
		case lua.OP_SUB:
			a, b := operand(R, k, i), operand(R, k, i>>9)
			if x, ok := a.(lua.LNumber); ok {
				if y, ok := b.(lua.LNumber); ok {
					R[uint8(i>>18)] = m.num(float64(x - y))
					continue
				}
			}
			goto event
		case lua.OP_MUL:
			a, b := operand(R, k, i), operand(R, k, i>>9)
			if x, ok := a.(lua.LNumber); ok {
				if y, ok := b.(lua.LNumber); ok {
					R[uint8(i>>18)] = m.num(float64(x * y))
					continue
				}
			}
			goto event
		case lua.OP_DIV, lua.OP_MOD, lua.OP_POW:
			a, b := operand(R, k, i), operand(R, k, i>>9)
			if x, ok := a.(lua.LNumber); ok {
				if y, ok := b.(lua.LNumber); ok {
					var v float64
					switch int(i >> 26) {
					case lua.OP_DIV:
						v = float64(x / y)
					case lua.OP_MOD:
						v = bytecode.Mod(float64(x), float64(y))
					default:
						v = real.Pow(float64(x), float64(y))
					}
					R[uint8(i>>18)] = m.num(v)
					continue
				}
			}
			goto event
		case lua.OP_UNM:
			if n, ok := R[uint8(i)].(lua.LNumber); ok {
				R[uint8(i>>18)] = m.num(float64(-n))
				continue
			}
			cf.Pc = pc
			v := m.minus(L, R[uint8(i)], int(i&0xff))
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = v
		case lua.OP_NOT:
			R[uint8(i>>18)] = boolean(isFalse(R[uint8(i)]))
		case lua.OP_LEN:
			cf.Pc = pc
			v := m.length(L, R[uint8(i)], int(i&0xff))
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = v
		case lua.OP_CONCAT:
			cf.Pc = pc
			if m.Steps -= 8; m.Steps < 0 {
				m.Overrun(L)
			}
			m.concat(L, th, int(i&0xff), int(i>>9&0xff))
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = R[uint8(i)]
		case lua.OP_JMP:
			by := int(i&(1<<18-1)) - opBias
			if by < 0 {
				if m.Steps--; m.Steps < 0 {
					cf.Pc = pc
					m.Overrun(L)
				}
			}
			pc += by
		case lua.OP_EQ:
			a, b := operand(R, k, i), operand(R, k, i>>9)
			var is bool
			if x, ok := a.(lua.LNumber); ok {
				y, ok := b.(lua.LNumber)
				is = ok && x == y
			} else {
				cf.Pc = pc
				is = m.equal(L, a, b)
				R = windowAt(th.reg, cf.LocalBase)
			}
			if is != (i>>18&0xff != 0) {
				pc++
				continue
			}
			goto jump
		case lua.OP_LT, lua.OP_LE:
			a, b := operand(R, k, i), operand(R, k, i>>9)
			var is bool
			x, ok1 := a.(lua.LNumber)
			y, ok2 := b.(lua.LNumber)
			switch lt := int(i>>26) == lua.OP_LT; {
			case ok1 && ok2 && lt:
				is = x < y
			case ok1 && ok2:
				is = x <= y
			default:
				cf.Pc = pc
				if lt {
					is = m.less(L, a, b)
				} else {
					is = m.lessEqual(L, a, b)
				}
				R = windowAt(th.reg, cf.LocalBase)
			}
			if is != (i>>18&0xff != 0) {
				pc++
				continue
			}
			goto jump
		case lua.OP_TEST:
			if isFalse(R[uint8(i>>18)]) == (i>>9&0x1ff != 0) {
				pc++
				continue
			}
			goto jump
		case lua.OP_TESTSET:
			if v := R[uint8(i)]; isFalse(v) != (i>>9&0x1ff != 0) {
				R[uint8(i>>18)] = v
				goto jump
			}
			pc++
		case lua.OP_CALL:
			cf.Pc = pc
			if m.Steps--; m.Steps < 0 {
				m.Overrun(L)
			}
			a := int(i >> 18 & 0xff)
			at := cf.LocalBase + a
			nargs := int(i&0x1ff) - 1
			if nargs < 0 {
				nargs = th.reg.top - at - 1
			}
			if m.quick(th, cf, at, nargs, int(i>>9&0x1ff)-1) {
				continue
			}
			f := m.frameFor(L, th, at, nargs, int(i>>9&0x1ff)-1, at, a)
			if !f.Fn.IsG {
				th.enter(L, f, f.Fn.Proto)
				th.currentFrame = f
				goto enter
			}
			if !m.runGo(L, th, f) {
				return false
			}
			if f.NRet >= 0 {
				th.reg.top = cf.LocalBase + int(cf.Fn.Proto.NumUsedRegisters)
			}
			R = windowAt(th.reg, cf.LocalBase)
		case lua.OP_TAILCALL:
			cf.Pc = pc
			if m.Steps--; m.Steps < 0 {
				m.Overrun(L)
			}
			a := int(i >> 18 & 0xff)
			at := cf.LocalBase + a
			nargs := int(i&0x1ff) - 1
			if nargs < 0 {
				nargs = th.reg.top - at - 1
			}
			if fn, ok := R[uint8(a)].(*lua.LFunction); ok && !fn.IsG {
				if m.moves != nil {
					m.moves.follow(fn)
				}
				th.replace(L, cf, fn, at, nargs)
				goto enter
			}
			f := m.frameFor(L, th, at, nargs, lua.MultRet, at, a)
			if !f.Fn.IsG {
				th.enter(L, f, f.Fn.Proto)
				th.currentFrame = f
				goto enter
			}
			if !m.runGo(L, th, f) {
				return false
			}
			R = windowAt(th.reg, cf.LocalBase) // the return that follows gives all results
		case lua.OP_RETURN:
			from := cf.LocalBase + int(i>>18&0xff)
			n := int(i&0x1ff) - 1
			if n < 0 {
				n = th.reg.top - from
			}
			if th.uvcache != nil {
				th.closeFrom(cf.LocalBase)
			}
			th.give(L, cf, from, n)
			want := cf.NRet
			cf.Fn = nil
			caller := th.calls().pop()
			th.currentFrame = caller
			if cf == base || caller == nil {
				return true
			}
			if want >= 0 {
				top := caller.LocalBase + int(caller.Fn.Proto.NumUsedRegisters)
				th.reg.top = top
			}
			goto enter
		case lua.OP_FORLOOP:
			if m.Steps--; m.Steps < 0 {
				cf.Pc = pc
				m.Overrun(L)
			}
			a := uint8(i >> 18)
			step, limit := R[a+2].(lua.LNumber), R[a+1].(lua.LNumber)
			n := R[a].(lua.LNumber) + step
			if step > 0 && n <= limit || step <= 0 && n >= limit {
				v := m.num(float64(n))
				R[a], R[a+3] = v, v
				pc += int(i&(1<<18-1)) - opBias
			}
		case lua.OP_FORPREP:
			cf.Pc = pc
			a := uint8(i >> 18)
			m.prepare(L, R[a:a+3])
			pc += int(i&(1<<18-1)) - opBias
		case lua.OP_TFORLOOP:
			cf.Pc = pc
			if m.Steps--; m.Steps < 0 {
				m.Overrun(L)
			}
			a, want := uint8(i>>18), int(i>>9&0x1ff)
			if key, v, ok := m.inline(L, R[a], R[a+1], R[a+2]); ok {
				give(R, a+3, want, key, v)
				continue
			}
			R[a+3], R[a+4], R[a+5] = R[a], R[a+1], R[a+2]
			at := cf.LocalBase + int(a) + 3
			th.reg.top = at + 3
			f := m.frameFor(L, th, at, 2, want, at, none)
			if !f.Fn.IsG {
				th.enter(L, f, f.Fn.Proto)
				th.currentFrame = f
				goto enter
			}
			if !m.runGo(L, th, f) {
				return false
			}
			th.reg.top = cf.LocalBase + int(cf.Fn.Proto.NumUsedRegisters)
			R = windowAt(th.reg, cf.LocalBase)
		case bytecode.OpForTest:
			if a := uint8(i >> 18); !isNil(R[a+3]) {
				R[a+2] = R[a+3]
				pc += int(i&(1<<18-1)) - opBias
			}
		case lua.OP_SETLIST:
			group := int(i >> 9 & 0x1ff)
			if group == 0 {
				group = int(code[pc])
				pc++
			}
			th.setList(m, cf, i, group)
		case lua.OP_CLOSE:
			th.closeFrom(cf.LocalBase + int(i>>18&0xff))
		case lua.OP_CLOSURE:
			p := cf.Fn.Proto.FunctionPrototypes[i&(1<<18-1)]
			if m.Allocated += int64(closureBytes + captureBytes*int(p.NumUpvalues)); m.Allocated > m.AllocLimit {
				cf.Pc = pc
				m.Overrun(L)
			}
			R[uint8(i>>18)] = th.closure(cf, p, code[pc:])
			pc += int(p.NumUpvalues)
		case lua.OP_VARARG:
			cf.Pc = pc
			th.extra(L, cf, i)
			R = windowAt(th.reg, cf.LocalBase)
		case bytecode.OpPoint:
			cf.Pc = pc
			m.Point(L, int(i&(1<<18-1)))
			i = bytecode.Behind(code, pc-1)
			goto again
		}
		continue
	event: // arithmetic on what is not two numbers
		{
			cf.Pc = pc
			v := m.arithmetic(L, int(i>>26), operand(R, k, i), operand(R, k, i>>9), int(i&0x1ff), int(i>>9&0x1ff))
			R = windowAt(th.reg, cf.LocalBase)
			R[uint8(i>>18)] = v
			continue
		}
	jump: // a comparison that holds is followed by one
		by := int(code[pc]&(1<<18-1)) - opBias
		pc++
		if by < 0 {
			if m.Steps--; m.Steps < 0 {
				cf.Pc = pc
				m.Overrun(L)
			}
		}
		pc += by
	}
}

const opBias = (1<<18 - 1) >> 1
