package real

import "math"

// double is the sum of two numbers, of which the second is less than half of the last
// digit of the first: twice the digits of one. What is computed so and then rounded
// to a number is right to the last digit, but for a few cases in thousands.
//
// Products are rounded where float64() says so: a compiler may otherwise add to them
// without rounding, which gives other digits on some processors.
type double struct{ high, low float64 }

// sum is a + b, exactly.
func sum(a, b float64) double {
	a, b = float64(a), float64(b) // each may be a product
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

// quickSum is sum where a is not less than b, signs aside.
func quickSum(a, b float64) double {
	s := a + b
	return double{s, b - (s - a)}
}

// product is a * b, exactly.
func product(a, b float64) double {
	p := float64(a * b)
	return double{p, math.FMA(a, b, -p)}
}

func (x double) plus(y double) double {
	s, t := sum(x.high, y.high), sum(x.low, y.low)
	s = quickSum(s.high, s.low+t.high)
	return quickSum(s.high, s.low+t.low)
}

func (x double) plusOne(y float64) double {
	s := sum(x.high, y)
	return quickSum(s.high, s.low+x.low)
}

func (x double) minus(y double) double { return x.plus(double{-y.high, -y.low}) }

func (x double) times(y double) double {
	p := product(x.high, y.high)
	return quickSum(p.high, p.low+(float64(x.high*y.low)+float64(x.low*y.high)))
}

func (x double) timesOne(y float64) double {
	p := product(x.high, y)
	return quickSum(p.high, p.low+float64(x.low*y))
}

func (x double) over(y double) double {
	q := x.high / y.high
	rest := x.minus(y.timesOne(q))
	q2 := rest.high / y.high
	rest = rest.minus(y.timesOne(q2))
	return quickSum(q, q2).plusOne(rest.high / y.high)
}

// The constants to twice the digits of a number.
var (
	ln2 = double{0.6931471805599453, 2.319046813846299558e-17}
	pi  = double{3.141592653589793116, 1.2246467991473531772e-16}
)
