package vm

import lua "github.com/yuin/gopher-lua"

// walk remembers where the last step of a traversal ended, so that the next one need
// not search for its key.
type walk struct {
	t  *table
	at int // in keys
}

// step is Next with the memory of the last step.
func (m *Machine) step(t *lua.LTable, k lua.LValue) (key, v lua.LValue, ok bool) {
	tt, w := tableOf(t), &m.walk
	if w.t == tt && w.at < len(tt.keys) {
		if s, ok := k.(lua.LString); ok && sameText(tt.keys[w.at], s) {
			return tt.nextKey(w, w.at+1)
		}
	}
	at, inList, ok := tt.place(k)
	if !ok {
		return lua.LNil, lua.LNil, false
	}
	if inList {
		for ; at < len(tt.array); at++ {
			if v := tt.array[at]; !isNil(v) {
				return m.num(float64(at + 1)), v, true
			}
		}
		at = 0
	}
	return tt.nextKey(w, at)
}

func sameText(v lua.LValue, s lua.LString) bool {
	t, ok := v.(lua.LString)
	return ok && t == s
}

func (t *table) nextKey(w *walk, at int) (key, v lua.LValue, ok bool) {
	for ; at < len(t.keys); at++ {
		if v := t.getKey(t.keys[at]); !isNil(v) {
			w.t, w.at = t, at
			return t.keys[at], v, true
		}
	}
	return lua.LNil, lua.LNil, true
}

// NextFn, and the functions that ipairs and pairs give to a loop, are known to the
// interpreter: a loop over a table calls nothing.
var (
	NextFn   = &lua.LFunction{IsG: true, GFunction: nextWord}
	IpairsFn = &lua.LFunction{IsG: true, GFunction: ipairsStep}
)

func nextWord(L *lua.LState) int {
	t := tableArg(L, 1)
	k, v, ok := Of(L).step(t, L.Get(2))
	if !ok {
		invalidKey(L)
	}
	L.Push(k)
	if isNil(k) {
		return 1
	}
	L.Push(v)
	return 2
}

// invalidKey raises an error without a place: lua5.1 finds it below any function.
func invalidKey(L *lua.LState) { Throw(L, lua.LString("invalid key to 'next'")) }

func ipairsStep(L *lua.LState) int {
	t, i := tableArg(L, 1), intArg(L, 2)+1
	v := GetInt(t, i)
	if isNil(v) {
		return 0
	}
	L.Push(lua.LNumber(i))
	L.Push(v)
	return 2
}

// Pairs is the function pairs.
func Pairs(L *lua.LState) int {
	t := tableArg(L, 1)
	L.Push(NextFn)
	L.Push(t)
	L.Push(lua.LNil)
	return 3
}

// Ipairs is the function ipairs.
func Ipairs(L *lua.LState) int {
	t := tableArg(L, 1)
	L.Push(IpairsFn)
	L.Push(t)
	L.Push(lua.LNumber(0))
	return 3
}
