package differ

import (
	"regexp"
	"strings"
)

// Strictness says how much of an error has to be the same. What a program prints
// has to be the same in any case.
type Strictness uint8

const (
	Class Strictness = iota // what kind of error it is
	Words                   // its words, and whether there is a place before them
	Lines                   // its words and its line
)

var (
	place   = regexp.MustCompile(`\bprogram(?:\.lua@[0-9a-f]+)?:(\d+): `)
	outside = regexp.MustCompile(`(?:\(command line\)|=?differ):\d+: `) // of what has started the program
	signNaN = regexp.MustCompile(`-nan\b`)
	signOf0 = regexp.MustCompile(`(^|[^\w.])-0($|[^\w.])`)
)

// yields are errors of a yield where there can be none: ours name the remedy.
var yields = regexp.MustCompile(`attempt to yield|coroutine\.yield (inside|outside)|can not yield`)

// kinds of errors that Lua raises by itself. The first that fits is the class; our
// own words for one kind stand beside those of the reference.
var classes = []struct {
	name string
	is   *regexp.Regexp
}{
	{"yield", yields},
	{"call", regexp.MustCompile(`attempt to call\b`)},
	{"arithmetic", regexp.MustCompile(`attempt to perform arithmetic|cannot perform (add|sub|mul|div|mod|pow) operation|__unm undefined`)},
	{"concatenate", regexp.MustCompile(`attempt to concatenate|cannot perform concat operation`)},
	{"index", regexp.MustCompile(`attempt to index`)},
	{"length", regexp.MustCompile(`attempt to get length|__len undefined`)},
	{"compare", regexp.MustCompile(`attempt to compare`)},
	{"for", regexp.MustCompile(`'for' (initial value|limit|step)`)},
	{"nil index", regexp.MustCompile(`(table )?index is (nil|NaN)`)},
	{"argument", regexp.MustCompile(`bad argument`)},
	{"stack overflow", regexp.MustCompile(`stack overflow`)},
	{"resume", regexp.MustCompile(`cannot resume|can not resume`)},
}

// same says whether two outcomes are equal as far as the strictness asks.
func same(want, got outcome, how Strictness) bool {
	if want.end == endOverrun {
		return true // it was stopped, here or there at another point
	}
	return want.end == got.end && (want.end == endSyntax || normal(want.out, how) == normal(got.out, how))
}

// normal is an output without what need not be the same.
func normal(out string, how Strictness) string {
	out = signNaN.ReplaceAllString(out, "nan")     // the sign of a NaN is the machine's
	out = signOf0.ReplaceAllString(out, "${1}0$2") // the reference takes 0 for -0 where both are constants of a function
	out = outside.ReplaceAllString(out, "")
	out = quoted.ReplaceAllStringFunc(out, func(text string) string {
		if yields.MatchString(text) {
			return "<yield error>"
		}
		return text
	})
	switch how {
	case Lines:
		return place.ReplaceAllString(out, "$1: ")
	case Words:
		return place.ReplaceAllString(out, "at: ")
	}
	lines := strings.Split(place.ReplaceAllString(out, ""), "\n")
	for i, line := range lines {
		lines[i] = classed(line)
	}
	return strings.Join(lines, "\n")
}

// classed puts the class in place of each text of the line that is an error of Lua's own.
func classed(line string) string {
	if !strings.Contains(line, `"`) {
		return line
	}
	return quoted.ReplaceAllStringFunc(line, func(text string) string {
		for _, c := range classes {
			if c.is.MatchString(text) {
				return "<" + c.name + " error>"
			}
		}
		return text
	})
}

var quoted = regexp.MustCompile(`"[^"]*"`)
