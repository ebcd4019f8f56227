package real

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

func TestExact(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"8^(1/3)", Pow(8, 1.0/3), 2}, {"27^(1/3)", Pow(27, 1.0/3), 3}, {"64^(1/6)", Pow(64, 1.0/6), 2}, {"0.2^4", Pow(0.2, 4), 0.0016000000000000003},
		{"(-2)^3", Pow(-2, 3), -8}, {"(-2)^-2", Pow(-2, -2), 0.25}, {"2^0.5", Pow(2, 0.5), math.Sqrt2}, {"7^0", Pow(7, 0), 1}, {"-1^2^53", Pow(-1, 1<<53), 1},
		{"2^1023", Pow(2, 1023), 0x1p1023}, {"2^1024", Pow(2, 1024), math.Inf(1)}, {"2^-1074", Pow(2, -1074), 0x1p-1074}, {"2^-1080", Pow(2, -1080), 0},
		{"0^0", Pow(0, 0), 1}, {"0^-1", Pow(0, -1), math.Inf(1)}, {"1^nan", Pow(1, nan), 1}, {"-inf^3", Pow(math.Inf(-1), 3), math.Inf(-1)}, {"2^-inf", Pow(2, math.Inf(-1)), 0},
		{"exp 0", Exp(0), 1}, {"exp 1", Exp(1), math.E}, {"exp 710", Exp(710), math.Inf(1)}, {"exp -750", Exp(-750), 0}, {"exp -inf", Exp(math.Inf(-1)), 0},
		{"log 1", Log(1), 0}, {"log e", Log(math.E), 1}, {"log inf", Log(math.Inf(1)), math.Inf(1)}, {"log 0", Log(0), math.Inf(-1)}, {"log least", Log(5e-324), -744.4400719213812},
		{"sin pi", Sin(math.Pi), 1.2246467991473532e-16}, {"sin 2^53", Sin(1 << 53), -0.848925964814655}, {"cos 1e22", Cos(1e22), 0.523214785395139}, {"sin 1e300", Sin(1e300), -0.8178819121159085},
		{"tan 2^63", Tan(1 << 63), 84.73931296875567}, {"atan inf", Atan(math.Inf(1)), math.Pi / 2}, {"atan2 0 -1", Atan2(0, -1), math.Pi}, {"acos 1", Acos(1), 0}, {"acos -1", Acos(-1), math.Pi}, {"asin 1", Asin(1), math.Pi / 2},
		{"sinh 0", Sinh(0), 0}, {"cosh 0", Cosh(0), 1}, {"tanh 50", Tanh(50), 1}, {"cosh 710", Cosh(710), 1.1169973830808557e308}, {"sinh -710", Sinh(-710), -1.1169973830808557e308}, {"sinh -800", Sinh(-800), math.Inf(-1)},
		{"fmod -7 3", Fmod(-7, 3), -1}, {"fmod 7 inf", Fmod(7, math.Inf(1)), 7},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	for n := -30; n <= 22; n++ {
		x, _ := strconv.ParseFloat(fmt.Sprintf("1e%d", n), 64)
		if got := Log10(x); got != float64(n) {
			t.Errorf("log10(%g) = %v", x, got)
		}
		if got := Pow(10, float64(n)); got != x {
			t.Errorf("10^%d = %v", n, got)
		}
	}
	for _, x := range []float64{0, math.Copysign(0, -1)} {
		for name, fn := range map[string]func(float64) float64{"sin": Sin, "tan": Tan, "asin": Asin, "atan": Atan, "sinh": Sinh, "tanh": Tanh, "sqrt": Sqrt} {
			if got := fn(x); got != 0 || math.Signbit(got) != math.Signbit(x) {
				t.Errorf("%s(%v) = %v", name, x, got)
			}
		}
	}
}

