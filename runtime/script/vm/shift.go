package vm

import lua "github.com/yuin/gopher-lua"

// Insert moves the items of a list from place at on up by one and puts v there. It is
// false, and nothing has happened, where t is not a list that has such a place.
func Insert(t *lua.LTable, at int, v lua.LValue) bool {
	tt := tableOf(t)
	n := len(tt.array)
	if at < 1 || at > n || tt.len() != n {
		return false
	}
	tt.array = append(tt.array, nil)
	copy(tt.array[at:], tt.array[at-1:n])
	tt.array[at-1] = v
	if tt.dict != nil {
		tt.takeIn()
	}
	return true
}

// Remove takes the item at a place out of a list, and moves those behind it down by one.
// It is false, and nothing has happened, where t is not a list that has such a place.
func Remove(t *lua.LTable, at int) (v lua.LValue, ok bool) {
	tt := tableOf(t)
	n := len(tt.array)
	if at < 1 || at > n || tt.len() != n {
		return nil, false
	}
	if v = tt.array[at-1]; v == nil {
		v = lua.LNil
	}
	copy(tt.array[at-1:], tt.array[at:])
	tt.array[n-1] = lua.LNil
	tt.trim()
	return v, true
}
