// Package number turns numbers into text and text into numbers as Lua 5.1 does,
// which leaves both to C: "%.14g" one way, strtod the other.
//
// The same bits give the same text on every machine. One thing beneath it does
// not: the sign of the NaN that an operation such as 0/0 makes is the processor's
// choice (amd64 sets it, "-nan"; arm64 does not, "nan").
package number

import (
	"math"
	"strconv"
	"strings"
)

const (
	digits    = 14   // the significant digits of "%.14g"
	wholeEnd  = 1e14 // whole numbers from here on need an exponent
	longest   = 24   // bytes of the longest text: "-1.7976931348623e+308"
	exactLen  = 15   // decimal digits that a float64 holds without rounding
	hexDigits = 16   // hexadecimal digits that a uint64 holds
)

// Format is the text of x as tostring and print give it: 14 significant digits,
// "inf", "-inf", "nan", "-nan" and "-0".
func Format(x float64) string {
	if n, ok := whole(x); ok {
		return strconv.FormatInt(n, 10)
	}
	var buf [longest]byte
	return string(Append(buf[:0], x))
}

// Append adds the text of x to dst. It allocates only what dst lacks.
func Append(dst []byte, x float64) []byte {
	if n, ok := whole(x); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	switch {
	case x != x && math.Signbit(x):
		return append(dst, "-nan"...)
	case x != x:
		return append(dst, "nan"...)
	case x > math.MaxFloat64:
		return append(dst, "inf"...)
	case x < -math.MaxFloat64:
		return append(dst, "-inf"...)
	}
	return strconv.AppendFloat(dst, x, 'g', digits, 64)
}

// whole is x as an integer, if its text is that of one. That of -0 is not.
func whole(x float64) (int64, bool) {
	if !(-wholeEnd < x && x < wholeEnd) {
		return 0, false
	}
	n := int64(x)
	return n, float64(n) == x && (n != 0 || !math.Signbit(x))
}

// Parse reads a number as tonumber and the arithmetic operators do: white space
// around it, a sign, decimal digits with a point and an exponent, hexadecimal ones
// behind 0x with a binary exponent, "inf", "infinity" and "nan" in either case.
// A number too large is infinite, one too small zero. As in C the text ends at its
// first zero byte.
func Parse(s string) (float64, bool) {
	if x, ok := plain(s); ok {
		return x, true
	}
	s = trim(s)
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	x, ok := unsigned(s)
	if negative {
		x = math.Copysign(x, -1)
	}
	return x, ok
}

// plain reads what most texts are: a few decimal digits, perhaps with a sign before
// and a point among them. Both the digits and the power of ten that the point makes
// of them are numbers without rounding, so what their division gives is right.
func plain(s string) (float64, bool) {
	start := 0
	if s != "" && s[0] == '-' {
		start = 1
	}
	if len(s) == start || len(s) > exactLen {
		return 0, false
	}
	n, point := int64(0), -1
	for i := start; i < len(s); i++ {
		d := s[i] - '0'
		if d <= 9 {
			n = n*10 + int64(d)
		} else if s[i] == '.' && point < 0 && len(s) > start+1 {
			point = i
		} else {
			return 0, false
		}
	}
	x := float64(n)
	if point >= 0 {
		x /= tens[len(s)-1-point]
	}
	if start > 0 {
		x = -x
	}
	return x, true
}

// tens are the powers of ten by which plain divides.
var tens = [exactLen]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14}

// trim leaves out the white space of the C locale and what stands behind a zero
// byte.
func trim(s string) string {
	if end := strings.IndexByte(s, 0); end >= 0 {
		s = s[:end]
	}
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func unsigned(s string) (float64, bool) {
	switch {
	case s == "":
		return 0, false
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x':
		return hexadecimal(s)
	case s[0] == '.' || '0' <= s[0] && s[0] <= '9':
		if numeral(s, isDecimal, 'e') != len(s) {
			return 0, false
		}
		x, _ := strconv.ParseFloat(s, 64) // out of range it answers as strtod
		return x, true
	}
	return word(s)
}

// word reads what strtod takes that has no digits. The text that may stand in
// parentheses behind nan is of no effect.
func word(s string) (float64, bool) {
	switch {
	case strings.EqualFold(s, "inf"), strings.EqualFold(s, "infinity"):
		return math.Inf(1), true
	case strings.EqualFold(s, "nan"):
		return math.NaN(), true
	}
	if len(s) < len("nan()") || !strings.EqualFold(s[:4], "nan(") || s[len(s)-1] != ')' {
		return 0, false
	}
	for _, c := range []byte(s[4 : len(s)-1]) {
		if c != '_' && !isDecimal(c) && (c|0x20 < 'a' || 'z' < c|0x20) {
			return 0, false
		}
	}
	return math.NaN(), true
}

func hexadecimal(s string) (float64, bool) {
	body := s[2:]
	if numeral(body, isHex, 'p') != len(body) {
		return 0, false
	}
	if len(body) <= hexDigits && !strings.ContainsAny(body, ".pP") {
		n, _ := strconv.ParseUint(body, 16, 64)
		return float64(n), true
	}
	if !strings.ContainsAny(body, "pP") {
		s += "p0" // Go wants the exponent
	}
	x, _ := strconv.ParseFloat(s, 64)
	return x, true
}

// numeral is how many bytes of s are digits with at most one point among them and
// an exponent behind the given letter; 0 without a digit.
func numeral(s string, digit func(byte) bool, exponent byte) int {
	i, found := 0, 0
	for point := false; i < len(s) && (digit(s[i]) || s[i] == '.' && !point); i++ {
		if s[i] == '.' {
			point = true
		} else {
			found++
		}
	}
	if found == 0 {
		return 0
	}
	if i == len(s) || s[i]|0x20 != exponent {
		return i
	}
	at := i + 1
	if at < len(s) && (s[at] == '-' || s[at] == '+') {
		at++
	}
	if at == len(s) || !isDecimal(s[at]) {
		return i // a letter without digits is none of the number
	}
	for at < len(s) && isDecimal(s[at]) {
		at++
	}
	return at
}

func isDecimal(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDecimal(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
