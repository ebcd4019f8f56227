package wire

import (
	"encoding/binary"
	"math"

	"hotshard/runtime/world"
)

// A direction is packed into two 16-bit numbers: the unit sphere is folded onto an
// octahedron and that onto a square, which spreads the error evenly (at most 7e-5
// rad). Cigolle et al., "A Survey of Efficient Representations for Independent Unit
// Vectors", Journal of Computer Graphics Techniques 3 (2), 2014: "oct".

// perDirection is the unit along the sides of that square.
const perDirection = math.MaxInt16

// directionSlack is how far from 1 the length of a vector may be that is a direction.
const directionSlack = 1e-6

func isDirection(p world.Vec3) bool {
	return math.Abs(p.X) <= 2 && math.Abs(p.Y) <= 2 && math.Abs(p.Z) <= 2 && math.Abs(p.Len()-1) <= directionSlack
}

func (p *packer) direction(v world.Vec3) {
	sum := math.Abs(v.X) + math.Abs(v.Y) + math.Abs(v.Z)
	x, y := v.X/sum, v.Y/sum
	if v.Z < 0 {
		x, y = fold(x, y)
	}
	a, b := mantissa(x, perDirection), mantissa(y, perDirection)
	p.b = append(p.b, byte(a), byte(a>>8), byte(b), byte(b>>8))
}

func (u *unpacker) direction() world.Vec3 {
	b := u.take(4)
	x := float64(int16(binary.LittleEndian.Uint16(b))) / perDirection
	y := float64(int16(binary.LittleEndian.Uint16(b[2:]))) / perDirection
	if math.Abs(x) > 1 || math.Abs(y) > 1 {
		u.fail("a direction is out of range")
		return world.Vec3{}
	}
	z := 1 - math.Abs(x) - math.Abs(y)
	if z < 0 {
		x, y = fold(x, y)
	}
	return world.Vec3{X: x, Y: y, Z: z}.Unit()
}

// fold turns the lower half of the octahedron up and outwards, and back.
func fold(x, y float64) (float64, float64) {
	return math.Copysign(1-math.Abs(y), x), math.Copysign(1-math.Abs(x), y)
}
