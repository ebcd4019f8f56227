package luatest

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// pair is two tables that are being compared, for structures that contain
// themselves.
type pair struct{ a, b *lua.LTable }

// equal compares two values, tables by what is in them, and says where they
// differ first: ".pos.x", "[3]".
func equal(a, b lua.LValue, at string, seen map[pair]bool) (string, bool) {
	ta, ok1 := a.(*lua.LTable)
	tb, ok2 := b.(*lua.LTable)
	if !ok1 || !ok2 {
		return at, a == b
	}
	if ta == tb || seen[pair{ta, tb}] {
		return "", true
	}
	if seen == nil {
		seen = map[pair]bool{}
	}
	seen[pair{ta, tb}] = true
	for _, k := range sortedKeys(ta) {
		if where, same := equal(vm.Get(ta, k), vm.Get(tb, k), at+step(k), seen); !same {
			return where, false
		}
	}
	for _, k := range sortedKeys(tb) {
		if vm.Get(ta, k) == lua.LNil {
			return at + step(k), false
		}
	}
	return "", true
}

func step(k lua.LValue) string {
	if s, ok := k.(lua.LString); ok && isName(string(s)) {
		return "." + string(s)
	}
	return "[" + render(k) + "]"
}

// sortedKeys lists a table's keys: numbers, then strings, then the rest.
func sortedKeys(t *lua.LTable) []lua.LValue {
	var keys []lua.LValue
	t.ForEach(func(k, _ lua.LValue) { keys = append(keys, k) })
	rank := func(v lua.LValue) int {
		switch v.(type) {
		case lua.LNumber:
			return 0
		case lua.LString:
			return 1
		}
		return 2
	}
	sort.SliceStable(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra < rb
		}
		switch a := a.(type) {
		case lua.LNumber:
			return a < b.(lua.LNumber)
		case lua.LString:
			return a < b.(lua.LString)
		}
		return false
	})
	return keys
}

// The bounds of a rendered value.
const (
	maxRenderDepth = 5
	maxRenderBytes = 1500
)

// render writes a value as Lua would have it written, shortened where it is long.
func render(v lua.LValue) string {
	var b strings.Builder
	renderTo(&b, v, 0)
	if b.Len() > maxRenderBytes {
		return b.String()[:maxRenderBytes] + " ..."
	}
	return b.String()
}

func renderTo(b *strings.Builder, v lua.LValue, depth int) {
	switch v := v.(type) {
	case lua.LString:
		b.WriteString(strconv.Quote(string(v)))
	case *lua.LTable:
		renderTable(b, v, depth)
	case *lua.LFunction, *lua.LUserData, *lua.LState:
		fmt.Fprintf(b, "<%s>", v.Type())
	default:
		b.WriteString(v.String())
	}
}

func renderTable(b *strings.Builder, t *lua.LTable, depth int) {
	if depth == maxRenderDepth {
		b.WriteString("{...}")
		return
	}
	b.WriteByte('{')
	next := lua.LNumber(1)
	for i, k := range sortedKeys(t) {
		if b.Len() > maxRenderBytes {
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if n, ok := k.(lua.LNumber); ok && n == next {
			next++
		} else if s, ok := k.(lua.LString); ok && isName(string(s)) {
			b.WriteString(string(s) + " = ")
		} else {
			b.WriteByte('[')
			renderTo(b, k, depth+1)
			b.WriteString("] = ")
		}
		renderTo(b, vm.Get(t, k), depth+1)
	}
	b.WriteByte('}')
}

func isName(s string) bool {
	for i, c := range s {
		if c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return false
	}
	return s != ""
}
