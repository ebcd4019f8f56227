package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/pattern"
	"hotshard/runtime/script/vm"
)

// substitution is one call of gsub under way.
type substitution struct {
	m    pattern.Matcher
	p    *pattern.Pattern
	text string
	with lua.LValue // a text, a number, a table or a function
	out  strings.Builder
}

func (lib library) gsub(L *lua.LState) int {
	text, src := arg.Text(L, 1), arg.Text(L, 2)
	limit := arg.IntOr(L, 4, len(text)+1)
	sub := substitution{text: text, with: replacement(L)}
	sub.p = lib.compile(L, src)
	n, at, copied := 0, 0, 0
	for n < limit && at <= len(text) && lib.search(L, "gsub", &sub.m, sub.p, text, at) {
		start, end := sub.m.Span()
		if n == 0 {
			sub.out.Grow(len(text))
		}
		n++
		sub.out.WriteString(text[copied:start])
		sub.replace(L)
		bound(L, "string.gsub", sub.out.Len())
		if copied, at = end, end; end == start {
			at++ // the byte behind an empty match is copied with the next piece
		}
		if sub.p.Anchored() {
			break
		}
	}
	if n == 0 {
		L.Push(lua.LString(text))
	} else {
		bound(L, "string.gsub", sub.out.Len()+len(text)-copied)
		sub.out.WriteString(text[copied:])
		lib.Charge(L, sub.out.Len()/bytesPerStep)
		L.Push(lua.LString(sub.out.String()))
	}
	pushInt(L, n)
	return 2
}

// replacement is the third argument; a number is the same as its text.
func replacement(L *lua.LState) lua.LValue {
	switch with := L.Get(3).(type) {
	case lua.LNumber:
		return lua.LString(number.Format(float64(with)))
	case lua.LString, *lua.LTable, *lua.LFunction:
		return with
	}
	arg.Bad(L, 3, "string/function/table expected")
	return nil
}

// replace writes what stands in the place of the last match.
func (sub *substitution) replace(L *lua.LState) {
	var v lua.LValue
	switch with := sub.with.(type) {
	case lua.LString:
		sub.expand(L, string(with))
		return
	case *lua.LTable:
		v = vm.Index(L, with, capture(L, &sub.m, sub.p, sub.text, 0))
	default:
		L.Push(with)
		vm.Invoke(L, pushCaptures(L, &sub.m, sub.p, sub.text), 1)
		v = L.Get(-1)
		L.Pop(1)
	}
	if !isTrue(v) {
		start, end := sub.m.Span()
		sub.out.WriteString(sub.text[start:end])
		return
	}
	text, ok := vm.ToText(v)
	if !ok {
		arg.Raise(L, "invalid replacement value (a "+v.Type().String()+")")
	}
	sub.out.WriteString(text)
}

// expand writes a replacement text: %0 is the match, %1 to %9 are captures, and %
// is dropped before anything else. At the end of the text it stands before the
// zero byte with which C ends it.
func (sub *substitution) expand(L *lua.LState, with string) {
	for {
		i := strings.IndexByte(with, '%')
		if i < 0 {
			sub.out.WriteString(with)
			return
		}
		sub.out.WriteString(with[:i])
		if i == len(with)-1 {
			sub.out.WriteByte(0)
			return
		}
		c := with[i+1]
		with = with[i+2:]
		switch {
		case c < '0' || c > '9':
			sub.out.WriteByte(c)
		case c == '0':
			start, end := sub.m.Span()
			sub.add(L, sub.text[start:end])
		default:
			text, _ := vm.ToText(capture(L, &sub.m, sub.p, sub.text, int(c-'1')))
			sub.add(L, text)
		}
	}
}

func (sub *substitution) add(L *lua.LState, text string) {
	bound(L, "string.gsub", sub.out.Len()+len(text))
	sub.out.WriteString(text)
}
