package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
)

func (lib library) strings() Table {
	aliases := map[string]string{"gfind": "gmatch"} // the name it had in Lua 5.0, kept by 5.1
	return Table{Name: "string", Aliases: aliases, Quick: quickStrings, Funcs: map[string]lua.LGFunction{
		"byte":    lib.byte,
		"char":    char,
		"find":    lib.find,
		"format":  lib.format,
		"gmatch":  lib.gmatch,
		"gsub":    lib.gsub,
		"len":     length,
		"lower":   lib.lower,
		"match":   lib.match,
		"rep":     lib.rep,
		"reverse": lib.reverse,
		"sub":     sub,
		"upper":   lib.upper,
	}}
}

// fromEnd turns a place that counts from the end of a text, if it is negative, into
// one that counts from the beginning; 0 lies before it.
func fromEnd(place, length int) int {
	if place < 0 {
		place = max(place+length+1, 0)
	}
	return place
}

func length(L *lua.LState) int {
	pushInt(L, len(arg.Text(L, 1)))
	return 1
}

func sub(L *lua.LState) int {
	text := arg.Text(L, 1)
	L.Push(lua.LString(substring(text, arg.Offset(L, 2), arg.OffsetOr(L, 3, -1))))
	return 1
}

// substring is the bytes of a text from one place to another.
func substring(text string, from, to int) string {
	from = max(fromEnd(from, len(text)), 1)
	to = min(fromEnd(to, len(text)), len(text))
	if from > to {
		return ""
	}
	return text[from-1 : to]
}

func (lib library) byte(L *lua.LState) int {
	text := arg.Text(L, 1)
	first := fromEnd(arg.OffsetOr(L, 2, 1), len(text))
	last := min(fromEnd(arg.OffsetOr(L, 3, first), len(text)), len(text))
	first = max(first, 1)
	n := last - first + 1
	if n <= 0 {
		return 0
	}
	if n > maxValues-L.GetTop() {
		arg.Raise(L, "stack overflow (string slice too long)")
	}
	lib.Charge(L, n/lettersPerStep)
	for _, c := range []byte(text[first-1 : last]) {
		pushInt(L, int(c))
	}
	return n
}

func char(L *lua.LState) int {
	var small [64]byte
	out := small[:0]
	for i := range L.GetTop() {
		c := arg.Int(L, i+1)
		if c < 0 || c > 255 {
			arg.Bad(L, i+1, "invalid value")
		}
		out = append(out, byte(c))
	}
	L.Push(lua.LString(out))
	return 1
}

// upper and lower change the letters of ASCII, as C does in its own locale: other
// bytes stay what they are.
func (lib library) upper(L *lua.LState) int { return lib.mapLetters(L, 'a', 'z') }

func (lib library) lower(L *lua.LState) int { return lib.mapLetters(L, 'A', 'Z') }

// mapLetters turns the letters between two of one case into those of the other.
func (lib library) mapLetters(L *lua.LState, low, high byte) int {
	text := arg.Text(L, 1)
	lib.Charge(L, len(text)/lettersPerStep)
	at := 0
	for at < len(text) && (text[at] < low || text[at] > high) {
		at++
	}
	if at == len(text) {
		L.Push(lua.LString(text))
		return 1
	}
	out := []byte(text)
	for i := at; i < len(out); i++ {
		if c := out[i]; low <= c && c <= high {
			out[i] = c ^ 0x20
		}
	}
	L.Push(lua.LString(out))
	return 1
}

func (lib library) reverse(L *lua.LState) int {
	text := arg.Text(L, 1)
	lib.Charge(L, len(text)/lettersPerStep)
	out := make([]byte, len(text))
	for i := range len(text) {
		out[len(text)-1-i] = text[i]
	}
	L.Push(lua.LString(out))
	return 1
}

func (lib library) rep(L *lua.LState) int {
	text, n := arg.Text(L, 1), arg.Int(L, 2)
	if n <= 0 || text == "" {
		L.Push(lua.LString(""))
		return 1
	}
	if n > MaxString/len(text) {
		arg.Raisef(L, "budget: string.rep would make %d times %d bytes; at most %d may be built", n, len(text), MaxString)
	}
	lib.Charge(L, n*len(text)/bytesPerStep)
	L.Push(lua.LString(strings.Repeat(text, n)))
	return 1
}
