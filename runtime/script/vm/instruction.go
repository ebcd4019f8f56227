package vm

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// What the interpreter's larger instructions do.

// NewTable makes a table with room for so many items of a list and so many fields. It
// is one like the interpreter's: see Set.
func NewTable(list, fields int) *lua.LTable { return newTable(list, fields) }

func newTable(list, fields int) *lua.LTable {
	tt := roomFor(fields)
	tt.Metatable = lua.LNil
	if list > 0 {
		tt.array = make([]lua.LValue, 0, list)
	}
	if fields > 0 {
		tt.strdict = make(map[string]lua.LValue, fields)
	}
	return tt.lua()
}

// roomFor is a table with room for the names of so many fields: of few, in one piece
// with it.
func roomFor(fields int) *table {
	switch {
	case fields == 0:
		return &table{keys: []lua.LValue{}}
	case fields <= 4:
		t := &struct {
			table
			room [4]lua.LValue
		}{}
		t.keys = t.room[:0]
		return &t.table
	}
	return &table{keys: make([]lua.LValue, 0, fields)}
}

// put stores where no metamethod and no error can come of it, and says whether it
// has, and by how many bytes the table has grown.
func (t *table) put(k, v lua.LValue) (grown int, ok bool) {
	switch n := k.(type) {
	case lua.LString:
		switch {
		case !isNil(t.Metatable):
			if _, ok := t.strdict[string(n)]; !ok || IsClosed(t.Metatable) {
				return 0, false
			}
			if isNil(v) {
				delete(t.strdict, string(n))
			} else {
				t.strdict[string(n)] = v
			}
			return 0, true
		case isNil(v):
			delete(t.strdict, string(n))
			return 0, true
		case t.assign(string(n), k, v):
			return entryBytes, true
		}
		return 0, true
	case lua.LNumber:
		i := int(n)
		if uint(i-1) < uint(len(t.array)) && lua.LNumber(i) == n {
			if i < len(t.array) && (isNil(t.Metatable) || !isNil(t.array[i-1])) {
				t.array[i-1] = v
				return 0, true
			}
		}
		if isNil(t.Metatable) && n == n {
			t.set(k, v)
			if i == len(t.array) {
				return itemBytes, true
			}
			return entryBytes, true
		}
	}
	return 0, false
}

// append stores values as the entries behind the first n of the list.
func (t *table) append(n int, values []lua.LValue) {
	if n == len(t.array) && len(t.dict) == 0 {
		t.array = append(t.array, values...)
		t.trim()
		return
	}
	for i, v := range values {
		if n+i < len(t.array) {
			t.array[n+i] = v
			continue
		}
		for len(t.array) < n+i { // an item before was nil and taken off the end
			t.array = append(t.array, lua.LNil)
		}
		t.array = append(t.array, v)
		if t.dict != nil {
			delete(t.dict, lua.LNumber(n+i+1))
			t.dropPlace(lua.LNumber(n + i + 1))
		}
	}
	t.trim()
	if len(t.dict) > 0 {
		t.takeIn()
	}
}

// method finds obj:key in the object's table, or, as of most objects, in the table
// that its metatable names as __index.
func (m *Machine) method(obj, key lua.LValue, at *hint) (lua.LValue, bool) {
	name := string(key.(lua.LString))
	var mt *lua.LTable
	switch o := obj.(type) {
	case *lua.LTable:
		var own hint
		if v := tableOf(o).slot(name, &own); v != nil {
			return *v, true
		}
		mt, _ = o.Metatable.(*lua.LTable)
	case *lua.LUserData:
		mt, _ = o.Metatable.(*lua.LTable)
	case lua.LString:
		mt = m.metatable(obj)
	}
	if mt == nil {
		return nil, false
	}
	index := tableOf(mt).slot("__index", &m.indexHint)
	if index == nil {
		return nil, false
	}
	class, ok := (*index).(*lua.LTable)
	if !ok {
		return nil, false
	}
	if v := tableOf(class).slot(name, at); v != nil {
		return *v, true
	}
	return nil, false
}

