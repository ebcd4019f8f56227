package stdlib

import (
	"strconv"
	"time"
)

// appendDate adds a date in the format of C's strftime in the C locale. Each
// conversion is one letter; what is none stays as it is.
func appendDate(out []byte, format string, t time.Time, zone string) []byte {
	for i := 0; i < len(format); i++ {
		if format[i] == 0 {
			break // C ends a text so
		}
		if format[i] != '%' || i+1 == len(format) || format[i+1] == 0 {
			out = append(out, format[i])
			continue
		}
		i++
		out = appendPart(out, format[i], t, zone)
	}
	return out
}

// composed are the conversions that stand for several.
var composed = map[byte]string{
	'c': "%a %b %e %H:%M:%S %Y", 'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'R': "%H:%M", 'r': "%I:%M:%S %p",
	'T': "%H:%M:%S", 'X': "%H:%M:%S", 'x': "%m/%d/%y",
}

func appendPart(out []byte, letter byte, t time.Time, zone string) []byte {
	if format, ok := composed[letter]; ok {
		return appendDate(out, format, t, zone)
	}
	if text, ok := textPart(letter, t, zone); ok {
		return append(out, text...)
	}
	if n, width, fill, ok := numberPart(letter, t); ok {
		return appendPadded(out, n, width, fill)
	}
	if isDigit(letter) { // C takes a digit for a width, and shows what has no letter in it
		out = repeat(out, ' ', int(letter-'0')-2)
	}
	return append(out, '%', letter)
}

// textPart is a conversion that gives text.
func textPart(letter byte, t time.Time, zone string) (string, bool) {
	switch letter {
	case 'A':
		return t.Weekday().String(), true
	case 'a':
		return t.Weekday().String()[:3], true
	case 'B':
		return t.Month().String(), true
	case 'b', 'h':
		return t.Month().String()[:3], true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 'p':
		return t.Format("PM"), true
	case 'P':
		return t.Format("pm"), true
	case 'Z':
		return zone, true
	case 'z':
		return "+0000", true
	case '%':
		return "%", true
	}
	return "", false
}

// numberPart is a conversion that gives a number, and how it is filled up.
func numberPart(letter byte, t time.Time) (n, width int, fill byte, ok bool) {
	switch letter {
	case 'C':
		return floorDiv(t.Year(), 100), 1, '0', true
	case 'd':
		return t.Day(), 2, '0', true
	case 'e':
		return t.Day(), 2, ' ', true
	case 'G':
		year, _ := t.ISOWeek()
		return year, 1, '0', true
	case 'g':
		year, _ := t.ISOWeek()
		return floorMod(year, 100), 2, '0', true
	case 'H':
		return t.Hour(), 2, '0', true
	case 'I':
		return (t.Hour()+11)%12 + 1, 2, '0', true
	case 'j':
		return t.YearDay(), 3, '0', true
	case 'k':
		return t.Hour(), 2, ' ', true
	case 'l':
		return (t.Hour()+11)%12 + 1, 2, ' ', true
	case 'M':
		return t.Minute(), 2, '0', true
	case 'm':
		return int(t.Month()), 2, '0', true
	case 'S':
		return t.Second(), 2, '0', true
	case 's':
		return int(t.Unix()), 1, '0', true
	}
	n, width, ok = weekPart(letter, t)
	return n, width, '0', ok
}

// weekPart is what depends on the week, and the year.
func weekPart(letter byte, t time.Time) (n, width int, ok bool) {
	weekday := int(t.Weekday())
	switch letter {
	case 'U': // weeks that begin on Sunday
		return (t.YearDay() + 6 - weekday) / 7, 2, true
	case 'u':
		return (weekday+6)%7 + 1, 1, true
	case 'V':
		_, week := t.ISOWeek()
		return week, 2, true
	case 'W': // weeks that begin on Monday
		return (t.YearDay() + 6 - (weekday+6)%7) / 7, 2, true
	case 'w':
		return weekday, 1, true
	case 'Y':
		return t.Year(), 1, true
	case 'y':
		return floorMod(t.Year(), 100), 2, true
	}
	return 0, 0, false
}

func appendPadded(out []byte, n, width int, fill byte) []byte {
	if n < 0 {
		out = append(out, '-')
		n, width = -n, width-1
	}
	digits := strconv.Itoa(n)
	return append(repeat(out, fill, width-len(digits)), digits...)
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

func floorMod(a, b int) int { return a - floorDiv(a, b)*b }
