package real

import "math"

const (
	expSteps = 64  // places of a power of two that have a table entry
	logSteps = 128 // places between one and two that have one
)

// powers are 2^(i/64).
var powers = func() (table [expSteps]double) {
	for i := range table {
		x := ln2.timesOne(float64(i) / expSteps)
		term, total := double{1, 0}, double{1, 0}
		for n := 1.0; n < 30; n++ {
			term = term.times(x).over(double{n, 0})
			total = total.plus(term)
		}
		table[i] = total
	}
	return table
}()

// logs are, for each place, a factor that brings the numbers there near one, and the
// logarithm of what it takes off.
var logs = func() (table [logSteps]struct {
	factor float64
	log    double
}) {
	for i := range table {
		middle := 1 + float64((float64(i)+0.5)/logSteps)
		if i >= halfway {
			middle /= 2
		}
		if i > 0 && i < logSteps-1 { // next to one nothing may be lost
			table[i].factor = float64(float32(1 / middle))
			table[i].log = slowLog(table[i].factor)
		} else {
			table[i].factor = 1
		}
	}
	return table
}()

// halfway is the first place whose numbers are halved: so all lie around one.
const halfway = 53

// slowLog is the logarithm of 1/x, for the table.
func slowLog(x float64) double {
	t := sum(1, -x).over(sum(1, x)) // log(1/x) = 2 atanh t
	square, term, total := t.times(t), t, t
	for n := 3.0; n < 60; n += 2 {
		term = term.times(square)
		total = total.plus(term.over(double{n, 0}))
	}
	return total.timesOne(2)
}

// logOf is the logarithm of a positive number that is not infinite.
func logOf(x float64) double {
	part, exponent := math.Frexp(x)
	part, exponent = part*2, exponent-1
	i := int((part - 1) * logSteps)
	if i >= halfway {
		part, exponent = part/2, exponent+1
	}
	p := product(part, logs[i].factor)
	r := sum(p.high-1, p.low)
	h := r.high
	square := r.times(r).timesOne(0.5)
	tail := 1.0/3 + float64(h*(-1.0/4+float64(h*(1.0/5+float64(h*(-1.0/6+float64(h*(1.0/7+float64(h*(-1.0/8+float64(h*(1.0/9+float64(h*(-1.0/10+float64(h*(1.0/11))))))))))))))))
	series := r.minus(square).plusOne(float64(float64(h*h) * h * tail))
	return ln2.timesOne(float64(exponent)).plus(logs[i].log).plus(series)
}

// expOf is e to the power of x, times 2^-exponent.
func expOf(x double) (part double, exponent int) {
	k := math.RoundToEven(x.high * (expSteps / math.Ln2))
	r := x.minus(ln2.timesOne(k / expSteps))
	h := r.high
	square := r.times(r).timesOne(0.5)
	tail := 1.0/6 + float64(h*(1.0/24+float64(h*(1.0/120+float64(h*(1.0/720+float64(h*(1.0/5040+float64(h*(1.0/40320))))))))))
	series := r.plus(square).plusOne(float64(float64(h*h) * h * tail))
	n := int(k)
	power := powers[n&(expSteps-1)]
	return power.plus(power.times(series)), n >> 6
}

// Beyond these the exponential is infinite or zero.
const (
	expMost  = 709.79
	expLeast = -745.14
)

func expRounded(x double) float64 {
	switch {
	case x.high > expMost:
		return math.Inf(1)
	case x.high < expLeast:
		return 0
	}
	part, exponent := expOf(x)
	return math.Ldexp(part.high, exponent)
}

// Exp is e to the power of x.
func Exp(x float64) float64 {
	if x != x {
		return x
	}
	return expRounded(double{x, 0})
}

// Log is the natural logarithm.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return minusNaN
	}
	return logOf(x).high
}

// Log10 is the logarithm to the base 10, exact for the powers of ten. It takes the
// power of two out first, whose logarithm is known to more digits than a number has.
func Log10(x float64) float64 {
	const (
		log2High = 3.01029995663611771306e-01 // so that times an exponent it is exact
		log2Low  = 3.69423907715893078616e-13
		perLog   = 4.34294481903251816668e-01
	)
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return nan
	}
	part, exponent := math.Frexp(x) // from 0.5 to 1
	if exponent > 0 {
		part, exponent = part*2, exponent-1
	}
	n := float64(exponent)
	low := float64(n*log2Low) + float64(perLog*Log(part))
	return low + float64(n*log2High)
}

// Pow is x to the power of y, the operator ^.
func Pow(x, y float64) float64 {
	switch y {
	case 2:
		return x * x
	case 0.5:
		if x >= 0 && x <= math.MaxFloat64 {
			return math.Sqrt(x) + 0 // of -0 it is 0
		}
	}
	size := math.Abs(x)
	whole := y == math.Trunc(y)
	if !(size > 0 && size <= math.MaxFloat64 && math.Abs(y) <= 1<<62) || x < 0 && !whole {
		return oddPow(x, y)
	}
	z := expRounded(logOf(size).timesOne(y))
	if x < 0 && math.Mod(y, 2) != 0 {
		return -z
	}
	return z
}

// oddPow is Pow for what is not finite, zero, or has no power.
func oddPow(x, y float64) float64 {
	z := math.Pow(x, y)
	switch {
	case z == z:
		return z
	case x != x && math.Signbit(x) && math.Abs(math.Mod(y, 2)) == 1:
		return nan // odd powers turn the sign
	case x != x:
		return x
	case y != y:
		return y
	}
	return minusNaN
}

// The hyperbolic functions are those of fdlibm, as C's are.

// Sinh is the hyperbolic sine.
func Sinh(x float64) float64 {
	half := math.Copysign(0.5, x)
	size := math.Abs(x)
	switch {
	case x != x || size < 1.0/(1<<28):
		return x
	case size < 1:
		t := math.Expm1(size)
		return half * (2*t - float64(t*t)/(t+1))
	case size < 22:
		t := math.Expm1(size)
		return half * (t + t/(t+1))
	}
	return halfExp(size) * (2 * half)
}

// Cosh is the hyperbolic cosine.
func Cosh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case x != x:
		return x
	case size < 0.5*math.Ln2:
		t := math.Expm1(size)
		w := 1 + t
		return 1 + float64(t*t)/(w+w)
	case size < 22:
		t := Exp(size)
		return float64(0.5*t) + 0.5/t
	}
	return halfExp(size)
}

// halfExp is half of e to the power of x, also where the whole is too large.
func halfExp(x float64) float64 {
	if x < 709 {
		return 0.5 * Exp(x)
	}
	w := Exp(0.5 * x)
	return float64(0.5*w) * w
}

// Tanh is the hyperbolic tangent.
func Tanh(x float64) float64 {
	size := math.Abs(x)
	z := 1.0
	switch {
	case x != x || x == 0:
		return x
	case size < 1:
		t := math.Expm1(-2 * size)
		z = -t / (t + 2)
	case size < 22:
		t := math.Expm1(2 * size)
		z = 1 - 2/(t+2)
	}
	return math.Copysign(z, x)
}
