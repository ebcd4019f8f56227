// Package real has the functions of C's math library as glibc gives them, where Go's
// are off in the last digits: 27^(1/3) is 3 and math.log10(1000) is 3, and their
// floors are not 2. The digits are the same on every machine.
//
// Scripts can see the sign of a NaN ("-nan"). Where there is no result it is the one
// that glibc gives on amd64; a NaN that is given comes back as it is.
package real

import "math"

var (
	nan      = math.Float64frombits(0x7ff8000000000000)
	minusNaN = math.Copysign(nan, -1)
)

// Sqrt is the square root.
func Sqrt(x float64) float64 {
	if x < 0 {
		return minusNaN
	}
	return math.Sqrt(x)
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
