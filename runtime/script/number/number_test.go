package number

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

var negativeNaN = math.Copysign(math.NaN(), -1)

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "-0"}, {7, "7"}, {-7, "-7"}, {100000, "100000"},
		{99999999999999, "99999999999999"}, {-99999999999999, "-99999999999999"},
		{1e14, "1e+14"}, {-1e14, "-1e+14"}, {1e15, "1e+15"}, {123456789012345, "1.2345678901234e+14"},
		{1 << 53, "9.007199254741e+15"}, {1e21, "1e+21"}, {1e100, "1e+100"}, {1e-7, "1e-07"}, {-1e-5, "-1e-05"},
		{0.0001, "0.0001"}, {0.00001234, "1.234e-05"}, {0.5, "0.5"}, {-1.25, "-1.25"}, {1.0 / 3, "0.33333333333333"},
		{0.30000000000000004, "0.3"}, {3.14159265358979, "3.1415926535898"}, {99999999999999.5, "1e+14"},
		{9999999999999.95, "9999999999999.9"}, {math.MaxFloat64, "1.7976931348623e+308"},
		{math.SmallestNonzeroFloat64, "4.9406564584125e-324"},
		{math.Inf(1), "inf"}, {math.Inf(-1), "-inf"}, {math.NaN(), "nan"}, {negativeNaN, "-nan"},
	} {
		if got := Format(c.x); got != c.want {
			t.Errorf("Format(%v) = %s, want %s", c.x, got, c.want)
		}
		if got := string(Append([]byte("n = "), c.x)); got != "n = "+c.want {
			t.Errorf("Append(%v) = %s, want %s", c.x, got, c.want)
		}
	}
}

func TestFormatAllocatesTheTextAlone(t *testing.T) {
	buf := make([]byte, 0, 64)
	for _, c := range []struct {
		x   float64
		max float64
	}{{7, 0}, {123456, 1}, {0.1, 1}, {-1.7976931348623e+308, 1}, {math.NaN(), 1}} {
		if n := testing.AllocsPerRun(100, func() { _ = Format(c.x) }); n > c.max {
			t.Errorf("Format(%v): %v allocations", c.x, n)
		}
		if n := testing.AllocsPerRun(100, func() { buf = Append(buf[:0], c.x) }); n > 0 {
			t.Errorf("Append(%v): %v allocations", c.x, n)
		}
	}
}

// texts are numbers in text and what Debian's lua5.1 reads in them; "nil" where
// it is no number.
var texts = []struct{ text, want string }{
	{"0", "0"}, {"10", "10"}, {"-10", "-10"}, {"+5", "5"}, {"007", "7"}, {"-0", "-0"},
	{".5", "0.5"}, {"5.", "5"}, {"-.5e1", "-5"}, {"1e5", "100000"}, {"1E-5", "1e-05"}, {"1e+2", "100"},
	{" 10 ", "10"}, {"\t\n\v\f\r10\t\n\v\f\r", "10"},
	{"123456789012345", "1.2345678901234e+14"}, {"12345678901234567890123", "1.2345678901235e+22"},
	{"1e400", "inf"}, {"-1e400", "-inf"}, {"1e-400", "0"}, {"4.9e-324", "4.9406564584125e-324"}, {"2e-324", "0"},
	{"1e99999999999999999999", "inf"}, {"1e-99999999999999999999", "0"}, {"0e99999999999999999999", "0"},
	{"inf", "inf"}, {"INF", "inf"}, {"-Infinity", "-inf"}, {"infinit", "nil"}, {"infx", "nil"},
	{"nan", "nan"}, {"-nan", "-nan"}, {"NAN", "nan"}, {"nan(1_a)", "nan"}, {"nan()", "nan"}, {"nan(", "nil"}, {"nan(-)", "nil"}, {"nanx", "nil"},
	{"0x10", "16"}, {"0X1F", "31"}, {"-0x10", "-16"}, {"-0x0", "-0"}, {"0x1e5", "485"},
	{"0xffffffffffffffff", "1.844674407371e+19"}, {"0xffffffffffffffffffff", "1.2089258196146e+24"},
	{"0x1p4", "16"}, {"0x1P-2", "0.25"}, {"0x.8", "0.5"}, {"0x8.", "8"}, {"0x1.8", "1.5"}, {"0x0p99999999", "0"},
	{"0x", "nil"}, {"0x.", "nil"}, {"0x.p1", "nil"}, {"0x1p", "nil"}, {"0x1p+", "nil"}, {"0xg", "nil"}, {"0x 1", "nil"}, {"0x-1", "nil"},
	{"", "nil"}, {" ", "nil"}, {"-", "nil"}, {".", "nil"}, {"+.", "nil"}, {"- 5", "nil"}, {"--5", "nil"}, {"+-5", "nil"},
	{"1e", "nil"}, {"1e+", "nil"}, {"1e1.5", "nil"}, {"e5", "nil"}, {".e5", "nil"}, {"1.2.3", "nil"},
	{"1_000", "nil"}, {"1,5", "nil"}, {"0b11", "nil"}, {"0o7", "nil"}, {"10x", "nil"}, {"0x10x", "nil"}, {"1 2", "nil"}, {"1d5", "nil"}, {"1f", "nil"}, {"1p4", "nil"},
	{"\u00a010", "nil"}, {"\u0661", "nil"}, {"ten", "nil"},
	{"10\x00abc", "10"}, {"10 \x00x", "10"}, {"\x0010", "nil"}, {"1\x00", "1"},
}

