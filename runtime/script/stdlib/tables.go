package stdlib

import (
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/vm"
)

func (lib library) tables() Table {
	return Table{Name: "table", Quick: quickTables, Funcs: map[string]lua.LGFunction{
		"concat":   lib.concat,
		"foreach":  lib.forEach,
		"foreachi": lib.forEachIndex,
		"getn":     getN,
		"insert":   lib.insert,
		"maxn":     lib.maxN,
		"remove":   lib.remove,
		"setn":     setN,
		"sort":     lib.sort,
	}}
}

func getN(L *lua.LState) int {
	pushInt(L, vm.Len(arg.Table(L, 1)))
	return 1
}

func setN(L *lua.LState) int {
	arg.Table(L, 1)
	arg.Raise(L, "'setn' is obsolete")
	return 0
}

func (lib library) maxN(L *lua.LState) int {
	t := arg.Table(L, 1)
	greatest, entries := lua.LNumber(0), 0
	for k, _, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, _, _ = vm.Next(t, k) {
		if n, ok := k.(lua.LNumber); ok {
			greatest = max(greatest, n)
		}
		entries++
	}
	lib.Charge(L, entries/entriesPerStep)
	L.Push(greatest)
	return 1
}

func (lib library) insert(L *lua.LState) int {
	t := arg.Table(L, 1)
	end := vm.Len(t) + 1
	vm.Refuse(L, t, lua.LNumber(end))
	switch L.GetTop() {
	case 2:
		vm.SetInt(t, end, L.Get(2))
	case 3:
		at := arg.Int(L, 2)
		lib.chargeMove(L, at, end)
		if vm.Insert(t, at, L.Get(3)) {
			return 0
		}
		for i := max(end, at); i > at; i-- {
			vm.SetInt(t, i, vm.GetInt(t, i-1))
		}
		vm.SetInt(t, at, L.Get(3))
	default:
		arg.Raise(L, "wrong number of arguments to 'insert'")
	}
	return 0
}

func (lib library) remove(L *lua.LState) int {
	t := arg.Table(L, 1)
	end := vm.Len(t)
	at := arg.IntOr(L, 2, end)
	if at < 1 || at > end {
		return 0
	}
	vm.Refuse(L, t, lua.LNumber(at))
	lib.chargeMove(L, at, end)
	if v, ok := vm.Remove(t, at); ok {
		L.Push(v)
		return 1
	}
	L.Push(vm.GetInt(t, at))
	for i := at; i < end; i++ {
		vm.SetInt(t, i, vm.GetInt(t, i+1))
	}
	vm.SetInt(t, end, lua.LNil)
	return 1
}

// chargeMove charges for moving the entries between two places of a list, of which
// the first may lie far before it.
func (lib library) chargeMove(L *lua.LState, from, to int) {
	if from < to {
		lib.Charge(L, int(min((uint64(to)-uint64(from))/entriesPerStep, 1<<40)))
	}
}

// concat joins t[i] to t[j]. Every one of them has to be a text or a number.
func (lib library) concat(L *lua.LState) int {
	separator := ""
	if !arg.Absent(L, 2) {
		separator = arg.Text(L, 2)
	}
	t := arg.Table(L, 1)
	first, last := arg.IntOr(L, 3, 1), 0
	if arg.Absent(L, 4) {
		last = vm.Len(t)
	} else {
		last = arg.Int(L, 4)
	}
	var small [256]byte
	out := small[:0]
	for i := first; i <= last; i++ {
		switch v := vm.GetInt(t, i).(type) {
		case lua.LString:
			out = append(out, v...)
		case lua.LNumber:
			out = number.Append(out, float64(v))
		default:
			arg.Raise(L, "invalid value ("+v.Type().String()+") at index "+strconv.Itoa(i)+" in table for 'concat'")
		}
		if i == last {
			break // last may be the largest integer
		}
		bound(L, "table.concat", len(out)+len(separator))
		out = append(out, separator...)
	}
	bound(L, "table.concat", len(out))
	lib.Charge(L, max(0, last-first)/entriesPerStep+len(out)/bytesPerStep)
	L.Push(lua.LString(out))
	return 1
}

func (lib library) forEach(L *lua.LState) int {
	t, fn := arg.Table(L, 1), arg.Function(L, 2)
	for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(t, k) {
		if lib.visit(L, fn, k, v) {
			return 1
		}
	}
	return 0
}

func (lib library) forEachIndex(L *lua.LState) int {
	t := arg.Table(L, 1)
	n := vm.Len(t)
	fn := arg.Function(L, 2)
	for i := 1; i <= n; i++ {
		if lib.visit(L, fn, integer(i), vm.GetInt(t, i)) {
			return 1
		}
	}
	return 0
}

// visit calls fn for an entry. It says whether fn returned something, which is then
// on the stack and ends the loop.
func (lib library) visit(L *lua.LState, fn *lua.LFunction, k, v lua.LValue) bool {
	lib.Charge(L, 1)
	L.Push(fn)
	L.Push(k)
	L.Push(v)
	vm.Invoke(L, 2, 1)
	if L.Get(-1) != lua.LNil {
		return true
	}
	L.Pop(1)
	return false
}