func TestNaN(t *testing.T) {
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		got   float64
		minus bool
	}{
		"sqrt -1": {Sqrt(-1), true}, "log -1": {Log(-1), true}, "log10 -1": {Log10(-1), false}, "asin 2": {Asin(2), false}, "acos 2": {Acos(2), false},
		"sin inf": {Sin(inf), true}, "cos inf": {Cos(-inf), true}, "tan inf": {Tan(inf), true}, "fmod 1 0": {Fmod(1, 0), true}, "fmod inf 1": {Fmod(inf, 1), true},
		"(-1)^0.5": {Pow(-1, 0.5), true}, "(-8)^(1/3)": {Pow(-8, 1.0/3), true}, "(-nan)^3": {Pow(minusNaN, 3), false}, "(-nan)^2.5": {Pow(minusNaN, 2.5), true}, "(-nan)^inf": {Pow(minusNaN, inf), true},
		"exp nan": {Exp(nan), false}, "exp -nan": {Exp(minusNaN), true}, "cosh -nan": {Cosh(minusNaN), true}, "atan2 -nan": {Atan2(1, minusNaN), true}, "asin -nan": {Asin(minusNaN), true},
	} {
		if c.got == c.got || math.Signbit(c.got) != c.minus {
			t.Errorf("%s = %v with the sign %v", name, c.got, math.Signbit(c.got))
		}
	}
}

// TestAgainstLua compares with the math library that lua5.1 runs on: in all digits
// that tostring shows, and in nearly all cases in the last bit.
func TestAgainstLua(t *testing.T) {
	if _, err := exec.LookPath("lua5.1"); err != nil {
		t.Skip("lua5.1 is not installed (Debian: apt-get install lua5.1): its math library is not compared with ours")
	}
	functions := []struct {
		name string
		fn   func(x, y float64) float64
	}{
		{"pow", Pow}, {"atan2", Atan2}, {"fmod", Fmod}, one("exp", Exp), one("log", Log), one("log10", Log10), one("sin", Sin), one("cos", Cos), one("tan", Tan),
		one("atan", Atan), one("asin", Asin), one("acos", Acos), one("sinh", Sinh), one("cosh", Cosh), one("tanh", Tanh), one("sqrt", Sqrt),
	}
	r := rand.New(rand.NewPCG(1, 2))
	var program strings.Builder
	var ours []float64
	program.WriteString("function p(x) io.write(('%.17g\\n'):format(x)) end\n")
	for range 1500 {
		x, y := r.NormFloat64()*math.Pow(10, float64(r.IntN(8)-3)), r.NormFloat64()*3
		for _, f := range functions {
			x := x
			if f.name == "asin" || f.name == "acos" {
				x = 2*r.Float64() - 1
			}
			fmt.Fprintf(&program, "p(math.%s(%.17g, %.17g))\n", f.name, x, y)
			ours = append(ours, f.fn(x, y))
		}
	}
	cmd := exec.Command("lua5.1", "-")
	cmd.Stdin = strings.NewReader(program.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	off := 0
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		theirs, err := strconv.ParseFloat(strings.TrimPrefix(line, "-nan"), 64)
		if err != nil || theirs != theirs || theirs == ours[i] {
			continue
		}
		if off++; math.Abs(theirs-ours[i]) > math.Abs(theirs)*0x1p-52 {
			t.Errorf("%s: lua5.1 says %v, ours %v", functions[i%len(functions)].name, theirs, ours[i])
		}
	}
	if t.Logf("%d of %d differ in the last bit", off, len(ours)); off > len(ours)/100 {
		t.Errorf("%d of %d differ in the last bit", off, len(ours))
	}
}

func one(name string, fn func(float64) float64) struct {
	name string
	fn   func(x, y float64) float64
} {
	return struct {
		name string
		fn   func(x, y float64) float64
	}{name, func(x, _ float64) float64 { return fn(x) }}
}

func TestNothingAllocates(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Pow(2.5, 1.3); Sin(12); Log(3); Atan2(1, 2); Log10(7) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAgainstGo(b *testing.B) {
	for _, c := range []struct {
		name      string
		ours, gos func(float64) float64
	}{
		{"pow", func(x float64) float64 { return Pow(x, 1.3) }, func(x float64) float64 { return math.Pow(x, 1.3) }},
		{"square", func(x float64) float64 { return Pow(x, 2) }, func(x float64) float64 { return math.Pow(x, 2) }},
		{"exp", Exp, math.Exp}, {"log", Log, math.Log}, {"log10", Log10, math.Log10}, {"sin", Sin, math.Sin}, {"tan", Tan, math.Tan}, {"atan", Atan, math.Atan},
	} {
		for name, fn := range map[string]func(float64) float64{"ours": c.ours, "go": c.gos} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					fn(2.7)
				}
			})
		}
	}
}
