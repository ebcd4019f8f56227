// Package real has the functions of C's math library where Go's give other results:
// numbers that are off in the last digits (the logarithm of 1000 to the base 10 is
// 3, and its floor is not 2), and NaN, whose sign scripts can see ("-nan").
//
// What is asked of no number has the sign that glibc gives it on amd64, on every
// machine; a NaN that is given comes back as it is.
package real

import "math"

var (
	nan      = math.Float64frombits(0x7ff8000000000000)
	minusNaN = math.Copysign(nan, -1)
)

// invalid is fn(x), and bad where fn has no value for x.
func invalid(fn func(float64) float64, x, bad float64) float64 {
	if x != x {
		return x
	}
	if y := fn(x); y == y {
		return y
	}
	return bad
}

func Sqrt(x float64) float64 { return invalid(math.Sqrt, x, minusNaN) }

func Log(x float64) float64 { return invalid(math.Log, x, minusNaN) }

func Exp(x float64) float64 { return invalid(math.Exp, x, nan) }

func Sin(x float64) float64 { return invalid(math.Sin, x, minusNaN) }

func Cos(x float64) float64 { return invalid(math.Cos, x, minusNaN) }

func Tan(x float64) float64 { return invalid(math.Tan, x, minusNaN) }

func Asin(x float64) float64 { return invalid(math.Asin, x, nan) }

func Acos(x float64) float64 { return invalid(math.Acos, x, nan) }

func Atan(x float64) float64 { return invalid(math.Atan, x, nan) }

func Sinh(x float64) float64 { return invalid(math.Sinh, x, nan) }

func Cosh(x float64) float64 { return invalid(math.Cosh, x, nan) }

func Tanh(x float64) float64 { return invalid(math.Tanh, x, nan) }

// Log10 is exact for the powers of ten. It takes the power of two out first, whose
// logarithm is known to more digits than a number has.
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
	low := float64(n*log2Low) + float64(perLog*math.Log(part))
	return low + float64(n*log2High)
}

// Fmod is what is left of x after whole ys; it has the sign of x.
func Fmod(x, y float64) float64 {
	switch {
	case x != x:
		return x
	case y != y:
		return y
	}
	if z := math.Mod(x, y); z == z {
		return z
	}
	return minusNaN
}

func Atan2(y, x float64) float64 {
	switch {
	case x != x:
		return x
	case y != y:
		return y
	}
	return math.Atan2(y, x)
}

// Pow is x to the power of y.
func Pow(x, y float64) float64 {
	z := math.Pow(x, y)
	switch {
	case z == z:
		return z
	case x != x && math.Signbit(x) && math.Mod(y, 2) != 0 && math.Trunc(y) == y:
		return nan // odd powers turn the sign
	case x != x:
		return x
	case y != y:
		return y
	}
	return minusNaN
}
