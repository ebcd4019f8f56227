package world

import "math"

// Vec3 is a point or a vector in metres (or metres per second), double precision:
// a system is some 10^13 m across and a ship is placed to the metre in it.
type Vec3 struct{ X, Y, Z float64 }

// Add returns a + b.
func (a Vec3) Add(b Vec3) Vec3 { return Vec3{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }

// Sub returns a - b.
func (a Vec3) Sub(b Vec3) Vec3 { return Vec3{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }

// Products are rounded where float64() says so: a compiler may otherwise add to them without
// rounding, on some processors, and what is replayed must come out the same on all.

// Scale returns a * k.
func (a Vec3) Scale(k float64) Vec3 {
	return Vec3{float64(a.X * k), float64(a.Y * k), float64(a.Z * k)}
}

// Dot returns the scalar product.
func (a Vec3) Dot(b Vec3) float64 { return float64(a.X*b.X) + float64(a.Y*b.Y) + float64(a.Z*b.Z) }

// Cross returns the vector product.
func (a Vec3) Cross(b Vec3) Vec3 {
	return Vec3{float64(a.Y*b.Z) - float64(a.Z*b.Y), float64(a.Z*b.X) - float64(a.X*b.Z), float64(a.X*b.Y) - float64(a.Y*b.X)}
}

// Len returns the Euclidean length.
func (a Vec3) Len() float64 { return math.Sqrt(a.Dot(a)) }

// Len2 returns the squared length, for comparisons without a square root.
func (a Vec3) Len2() float64 { return a.Dot(a) }

// Dist returns the distance between two points.
func (a Vec3) Dist(b Vec3) float64 { return a.Sub(b).Len() }

// Unit returns the vector of length 1 in the direction of a, or the zero vector
// for a zero (or not finite) a.
func (a Vec3) Unit() Vec3 {
	l := a.Len()
	if l == 0 || math.IsNaN(l) || math.IsInf(l, 0) {
		return Vec3{}
	}
	return a.Scale(1 / l)
}

// Finite says whether no coordinate is NaN or infinite: everything that comes
// from outside is asked this before it reaches the physics.
func (a Vec3) Finite() bool {
	s := a.X + a.Y + a.Z
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}