// closure makes a closure of p; what follows its instruction says where its upvalues
// are.
func (th *thread) closure(cf *frame, p *lua.FunctionProto, captures []uint32) *lua.LFunction {
	n := int(p.NumUpvalues)
	fn := &lua.LFunction{Env: cf.Fn.Env, Proto: p}
	if n == 0 {
		return fn
	}
	fn.Upvalues = make([]*lua.Upvalue, n)
	for i, inst := range captures[:n] {
		b := bytecode.B(inst)
		if bytecode.Op(inst) == lua.OP_MOVE {
			fn.Upvalues[i] = th.cell(cf.LocalBase + b)
		} else {
			fn.Upvalues[i] = cf.Fn.Upvalues[b]
		}
	}
	return fn
}

// replace makes a frame that of another function, as a tail call does.
func (th *thread) replace(L *lua.LState, cf *frame, fn *lua.LFunction, at, nargs int) {
	if th.uvcache != nil {
		th.closeFrom(cf.LocalBase)
	}
	regs := th.reg.array
	copy(regs[cf.Base:], regs[at:at+nargs+1])
	end := cf.Base + nargs + 1
	if th.reg.top > end {
		clear(regs[end:th.reg.top])
	}
	th.reg.top = end
	cf.Fn, cf.Pc, cf.LocalBase, cf.NArgs = fn, 0, cf.Base+1, nargs
	cf.TailCall++
	th.enter(L, cf, fn.Proto)
}

// prepare makes the three values of a numeric for numbers, the first less a step.
func (m *Machine) prepare(L *lua.LState, v []lua.LValue) {
	var n [3]float64
	for i, what := range [3]string{"initial value", "limit", "step"} {
		x, ok := ToNumber(v[i])
		if !ok {
			fail(L, "'for' %s must be a number", what)
		}
		n[i] = x
	}
	v[0], v[1], v[2] = lua.LNumber(n[0]-n[2]), lua.LNumber(n[1]), lua.LNumber(n[2])
}

// inline takes a step of a loop over next or ipairs.
func (m *Machine) inline(L *lua.LState, f, s, c lua.LValue) (key, v lua.LValue, ok bool) {
	fn, _ := f.(*lua.LFunction)
	t, isTable := s.(*lua.LTable)
	if !isTable {
		return nil, nil, false
	}
	switch fn {
	case NextFn:
		key, v, ok = m.step(t, c)
		if !ok {
			invalidKey(L)
		}
		return key, v, true
	case IpairsFn:
		n, ok := c.(lua.LNumber)
		if !ok {
			return nil, nil, false
		}
		i := int(n) + 1
		if v := tableOf(t).getInt(i); !isNil(v) {
			return m.num(float64(i)), v, true
		}
		return lua.LNil, lua.LNil, true
	}
	return nil, nil, false
}

// give puts a step's two values, or as many as are wanted, in registers from at on.
func give(r window, at uint8, want int, key, v lua.LValue) {
	r[at] = key
	if want > 1 {
		r[at+1] = v
	}
	for w := 2; w < want; w++ {
		r[at+uint8(w)] = lua.LNil
	}
}

// setList stores the values behind a new table's register in it, as a group of its
// list.
func (th *thread) setList(m *Machine, cf *frame, i uint32, group int) {
	a, n := bytecode.A(i), bytecode.B(i)
	from := cf.LocalBase + a + 1
	if n == 0 {
		n = th.reg.top - from
	}
	t := tableOf(th.reg.array[from-1].(*lua.LTable))
	t.append((group-1)*bytecode.PerFlush, th.reg.array[from:from+n])
	m.Allocated += int64(n * itemBytes)
	th.reg.top = cf.LocalBase + int(cf.Fn.Proto.NumUsedRegisters)
	clearAbove(th.reg, from+n)
}

// extra gives the extra arguments of a vararg function, as many as are wanted or all.
func (th *thread) extra(L *lua.LState, cf *frame, i uint32) {
	n := bytecode.B(i) - 1
	have := max(0, cf.NArgs-int(cf.Fn.Proto.NumParameters))
	from, at := cf.LocalBase-have, cf.LocalBase+bytecode.A(i)
	if n < 0 {
		n = have
		th.reg.ensure(L, at+n)
		th.reg.top = at + n
	}
	regs := th.reg.array
	got := min(n, have)
	copy(regs[at:at+got], regs[from:from+got])
	for j := at + got; j < at+n; j++ {
		regs[j] = lua.LNil
	}
}

func clearAbove(r *registry, n int) {
	if n > r.top {
		clear(r.array[r.top:n])
	}
}