func TestParse(t *testing.T) {
	for _, c := range texts {
		if got := parsed(c.text); got != c.want {
			t.Errorf("Parse(%q) = %s, want %s", c.text, got, c.want)
		}
	}
	for text, want := range map[string]float64{ // the last bit is right
		"0x20000000000001":                1<<53 + 0,
		"0x20000000000003":                1<<53 + 4,
		"0x1.00000000000008p0":            1,
		"0x1.000000000000080000000000001": 1 + 0x1p-52,
		"9007199254740993":                1 << 53,
		"2.2250738585072011e-308":         2.225073858507201e-308,
		"123456789012345":                 123456789012345,
	} {
		if got, ok := Parse(text); !ok || got != want {
			t.Errorf("Parse(%q) = %v, want %v", text, got, want)
		}
	}
}

func parsed(text string) string {
	x, ok := Parse(text)
	if !ok {
		return "nil"
	}
	return Format(x)
}

func TestParseDoesNotAllocate(t *testing.T) {
	for _, text := range []string{"7", "-12.5e3", " 0x1F ", "nan", "no number"} {
		if n := testing.AllocsPerRun(100, func() { Parse(text) }); n > 0 {
			t.Errorf("Parse(%q): %v allocations", text, n)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		x := odd(rng)
		got, ok := Parse(strconv.FormatFloat(x, 'g', 17, 64))
		if !ok || got != x && x == x {
			t.Fatalf("%v reads as %v, %v", x, got, ok)
		}
		text := Format(x)
		if again, ok := Parse(text); !ok || Format(again) != text {
			t.Fatalf("%s reads as %v, %v", text, again, ok)
		}
	}
}

// odd is a number of one of the kinds that are written differently.
func odd(rng *rand.Rand) float64 {
	switch rng.IntN(5) {
	case 0:
		return math.Float64frombits(rng.Uint64())
	case 1:
		return float64(rng.Int64N(2e15) - 1e15)
	case 2:
		return float64(rng.IntN(2000)-1000) / 8
	case 3:
		return math.Round(rng.NormFloat64()*1e6) / 1e3
	}
	return rng.NormFloat64() * math.Pow10(rng.IntN(40)-20)
}

// TestAgainstLua compares with what lua5.1 prints and reads, bit for bit.
func TestAgainstLua(t *testing.T) {
	if _, err := exec.LookPath("lua5.1"); err != nil {
		t.Skip("lua5.1 is not installed (Debian: apt-get install lua5.1): its numbers are not compared with ours")
	}
	rng := rand.New(rand.NewPCG(3, 4))
	var script, want strings.Builder
	for range 20_000 {
		x := odd(rng)
		if x != x {
			continue
		}
		text := mutated(rng, x)
		fmt.Fprintf(&script, "p(%q, %s)\n", strconv.FormatFloat(x, 'x', -1, 64), luaString(text))
		fmt.Fprintf(&want, "%s %s\n", Format(x), bits(text))
	}
	// The last digits of what was read are shown by %.17g, which names a number.
	head := `function p(x, s) s = tonumber(s); if s ~= s then s = nil end
io.write(tostring(tonumber(x)), " ", s and ("%.17g"):format(s) or "nil", "\n") end
`
	cmd := exec.Command("lua5.1", "-")
	cmd.Stdin = strings.NewReader(head + script.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	compareLines(t, script.String(), string(out), want.String())
}

func bits(text string) string {
	x, ok := Parse(text)
	switch {
	case !ok || x != x:
		return "nil"
	case math.IsInf(x, 0):
		return Format(x)
	}
	return strconv.FormatFloat(x, 'g', 17, 64)
}

func compareLines(t *testing.T, calls, theirs, ours string) {
	t.Helper()
	c, o := bufio.NewScanner(strings.NewReader(calls)), bufio.NewScanner(strings.NewReader(ours))
	for line := range strings.Lines(theirs) {
		c.Scan()
		if o.Scan(); o.Text() != strings.TrimSuffix(line, "\n") {
			t.Fatalf("%s: lua5.1 says %s ours %s", c.Text(), line, o.Text())
		}
	}
	if o.Scan() {
		t.Fatalf("lua5.1 said nothing about %s", o.Text())
	}
}

// mutated is a number's text, or one that is nearly that.
func mutated(rng *rand.Rand, x float64) string {
	formats := []string{"%v", "%.3f", "%e", "%x", " %g", "%g\t", "0x%.0f", "+%g", "%gx", "%g.", "%ge1", ".%.0f"}
	text := []byte(fmt.Sprintf(formats[rng.IntN(len(formats))], x))
	for rng.IntN(3) == 0 {
		at := rng.IntN(len(text))
		text[at] = "0123456789abcdefxp.+- "[rng.IntN(22)]
	}
	return string(text)
}

func luaString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\%03d`, c)
	}
	return b.String() + `"`
}

func FuzzParse(f *testing.F) {
	for _, c := range texts {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, ok := Parse(s)
		if !ok {
			return
		}
		text := Format(x)
		if again, ok := Parse(text); !ok || Format(again) != text {
			t.Fatalf("%q reads as %s, and that as %v", s, text, again)
		}
		if padded, ok := Parse(" \t" + s); !ok || Format(padded) != text {
			t.Fatalf("%q with white space before it reads as %v", s, padded)
		}
	})
}

func BenchmarkFormat(b *testing.B) {
	for _, x := range []float64{7, 123456, 0.1, 12.5, 1e300} {
		b.Run(Format(x), func(b *testing.B) {
			for b.Loop() {
				Format(x)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, s := range []string{"7", "123456", "-12.5", "0x1F"} {
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				Parse(s)
			}
		})
	}
}
