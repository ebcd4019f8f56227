package differ

import "regexp"

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

type class struct {
	name string
	is   *regexp.Regexp
}

// loose are errors that need only be of the same class however strict one is: a yield
// where there can be none, for which ours names the remedy, and too many calls, of
// which the reference allows fewer where C stands between.
var loose = classes[:2]

// classes are kinds of errors that Lua raises by itself. The first that fits counts.
var classes = []class{
	{"yield", regexp.MustCompile(`attempt to yield|coroutine\.yield (inside|outside)`)},
	{"stack overflow", regexp.MustCompile(`stack overflow`)},
	{"call", regexp.MustCompile(`attempt to call\b`)},
	{"arithmetic", regexp.MustCompile(`attempt to perform arithmetic`)},
	{"concatenate", regexp.MustCompile(`attempt to concatenate`)},
	{"index", regexp.MustCompile(`attempt to index`)},
	{"length", regexp.MustCompile(`attempt to get length`)},
	{"compare", regexp.MustCompile(`attempt to compare`)},
	{"for", regexp.MustCompile(`'for' (initial value|limit|step)`)},
	{"nil index", regexp.MustCompile(`(table )?index is (nil|NaN)`)},
	{"argument", regexp.MustCompile(`bad argument`)},
	{"resume", regexp.MustCompile(`cannot resume`)},
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
	out = classed(out, loose)
	switch how {
	case Lines:
		return place.ReplaceAllString(out, "$1: ")
	case Words:
		return place.ReplaceAllString(out, "at: ")
	}
	return classed(place.ReplaceAllString(out, ""), classes)
}

// classed puts the class in place of each text that is an error of Lua's own.
func classed(out string, of []class) string {
	return quoted.ReplaceAllStringFunc(out, func(text string) string {
		for _, c := range of {
			if c.is.MatchString(text) {
				return "<" + c.name + " error>"
			}
		}
		return text
	})
}

var quoted = regexp.MustCompile(`"[^"]*"`)
