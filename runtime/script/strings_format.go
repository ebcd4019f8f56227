package script

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// verb is one conversion of a format: %[flags][width][.precision]letter.
type verb struct {
	flags     string
	width     int // 0: none
	precision int // -1: none
	letter    byte
}

// format is string.format as the manual of Lua 5.1 has it, which hands most of it
// to C's sprintf. gopher-lua hands the whole format to Go's, where a format can
// name an argument many times over; so this is our own.
func (lib *stringLib) format(L *lua.LState) int {
	format := L.CheckString(1)
	var small [128]byte
	out := small[:0]
	for i, arg := 0, 1; i < len(format); {
		n := strings.IndexByte(format[i:], '%')
		if n < 0 {
			out = append(out, format[i:]...)
			break
		}
		out = append(out, format[i:i+n]...)
		if i += n + 1; i < len(format) && format[i] == '%' {
			out = append(out, '%')
			i++
			continue
		}
		var v verb
		v, i = parseVerb(L, format, i)
		arg++
		out = v.append(L, out, arg)
		bound(L, "string.format", len(out))
	}
	bound(L, "string.format", len(out))
	lib.charge(L, (len(format)+len(out))/bytesPerStep)
	L.Push(lua.LString(out))
	return 1
}

// parseVerb reads the conversion behind the percent sign before format[i] and
// returns where it ends. As in PUC Lua a width or precision has two digits.
func parseVerb(L *lua.LState, format string, i int) (verb, int) {
	v := verb{precision: -1}
	start := i
	for i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0 {
		i++
	}
	if v.flags = format[start:i]; len(v.flags) > 5 {
		L.RaiseError("invalid format (repeated flags)")
	}
	number := func() int {
		n, from := 0, i
		for ; i < len(format) && format[i] >= '0' && format[i] <= '9'; i++ {
			if i-from == 2 {
				L.RaiseError("invalid format (width or precision too long)")
			}
			n = n*10 + int(format[i]-'0')
		}
		return n
	}
	v.width = number()
	if i < len(format) && format[i] == '.' {
		i++
		v.precision = number()
	}
	if i == len(format) {
		L.RaiseError("%s", "invalid option '%' to 'format': nothing follows it")
	}
	v.letter = format[i]
	return v, i + 1
}

// append adds argument arg, converted.
func (v verb) append(L *lua.LState, out []byte, arg int) []byte {
	switch v.letter {
	case 'c':
		return v.pad(out, string([]byte{byte(L.CheckInt(arg))}))
	case 'd', 'i':
		n := int64(L.CheckNumber(arg))
		if v.plain() {
			return strconv.AppendInt(out, n, 10)
		}
		return fmt.Appendf(out, v.goFormat('d'), n)
	case 'o', 'u', 'x', 'X':
		return v.unsigned(out, float64(L.CheckNumber(arg)))
	case 'e', 'E', 'f', 'g', 'G':
		return v.float(out, float64(L.CheckNumber(arg)))
	case 'q':
		return quoted(L, out, L.CheckString(arg))
	case 's':
		if arg > L.GetTop() {
			L.ArgError(arg, "string expected, got no value")
		}
		// Lua 5.1 takes strings and numbers only; printing nil, booleans and tables
		// too is what gopher-lua and later versions of Lua do.
		text := L.Get(arg).String()
		if v.precision >= 0 && v.precision < len(text) {
			text = text[:v.precision]
		}
		bound(L, "string.format", len(out)+len(text))
		return v.pad(out, text)
	}
	L.RaiseError("invalid option '%%%c' to 'format'", v.letter)
	return nil
}

func (v verb) plain() bool { return v.flags == "" && v.width == 0 && v.precision < 0 }

// goFormat is the verb for Go's fmt, whose numbers look like C's.
func (v verb) goFormat(letter byte) string {
	var b strings.Builder
	b.WriteByte('%')
	b.WriteString(v.flags)
	if v.width > 0 {
		b.WriteString(strconv.Itoa(v.width))
	}
	if v.precision >= 0 {
		b.WriteByte('.')
		b.WriteString(strconv.Itoa(v.precision))
	}
	b.WriteByte(letter)
	return b.String()
}

// pad adds a text in a field of the verb's width.
func (v verb) pad(out []byte, text string) []byte {
	left := strings.Contains(v.flags, "-")
	if left {
		out = append(out, text...)
	}
	for n := len(text); n < v.width; n++ {
		out = append(out, ' ')
	}
	if !left {
		out = append(out, text...)
	}
	return out
}

// unsigned adds an integer as C shows it as unsigned: a negative one by its two's
// complement, without a sign, and zero without 0x.
func (v verb) unsigned(out []byte, f float64) []byte {
	n := uint64(int64(f))
	if f >= 1<<63 {
		n = uint64(f)
	}
	letter := v.letter
	if letter == 'u' {
		letter = 'd'
	}
	v.flags = strings.NewReplacer("+", "", " ", "").Replace(v.flags)
	if n == 0 && letter != 'o' {
		v.flags = strings.ReplaceAll(v.flags, "#", "")
	}
	return fmt.Appendf(out, v.goFormat(letter), n)
}

func (v verb) float(out []byte, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		text := strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
		if strings.Contains(v.flags, "+") && !strings.HasPrefix(text, "-") {
			text = "+" + text
		}
		if v.letter < 'a' {
			text = strings.ToUpper(text)
		}
		return v.pad(out, text)
	}
	if v.precision < 0 {
		v.precision = 6
	}
	if v.precision == 0 && (v.letter == 'g' || v.letter == 'G') {
		v.precision = 1 // as C reads it
	}
	if v.flags == "" && v.width == 0 {
		return strconv.AppendFloat(out, f, v.letter, v.precision, 64)
	}
	return fmt.Appendf(out, v.goFormat(v.letter), f)
}

// quoted adds a string such that Lua reads it back.
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
