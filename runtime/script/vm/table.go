package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// A table keeps the list 1..n in its array and every other key in its
// dictionaries: `t[12345678] = x` costs one entry, and a list may have any length.
// These hold after every operation here:
//
//   - the last element of the array is not nil,
//   - no dictionary has the key len(array)+1 or a whole positive one below it,
//   - the array is not Go's nil where a dictionary has whole positive keys.
//
// The index of keys is made where a search for one wants it, not before the table has
// more than fewKeys of them: most tables are small, and nobody asks. Only a table that
// Go code has made has it from its first key on, as gopher-lua's writers want it; the
// interpreter's begin with keys that are not Go's nil.
//
// So gopher-lua's own methods are for tables that Go code has made and still has for
// itself. Code that handles scripts' tables uses the functions here; ForEach and
// RawGetString are right for any table, Next and RawSetString are not.

// listIndex is the place in a list that a key stands for, from 1, or 0.
func listIndex(n lua.LNumber) int {
	if i := int(n); i > 0 && lua.LNumber(i) == n {
		return i
	}
	return 0
}

// Get is rawget: t[k] without metamethods.
func Get(t *lua.LTable, k lua.LValue) lua.LValue { return tableOf(t).get(k) }

// GetInt is Get with a whole number.
func GetInt(t *lua.LTable, i int) lua.LValue { return tableOf(t).getInt(i) }

// Set is rawset: t[k] = v without metamethods. The key must be neither nil nor NaN.
func Set(t *lua.LTable, k, v lua.LValue) { tableOf(t).set(k, v) }

// SetInt is Set with a whole number.
func SetInt(t *lua.LTable, i int, v lua.LValue) { tableOf(t).setInt(i, nil, v) }

// Len is #t: n where t[n] is not nil and t[n+1] is.
func Len(t *lua.LTable) int { return tableOf(t).len() }

// Next is the entry after the one with key k, nil beginning; its key is nil after
// the last. ok is false for a key that the table does not have and never had.
func Next(t *lua.LTable, k lua.LValue) (key, v lua.LValue, ok bool) { return tableOf(t).next(k) }

func (t *table) get(k lua.LValue) lua.LValue {
	switch k := k.(type) {
	case lua.LString:
		if v, ok := t.strdict[string(k)]; ok {
			return v
		}
		return lua.LNil
	case lua.LNumber:
		if i := int(k); uint(i-1) < uint(len(t.array)) && lua.LNumber(i) == k {
			if v := t.array[i-1]; v != nil {
				return v
			}
			return lua.LNil
		}
	}
	if v, ok := t.dict[k]; ok {
		return v
	}
	return lua.LNil
}

func (t *table) getInt(i int) lua.LValue {
	if uint(i-1) < uint(len(t.array)) {
		if v := t.array[i-1]; v != nil {
			return v
		}
		return lua.LNil
	}
	if len(t.dict) > 0 {
		if v, ok := t.dict[lua.LNumber(i)]; ok {
			return v
		}
	}
	return lua.LNil
}

func (t *table) set(k, v lua.LValue) {
	switch n := k.(type) {
	case lua.LString:
		t.setString(string(n), k, v)
	case lua.LNumber:
		if i := listIndex(n); i > 0 {
			t.setInt(i, k, v)
			return
		}
		t.setOther(k, v)
	default:
		t.setOther(k, v)
	}
}

// setInt sets a whole key; k is the same key as a value where the caller has one.
func (t *table) setInt(i int, k, v lua.LValue) {
	n := len(t.array)
	switch {
	case i <= 0 || i > n+1:
		if k == nil {
			k = lua.LNumber(i)
		}
		if t.array == nil && i > 0 {
			t.array = []lua.LValue{}
		}
		t.setOther(k, v)
	case i == n+1:
		if !isNil(v) {
			t.array = append(t.array, v)
			if t.dict != nil {
				t.takeIn()
			}
		}
	default:
		t.array[i-1] = v
		if i == n && isNil(v) {
			t.trim()
		}
	}
}

// takeIn moves what follows the end of the array from the dictionary into it, and
// takes the places of the keys that the array now has.
func (t *table) takeIn() {
	for {
		t.dropPlace(lua.LNumber(len(t.array)))
		k := lua.LNumber(len(t.array) + 1)
		v, ok := t.dict[k]
		if !ok {
			return
		}
		t.array = append(t.array, v)
		delete(t.dict, k)
	}
}

// dropPlace leaves a key's place in the order of next empty: the others stay.
func (t *table) dropPlace(k lua.LValue) {
	if at, ok := t.find(k); ok {
		t.keys[at] = lua.LNil
		delete(t.k2i, k)
	}
}

// fewKeys are so many that to look through them takes less than an index does.
const fewKeys = 8

