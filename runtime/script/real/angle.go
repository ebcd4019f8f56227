package real

import (
	"math"
	"math/big"
	"sync"
)

// turns is how many places of a full turn have a table entry.
const turns = 128

// sines are sin(i * 2 pi / 128).
var sines = func() (table [turns]double) {
	for i := range turns/4 + 1 {
		s := slowSine(pi.timesOne(float64(i) * 2 / turns))
		for at, v := range map[int]double{i: s, turns/2 - i: s, turns/2 + i: {-s.high, -s.low}, turns - i: {-s.high, -s.low}} {
			table[at%turns] = v
		}
	}
	table[turns/2] = double{}
	return table
}()

func slowSine(x double) double {
	square, term, total := x.times(x), x, x
	for n := 2.0; n < 40; n += 2 {
		term = term.times(square).over(double{-n * (n + 1), 0})
		total = total.plus(term)
	}
	return total
}

// sineCosine is the sine and the cosine of a finite angle.
func sineCosine(x float64) (sine, cosine double) {
	i, r := reduce(x)
	s, c := sines[i], sines[(i+turns/4)%turns]
	h := r.high
	square := r.times(r).timesOne(0.5)
	q := float64(h * h)
	sineTail := float64(q*h) * (-1.0/6 + float64(q*(1.0/120+float64(q*(-1.0/5040+float64(q*(1.0/362880)))))))
	cosineTail := float64(q*q) * (1.0/24 + float64(q*(-1.0/720+float64(q*(1.0/40320)))))
	sr := r.plusOne(sineTail)
	cr := double{cosineTail, 0}.minus(square) // less one
	return s.plus(s.times(cr)).plus(c.times(sr)), c.plus(c.times(cr)).minus(s.times(sr))
}

// reduce is the nearest place of the table to an angle, and how far it is from it.
func reduce(x float64) (place int, rest double) {
	const far = 1 << 30 // from here on more digits of pi are needed
	if math.Abs(x) >= far {
		return reduceFar(x)
	}
	k := math.RoundToEven(x * (turns / 2 / math.Pi))
	h, l := product(k, pi.high*2/turns), product(k, pi.low*2/turns)
	rest = sum(x-h.high, -h.low).minus(l)
	return int(k) & (turns - 1), rest
}

// reduceFar is reduce with as many digits of pi as the largest number needs.
func reduceFar(x float64) (place int, rest double) {
	step := farStep()
	angle := new(big.Float).SetPrec(farBits).SetFloat64(x)
	places := new(big.Float).SetPrec(farBits).Quo(angle, step)
	k, _ := places.Add(places, big.NewFloat(math.Copysign(0.5, x))).Int(nil)
	angle.Sub(angle, new(big.Float).SetPrec(farBits).Mul(new(big.Float).SetPrec(farBits).SetInt(k), step))
	rest.high, _ = angle.Float64()
	rest.low, _ = angle.Sub(angle, new(big.Float).SetFloat64(rest.high)).Float64()
	return int(new(big.Int).And(k, big.NewInt(turns-1)).Int64()), rest
}

const farBits = 1300

// farStep is a place of the table, from Machin's formula for pi.
var farStep = sync.OnceValue(func() *big.Float {
	unit := new(big.Int).Lsh(big.NewInt(1), farBits)
	inverse := func(n int64) *big.Int { // arctan(1/n), in units
		term := new(big.Int).Quo(unit, big.NewInt(n))
		total := new(big.Int).Set(term)
		for i := int64(3); term.Sign() != 0; i += 2 {
			term.Quo(term, big.NewInt(-n*n))
			total.Add(total, new(big.Int).Quo(term, big.NewInt(i)))
		}
		return total
	}
	quarter := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(4), inverse(5)), inverse(239))
	step := new(big.Float).SetPrec(farBits).SetInt(quarter)
	return step.SetMantExp(step, -farBits+3-7) // times 4, over 64
})

// Sin is the sine.
func Sin(x float64) float64 {
	if math.IsInf(x, 0) {
		return minusNaN
	}
	if x != x || x == 0 {
		return x
	}
	s, _ := sineCosine(x)
	return s.high
}

// Cos is the cosine.
func Cos(x float64) float64 {
	if math.IsInf(x, 0) {
		return minusNaN
	}
	if x != x {
		return x
	}
	_, c := sineCosine(x)
	return c.high
}

// Tan is the tangent.
func Tan(x float64) float64 {
	if math.IsInf(x, 0) {
		return minusNaN
	}
	if x != x || x == 0 {
		return x
	}
	s, c := sineCosine(x)
	return s.over(c).high
}

// The inverse functions begin with Go's and correct them by one step of Newton's.

// Atan is the angle whose tangent is x.
func Atan(x float64) float64 {
	if x != x || math.Abs(x) < 1e-9 || math.Abs(x) > 1e16 {
		return math.Atan(x)
	}
	return Atan2(x, 1)
}

// Asin is the angle whose sine is x.
func Asin(x float64) float64 {
	if x != x || math.Abs(x) < 1e-9 || math.Abs(x) == 1 {
		return math.Asin(x)
	}
	if math.Abs(x) > 1 {
		return nan
	}
	y := math.Asin(x)
	s, c := sineCosine(y)
	return sum(y, double{x, 0}.minus(s).high/c.high).high
}

// Acos is the angle whose cosine is x.
func Acos(x float64) float64 {
	if x != x || math.Abs(x) == 1 {
		return math.Acos(x)
	}
	if math.Abs(x) > 1 {
		return nan
	}
	y := math.Acos(x)
	if x > 0.5 {
		y = 2 * math.Asin(math.Sqrt((1-x)/2))
	}
	s, c := sineCosine(y)
	return sum(y, c.minus(double{x, 0}).high/s.high).high
}

// Atan2 is the angle of the point (x, y).
func Atan2(y, x float64) float64 {
	switch {
	case x != x:
		return x
	case y != y:
		return y
	}
	angle := math.Atan2(y, x)
	const small, large = 1e-140, 1e140
	if ax, ay := math.Abs(x), math.Abs(y); ax < small || ax > large || ay < small || ay > large || math.Abs(angle) < 1e-9 {
		return angle
	}
	s, c := sineCosine(angle)
	off := c.timesOne(y).minus(s.timesOne(x)).high / c.timesOne(x).plus(s.timesOne(y)).high
	return sum(angle, off).high
}
