package stdlib

import (
	"math"
	"strconv"
	"strings"

	"hotshard/runtime/script/arg"
)

// verb is one conversion of C's printf, %[flags][width][.precision]letter, as Lua
// 5.1 passes it on.
type verb struct {
	minus, plus, space, alternate, zero bool
	width                               int // 0: none
	precision                           int // -1: none
	letter                              byte
}

// flag takes a flag, if c is one.
func (v *verb) flag(c byte) bool {
	switch c {
	case '-':
		v.minus = true
	case '+':
		v.plus = true
	case ' ':
		v.space = true
	case '#':
		v.alternate = true
	case '0':
		v.zero = true
	default:
		return false
	}
	return true
}

// pad adds a sign or another prefix and a body, in a field of the verb's width.
func (v *verb) pad(out []byte, prefix, body string, zeros bool) []byte {
	fill := v.width - len(prefix) - len(body)
	if !v.minus && !zeros {
		out = repeat(out, ' ', fill)
	}
	out = append(out, prefix...)
	if !v.minus && zeros {
		out = repeat(out, '0', fill)
	}
	out = append(out, body...)
	if v.minus {
		out = repeat(out, ' ', fill)
	}
	return out
}

func repeat(out []byte, c byte, n int) []byte {
	for range n {
		out = append(out, c)
	}
	return out
}

// plain says whether the verb is a letter alone, perhaps with a precision.
func (v *verb) plain() bool {
	return v.width == 0 && !v.plus && !v.space && !v.alternate
}

// char adds a byte. C takes the zero byte for the end of what it wrote.
func (v *verb) char(out []byte, c byte) []byte {
	if c != 0 {
		return v.pad(out, "", string([]byte{c}), false)
	}
	if v.minus {
		return out
	}
	return repeat(out, ' ', v.width-1)
}

// longText is the length from which a text without a precision is added as it is.
const longText = 100

// text adds a text. C ends it at its first zero byte.
func (v *verb) text(out []byte, text string) []byte {
	if v.precision < 0 && len(text) >= longText {
		return append(out, text...)
	}
	text, _, _ = strings.Cut(text, "\x00")
	if v.precision >= 0 && v.precision < len(text) {
		text = text[:v.precision]
	}
	return v.pad(out, "", text, false)
}

// sign is what stands before a number.
func (v *verb) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case v.plus:
		return "+"
	case v.space:
		return " "
	}
	return ""
}

func (v *verb) signed(out []byte, n int64) []byte {
	if v.precision < 0 && v.plain() {
		return strconv.AppendInt(out, n, 10)
	}
	size := uint64(n)
	if n < 0 {
		size = -size
	}
	return v.integer(out, v.sign(n < 0), strconv.FormatUint(size, 10))
}

func (v *verb) unsigned(out []byte, n uint64) []byte {
	prefix, base := "", 10
	switch v.letter {
	case 'o':
		base = 8
	case 'x', 'X':
		base = 16
		if v.alternate && n != 0 {
			prefix = "0" + string(v.letter)
		}
	}
	digits := strconv.FormatUint(n, base)
	if v.letter == 'X' {
		digits = strings.ToUpper(digits)
	}
	if v.letter == 'o' && v.alternate && n != 0 {
		v.precision = max(v.precision, len(digits)+1)
	}
	if v.letter == 'o' && v.alternate && v.precision == 0 {
		v.precision = 1 // a zero at least
	}
	return v.integer(out, prefix, digits)
}

// integer adds digits, as many as the precision wants; none for a zero with the
// precision 0.
func (v *verb) integer(out []byte, prefix, digits string) []byte {
	if v.precision == 0 && digits == "0" {
		digits = ""
	}
	if n := v.precision - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	return v.pad(out, prefix, digits, v.zero && v.precision < 0)
}

func (v *verb) float(out []byte, x float64) []byte {
	if math.IsInf(x, 0) || x != x {
		return v.special(out, x)
	}
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	if precision == 0 && v.letter|0x20 == 'g' {
		precision = 1
	}
	if v.plain() {
		return strconv.AppendFloat(out, x, v.letter, precision, 64)
	}
	body := strconv.FormatFloat(math.Abs(x), v.letter, precision, 64)
	if v.alternate {
		body = v.pointed(math.Abs(x), body, precision)
	}
	return v.pad(out, v.sign(math.Signbit(x)), body, v.zero)
}

// special adds what is no number.
func (v *verb) special(out []byte, x float64) []byte {
	body := "inf"
	if x != x {
		body = "nan"
	}
	if v.letter < 'a' {
		body = strings.ToUpper(body)
	}
	return v.pad(out, v.sign(math.Signbit(x)), body, false)
}

// pointed is what the flag # makes of a number: one with a point in any case, and
// of %g with the zeros at its end. The number is not negative.
func (v *verb) pointed(x float64, body string, precision int) string {
	if v.letter|0x20 == 'g' {
		exponential := strconv.FormatFloat(x, v.letter-2, precision-1, 64) // %e or %E
		e, _ := strconv.Atoi(exponential[strings.IndexAny(exponential, "eE")+1:])
		body = exponential
		if -4 <= e && e < precision {
			body = strconv.FormatFloat(x, 'f', precision-1-e, 64)
		}
	}
	if strings.Contains(body, ".") {
		return body
	}
	if at := strings.IndexAny(body, "eE"); at >= 0 {
		return body[:at] + "." + body[at:]
	}
	return body + "."
}

// truncInt is C's cast of a number to an int of 32 bits.
func truncInt(x float64) int32 {
	if x > math.MinInt32-1 && x < math.MaxInt32+1 {
		return int32(x)
	}
	return math.MinInt32
}

// truncUnsigned is C's cast of a number to an unsigned integer, as compilers for
// amd64 make it: a negative one is taken from 2^64.
func truncUnsigned(x float64) uint64 {
	const half = 1 << 63
	if x >= half {
		return uint64(arg.Trunc(x-half)) ^ half
	}
	return uint64(arg.Trunc(x))
}
