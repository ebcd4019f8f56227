package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
)

// Format is string.format for an Engine.
func Format(e Engine) lua.LGFunction { return library{e}.format }

// format is string.format, which hands each conversion to C's printf; see verb.
func (lib library) format(L *lua.LState) int {
	format := arg.Text(L, 1)
	var small [128]byte
	out := small[:0]
	for i, n := 0, 1; i < len(format); {
		at := strings.IndexByte(format[i:], '%')
		if at < 0 {
			out = append(out, format[i:]...)
			break
		}
		out = append(out, format[i:i+at]...)
		if i += at + 1; i < len(format) && format[i] == '%' {
			out = append(out, '%')
			i++
			continue
		}
		if n++; arg.Missing(L, n) {
			arg.Bad(L, n, "no value")
		}
		var v verb
		v, i = readVerb(L, format, i)
		out = convert(L, out, v, n)
		bound(L, "string.format", len(out))
	}
	bound(L, "string.format", len(out))
	lib.Charge(L, (len(format)+len(out))/bytesPerStep)
	L.Push(lua.LString(out))
	return 1
}

// readVerb reads the conversion behind the percent sign before format[i] and
// returns where it ends. A width or precision has two digits at most.
func readVerb(L *lua.LState, format string, i int) (verb, int) {
	at := func(i int) byte {
		if i < len(format) {
			return format[i]
		}
		return 0 // C ends a text so
	}
	v := verb{precision: -1}
	start := i
	for ; v.flag(at(i)); i++ {
	}
	if i-start > maxFlags {
		arg.Raise(L, "invalid format (repeated flags)")
	}
	number := func() (n int) {
		for from := i; i < from+2 && isDigit(at(i)); i++ {
			n = n*10 + int(format[i]-'0')
		}
		return n
	}
	v.width = number()
	if at(i) == '.' {
		i++
		v.precision = number()
	}
	if isDigit(at(i)) {
		arg.Raise(L, "invalid format (width or precision too long)")
	}
	v.letter = at(i)
	return v, i + 1
}

const maxFlags = 5

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// convert adds argument n, converted.
func convert(L *lua.LState, out []byte, v verb, n int) []byte {
	switch v.letter {
	case 'c':
		return v.char(out, byte(truncInt(arg.Number(L, n))))
	case 'd', 'i':
		return v.signed(out, int64(arg.Offset(L, n)))
	case 'o', 'u', 'x', 'X':
		return v.unsigned(out, truncUnsigned(arg.Number(L, n)))
	case 'e', 'E', 'f', 'g', 'G':
		return v.float(out, arg.Number(L, n))
	case 'q':
		return quoted(L, out, arg.Text(L, n))
	case 's':
		text := arg.Text(L, n)
		bound(L, "string.format", len(out)+len(text))
		return v.text(out, text)
	}
	arg.Raise(L, "invalid option '%"+strings.TrimSuffix(string([]byte{v.letter}), "\x00")+"' to 'format'")
	return nil
}

// quoted adds a text such that Lua reads it back.
func quoted(L *lua.LState, out []byte, text string) []byte {
	bound(L, "string.format", len(out)+len(text))
	out = append(out, '"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\', '\n':
			out = append(out, '\\', c)
		case '\r':
			out = append(out, `\r`...)
		case 0:
			out = append(out, `\000`...)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