// find is a key's place among keys.
func (t *table) find(k lua.LValue) (at int, ok bool) {
	if t.k2i == nil {
		if len(t.keys) <= fewKeys {
			return t.scan(k)
		}
		t.index()
	}
	at, ok = t.k2i[k]
	return at, ok
}

func (t *table) scan(k lua.LValue) (at int, ok bool) {
	for at, other := range t.keys {
		if RawEqual(other, k) && !isNil(other) {
			return at, true
		}
	}
	return 0, false
}

func (t *table) index() {
	t.k2i = make(map[lua.LValue]int, cap(t.keys))
	for at, k := range t.keys {
		if !isNil(k) { // nil is the place of a key that is gone
			t.k2i[k] = at
		}
	}
}

// trim takes the nils off the array's end.
func (t *table) trim() {
	n := len(t.array)
	for n > 0 && isNil(t.array[n-1]) {
		n--
	}
	clear(t.array[n:])
	t.array = t.array[:n]
}

// setString sets a field; k is the same key as a value, nil where the caller has
// none.
func (t *table) setString(s string, k, v lua.LValue) {
	if isNil(v) {
		delete(t.strdict, s)
		return
	}
	t.assign(s, k, v)
}

// assign gives a field a value that is not nil, and says whether it is a new one. The
// map is searched once: that it has grown tells.
func (t *table) assign(s string, k, v lua.LValue) (added bool) {
	if t.strdict == nil {
		t.strdict = map[string]lua.LValue{}
	}
	before := len(t.strdict)
	t.strdict[s] = v
	if len(t.strdict) == before {
		return false
	}
	if k == nil {
		k = lua.LString(s)
	}
	t.addKey(k)
	return true
}

// setOther sets a key that is neither a string nor of the list.
func (t *table) setOther(k, v lua.LValue) {
	if isNil(v) {
		delete(t.dict, k)
		return
	}
	if _, ok := t.dict[k]; !ok {
		if t.dict == nil {
			t.dict = map[lua.LValue]lua.LValue{}
		}
		t.dict[k] = v
		t.addKey(k)
		return
	}
	t.dict[k] = v
}

// addKey gives a key that has just come its place in the order of next. A key that was there
// before has its place still, unless most places are of keys that are gone: those
// are given back here, where a new key comes and so no traversal is under way that
// Lua would allow.
func (t *table) addKey(k lua.LValue) {
	if t.keys == nil {
		t.k2i = map[lua.LValue]int{}
	}
	live := len(t.strdict) + len(t.dict) - 1
	if len(t.keys) >= 32 && len(t.keys) > 2*live {
		t.forgetKeys()
	}
	if len(t.keys) > live { // there are places of keys that are gone
		if _, ok := t.find(k); ok {
			return
		}
	}
	if t.k2i != nil {
		t.k2i[k] = len(t.keys)
	}
	t.keys = append(t.keys, k)
}

func (t *table) forgetKeys() {
	live := make([]lua.LValue, 0, len(t.strdict)+len(t.dict)+1)
	for _, k := range t.keys {
		if !isNil(t.getKey(k)) {
			live = append(live, k)
		}
	}
	t.keys = live
	if t.k2i != nil {
		t.index()
	}
}

// getKey is the value of a key that has a place in keys.
func (t *table) getKey(k lua.LValue) lua.LValue {
	if s, ok := k.(lua.LString); ok {
		return t.strdict[string(s)]
	}
	return t.dict[k]
}

func (t *table) len() int {
	n := len(t.array)
	for n > 0 && isNil(t.array[n-1]) { // Go code may have left it so
		n--
	}
	return n
}

func (t *table) next(k lua.LValue) (key, v lua.LValue, ok bool) {
	at, inList, ok := t.place(k)
	if !ok {
		return lua.LNil, lua.LNil, false
	}
	if inList {
		for ; at < len(t.array); at++ {
			if v := t.array[at]; !isNil(v) {
				return box(lua.LNumber(at + 1)), v, true
			}
		}
		at = 0
	}
	for ; at < len(t.keys); at++ {
		if v := t.getKey(t.keys[at]); !isNil(v) {
			return t.keys[at], v, true
		}
	}
	return lua.LNil, lua.LNil, true
}

// place is where the entry after key k would stand: in the list or among keys.
func (t *table) place(k lua.LValue) (at int, inList, ok bool) {
	switch n := k.(type) {
	case *lua.LNilType:
		return 0, true, true
	case lua.LNumber:
		i := listIndex(n)
		if i > 0 && i <= len(t.array) {
			return i, true, true
		}
		if at, ok := t.find(k); ok {
			return at + 1, false, true
		}
		return 0, false, i > 0 && i <= cap(t.array) // its end was taken off meanwhile
	}
	at, ok = t.find(k)
	return at + 1, false, ok
}
