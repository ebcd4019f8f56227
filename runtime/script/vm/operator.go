package vm

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

var arithmeticEvents = map[int]string{lua.OP_ADD: "__add", lua.OP_SUB: "__sub", lua.OP_MUL: "__mul", lua.OP_DIV: "__div",
	lua.OP_MOD: "__mod", lua.OP_POW: "__pow"}

// arithmetic is a op b where not both are numbers: texts of numbers, or metamethods.
func (m *Machine) arithmetic(L *lua.LState, op int, a, b lua.LValue, ra, rb int) lua.LValue {
	x, ok := ToNumber(a)
	if ok {
		if y, ok := ToNumber(b); ok {
			return m.num(bytecode.Arithmetic(op, x, y))
		}
	}
	return m.arithmeticEvent(L, arithmeticEvents[op], a, b, ra, rb)
}

func (m *Machine) arithmeticEvent(L *lua.LState, event string, a, b lua.LValue, ra, rb int) lua.LValue {
	h := m.event(a, event)
	if isNil(h) {
		h = m.event(b, event)
	}
	if isNil(h) {
		if _, ok := ToNumber(a); ok { // the first operand that is no number is to blame
			a, ra = b, rb
		}
		m.typeError(L, a, "perform arithmetic on", ra)
	}
	return m.call1(L, h, a, b)
}

func (m *Machine) minus(L *lua.LState, v lua.LValue, r int) lua.LValue {
	if n, ok := ToNumber(v); ok {
		return m.num(-n)
	}
	return m.arithmeticEvent(L, "__unm", v, v, r, r)
}

// length is #v.
func (m *Machine) length(L *lua.LState, v lua.LValue, r int) lua.LValue {
	switch v := v.(type) {
	case *lua.LTable:
		return m.num(float64(tableOf(v).len()))
	case lua.LString:
		return m.num(float64(len(v)))
	}
	h := m.event(v, "__len")
	if isNil(h) {
		m.typeError(L, v, "get length of", r)
	}
	return m.call1(L, h, v, lua.LNil)
}

// equal is a == b with metamethods.
func (m *Machine) equal(L *lua.LState, a, b lua.LValue) bool {
	if RawEqual(a, b) {
		return true
	}
	switch a.(type) {
	case *lua.LTable:
		if _, ok := b.(*lua.LTable); !ok {
			return false
		}
	case *lua.LUserData:
		if _, ok := b.(*lua.LUserData); !ok {
			return false
		}
	default:
		return false
	}
	h := m.event(a, "__eq")
	if isNil(h) || !RawEqual(h, m.event(b, "__eq")) {
		return false
	}
	return !isFalse(m.call1(L, h, a, b))
}

// Less is a < b with metamethods.
func Less(L *lua.LState, a, b lua.LValue) bool { return Of(L).less(L, a, b) }

func (m *Machine) less(L *lua.LState, a, b lua.LValue) bool {
	switch x := a.(type) {
	case lua.LNumber:
		if y, ok := b.(lua.LNumber); ok {
			return x < y
		}
	case lua.LString:
		if y, ok := b.(lua.LString); ok {
			return x < y
		}
	}
	if r, ok := m.order(L, a, b, "__lt"); ok {
		return r
	}
	m.orderError(L, a, b)
	return false
}

func (m *Machine) lessEqual(L *lua.LState, a, b lua.LValue) bool {
	switch x := a.(type) {
	case lua.LNumber:
		if y, ok := b.(lua.LNumber); ok {
			return x <= y
		}
	case lua.LString:
		if y, ok := b.(lua.LString); ok {
			return x <= y
		}
	}
	if r, ok := m.order(L, a, b, "__le"); ok {
		return r
	}
	if r, ok := m.order(L, b, a, "__lt"); ok {
		return !r
	}
	m.orderError(L, a, b)
	return false
}

// order asks the metamethod that both operands share.
func (m *Machine) order(L *lua.LState, a, b lua.LValue, event string) (result, ok bool) {
	if typeName(a) != typeName(b) {
		return false, false
	}
	h := m.event(a, event)
	if isNil(h) || !RawEqual(h, m.event(b, event)) {
		return false, false
	}
	return !isFalse(m.call1(L, h, a, b)), true
}

func (m *Machine) orderError(L *lua.LState, a, b lua.LValue) {
	x, y := typeName(a), typeName(b)
	if x == y {
		fail(L, "attempt to compare two %s values", x)
	}
	fail(L, "attempt to compare %s with %s", x, y)
}

// MaxText is the longest text that a program may build, in bytes.
const MaxText = 4 << 20

// concat joins the values of registers first to last, from the right, and leaves the
// result in the first. Their registers are temporaries: it writes to them.
func (m *Machine) concat(L *lua.LState, th *thread, first, last int) {
	base := th.currentFrame.LocalBase
	for last > first {
		regs := th.reg.array[base:]
		_, ok1 := ToText(regs[last-1])
		right, ok2 := ToText(regs[last])
		if !ok1 || !ok2 {
			v := m.concatEvent(L, regs[last-1], regs[last], last-1, last)
			last--
			th.reg.array[base+last] = v
			continue
		}
		from := last - 1
		for from > first {
			if _, ok := regs[from-1].(lua.LString); !ok {
				if _, ok := regs[from-1].(lua.LNumber); !ok {
					break
				}
			}
			from--
		}
		regs[from] = lua.LString(m.join(L, regs[from:last], right))
		last = from
	}
}

// join joins texts and a last one.
func (m *Machine) join(L *lua.LState, values []lua.LValue, right string) string {
	if len(values) == 1 {
		left, _ := ToText(values[0])
		m.bound(L, len(left)+len(right))
		return left + right
	}
	var room [8]string
	texts := append(room[:0], make([]string, len(values)+1)...)
	n := len(right)
	for i, v := range values {
		texts[i], _ = ToText(v)
		n += len(texts[i])
	}
	m.bound(L, n)
	texts[len(values)] = right
	return strings.Join(texts, "")
}

func (m *Machine) bound(L *lua.LState, n int) {
	m.spend(L, n)
	if n > MaxText {
		fail(L, "budget: a string of %d bytes; at most %d may be built", n, MaxText)
	}
}

func (m *Machine) concatEvent(L *lua.LState, a, b lua.LValue, ra, rb int) lua.LValue {
	h := m.event(a, "__concat")
	if isNil(h) {
		h = m.event(b, "__concat")
	}
	if isNil(h) {
		if _, ok := ToText(a); ok {
			a, ra = b, rb
		}
		m.typeError(L, a, "concatenate", ra)
	}
	return m.call1(L, h, a, b)
}
