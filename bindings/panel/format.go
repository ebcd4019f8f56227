package panel

import (
	"math"
	"strconv"
	"strings"
)

// most is the greatest amount that is written or read.
const most = 1e15

// count is a whole number with commas.
func count(n float64) string {
	if math.Abs(n) > most || n != n {
		return ""
	}
	digits := strconv.FormatInt(int64(math.Abs(math.Trunc(n))), 10)
	var b strings.Builder
	if n <= -1 {
		b.WriteByte('-')
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// money is an amount in hundredths.
func money(hundredths float64) string {
	if math.Abs(hundredths) > most || hundredths != hundredths {
		return ""
	}
	n := int64(math.Abs(math.Trunc(hundredths)))
	sign := ""
	if hundredths <= -1 {
		sign = "-"
	}
	cents := strconv.FormatInt(100+n%100, 10)[1:]
	return sign + count(float64(n/100)) + "." + cents
}

// bare takes out what people put between digits.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,_\t\u00a0", r) {
			return -1
		}
		return r
	}, text)
}

func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" || len(s) > 15 {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func parseMoney(text string) (int64, bool) {
	whole, part, point := strings.Cut(bare(text), ".")
	n, ok := digits(whole)
	if !ok || point && (part == "" || len(part) > 2) {
		return 0, false
	}
	cents, _ := digits((part + "00")[:2])
	if strings.Trim(part, "0123456789") != "" {
		return 0, false
	}
	n = n*100 + cents
	return n, n > 0 && float64(n) <= most
}

func parseCount(text string) (int64, bool) {
	n, ok := digits(bare(text))
	return n, ok && n >= 1
}
