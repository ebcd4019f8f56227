package wire

import (
	"encoding/binary"
	"math"
	"strings"

	"hotshard/runtime/world"
)

// The units of the packed form; PROTOCOL.md has the layout byte by byte.
const (
	perMetre    = 4.0     // positions, ranges and radii: quarters of a metre
	perSpeed    = 64.0    // speeds: 1/64 m/s
	perSecond   = 1000.0  // tau: milliseconds
	maxUnits    = 1 << 51 // the largest magnitude a packed number may have
	minExponent = -32     // of a velocity
	maxExponent = 64
	tableSize   = 64 // strings an encoder looks for among those it sent before:
	tableNames  = 32 // of these at most the first ones may be names, as most names come once
)

// What a motion has beside id, mode and position.
const (
	hasVel = 1 << iota
	hasTarget
	hasPoint
	hasDirection // not together with hasPoint
	hasRange
	hasSpeed
	hasTau
	sameEngine // not together with hasSpeed or hasTau

	// What a turn may have of it.
	turnBits = hasTarget | hasPoint | hasDirection | hasRange
)

// packer appends the packed form of one message.
type packer struct {
	b      []byte
	prev   world.EntityID // ids are sent as the difference to the one before
	origin world.Vec3     // whole metres
	known  []known        // not all that was sent
	count  int            // strings that were
}

// known is a string that was sent, and the number it got by that.
type known struct {
	text   string
	number int
}

func (p *packer) uint(v uint64) { p.b = binary.AppendUvarint(p.b, v) }

// int appends a signed number with its sign in the lowest bit ("zigzag").
func (p *packer) int(v int64) { p.b = binary.AppendVarint(p.b, v) }

// float appends eight bytes; what is not finite becomes 0.
func (p *packer) float(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	p.b = binary.LittleEndian.AppendUint64(p.b, math.Float64bits(v))
}

// units appends a number that is not negative, in the given units.
func (p *packer) units(v, per float64) { p.uint(uint64(max(0, scaled(v, per)))) }

// scaled rounds v times per to a whole number within the limits; NaN becomes 0.
func scaled(v, per float64) int64 {
	n := v * per
	switch {
	case n >= maxUnits:
		return maxUnits
	case n <= -maxUnits:
		return -maxUnits
	case n >= 0:
		return int64(n + 0.5)
	case n < 0:
		return int64(n - 0.5)
	}
	return 0
}

func (p *packer) id(id world.EntityID) {
	p.int(int64(id) - int64(p.prev))
	p.prev = id
}

func (p *packer) string(s string) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	p.uint(uint64(len(s)))
	p.b = append(p.b, s...)
}

// shared appends a string that many entities have: 0 and the string the first
// time, then the number it got by that, if it was among so many first.
func (p *packer) shared(s string, first int) {
	for i := range p.known {
		if k := &p.known[i]; k.text == s {
			p.uint(uint64(k.number))
			return
		}
	}
	p.count++
	if len(p.known) < first {
		p.known = append(p.known, known{s, p.count})
	}
	p.uint(0)
	p.string(s)
}

func (p *packer) vec(v, from world.Vec3, per float64) {
	p.int(scaled(v.X-from.X, per))
	p.int(scaled(v.Y-from.Y, per))
	p.int(scaled(v.Z-from.Z, per))
}

// velocity appends three 16-bit mantissas and the exponent of two they share: the
// largest component keeps 15 bits, whatever its size.
func (p *packer) velocity(v world.Vec3) {
	largest := max(math.Abs(v.X), math.Abs(v.Y), math.Abs(v.Z))
	_, exp := math.Frexp(largest)
	exp = min(maxExponent, max(minExponent, exp-15))
	per := math.Ldexp(1, -exp)
	if scaled(largest, per) > math.MaxInt16 && exp < maxExponent {
		exp++
		per /= 2
	}
	x, y, z := mantissa(v.X, per), mantissa(v.Y, per), mantissa(v.Z, per)
	p.b = append(p.b, byte(int8(exp)), byte(x), byte(x>>8), byte(y), byte(y>>8), byte(z), byte(z>>8))
}

// mantissa rounds v times per to 16 bits, the same to both sides of zero.
func mantissa(v, per float64) int64 {
	return max(-math.MaxInt16, min(math.MaxInt16, scaled(v, per)))
}

// motion appends a motion. The id is passed apart, as that of an entity counts.
func (p *packer) motion(id world.EntityID, m *Motion) {
	p.id(id)
	p.course(id, m)
}

// course appends what stands behind the id of a motion.
func (p *packer) course(id world.EntityID, m *Motion) {
	at := len(p.b) + 1
	p.b = append(p.b, m.Mode, 0)
	p.vec(inside(m.Pos), p.origin, perMetre)
	var flags byte
	if vel := finite(m.Vel); vel != (world.Vec3{}) {
		flags |= hasVel
		p.velocity(vel)
	}
	flags |= p.wish(id, m)
	if m.SameEngine {
		flags |= sameEngine
	} else {
		flags |= p.optional(m.Speed, perSpeed, hasSpeed)
		flags |= p.optional(m.Tau, perSecond, hasTau)
	}
	p.b[at] = flags
}

// wish appends what a body strives for, and returns the flags of that.
func (p *packer) wish(id world.EntityID, m *Motion) (flags byte) {
	if m.Target != 0 {
		flags |= hasTarget
		p.int(int64(m.Target) - int64(id))
	}
	if point := inside(m.Point); point != (world.Vec3{}) {
		if isDirection(point) {
			flags |= hasDirection
			p.direction(point)
		} else {
			flags |= hasPoint
			p.vec(point, p.origin, perMetre)
		}
	}
	return flags | p.optional(m.Range, perMetre, hasRange)
}

// turn appends what a client cannot know of a turn.
func (p *packer) turn(t *Turn) {
	p.id(t.ID)
	p.bend(t)
}

// bend appends what stands behind the id of a turn.
func (p *packer) bend(t *Turn) {
	at := len(p.b) + 1
	p.b = append(p.b, t.Mode&0xf|min(t.Ago, MaxAgo)<<4, 0)
	p.b[at] = p.wish(t.ID, &t.Motion)
}

// optional appends a number unless it is 0 in its units, and returns the flag of
// what it appended.
func (p *packer) optional(v, per float64, flag byte) byte {
	n := scaled(v, per)
	if n <= 0 {
		return 0
	}
	p.uint(uint64(n))
	return flag
}

func (p *packer) entities(list []Entity) {
	p.uint(uint64(len(list)))
	for i := range list {
		p.entity(&list[i])
	}
}

// begin appends kind and tick and resets what is counted within one message.
func (p *packer) begin(kind Kind, tick world.Tick) {
	p.prev = world.FirstDynamicID
	p.b = append(p.b, byte(kind))
	p.uint(uint64(tick))
}

// setOrigin appends the whole metres that positions are relative to.
func (p *packer) setOrigin(box *bounds) {
	p.origin = box.centre()
	p.vec(p.origin, world.Vec3{}, 1)
}

func (s *Snapshot) appendBinary(dst []byte) []byte {
	p := packer{b: dst}
	p.begin(KindSnapshot, s.Tick)
	p.float(s.Hz)
	p.float(s.Dilation)
	p.uint(uint64(s.You))
	p.uint(uint64(s.Bubble))
	var box bounds
	box.entities(s.Entities)
	p.setOrigin(&box)
	p.entities(s.Entities)
	return p.b
}

func (d *Delta) appendBinary(dst []byte) []byte {
	p := packer{b: dst}
	p.begin(KindDelta, d.Tick)
	var box bounds
	box.entities(d.Add)
	for i := range d.Move {
		box.add(d.Move[i].Pos)
	}
	for i := range d.Turn {
		box.add(d.Turn[i].Pos)
	}
	p.setOrigin(&box)
	p.uint(uint64(len(d.Gone)))
	for _, id := range d.Gone {
		p.id(id)
	}
	p.entities(d.Add)
	p.uint(uint64(len(d.Move)))
	for i := range d.Move {
		p.motion(d.Move[i].ID, &d.Move[i])
	}
	p.uint(uint64(len(d.Turn)))
	for i := range d.Turn {
		p.turn(&d.Turn[i])
	}
	return p.b
}

// bounds is the box around the positions of a message. Its centre is the origin
// that keeps the differences small.
type bounds struct {
	min, max world.Vec3
	some     bool
}

func (b *bounds) entities(list []Entity) {
	for i := range list {
		b.add(list[i].Pos)
	}
}

func (b *bounds) add(v world.Vec3) {
	v = inside(v)
	if !b.some {
		b.min, b.max, b.some = v, v, true
		return
	}
	b.min = world.Vec3{X: min(b.min.X, v.X), Y: min(b.min.Y, v.Y), Z: min(b.min.Z, v.Z)}
	b.max = world.Vec3{X: max(b.max.X, v.X), Y: max(b.max.Y, v.Y), Z: max(b.max.Z, v.Z)}
}

func (b *bounds) centre() world.Vec3 {
	c := b.min.Add(b.max).Scale(0.5)
	return world.Vec3{X: math.Round(c.X), Y: math.Round(c.Y), Z: math.Round(c.Z)}
}

// finite replaces a vector with a coordinate that is no number by the zero vector.
func finite(v world.Vec3) world.Vec3 {
	if !v.Finite() {
		return world.Vec3{}
	}
	return v
}

// inside clamps a position to MaxCoordinate. Nearly all are inside, so that is
// asked first.
func inside(v world.Vec3) world.Vec3 {
	if math.Abs(v.X) <= MaxCoordinate && math.Abs(v.Y) <= MaxCoordinate && math.Abs(v.Z) <= MaxCoordinate {
		return v
	}
	v = finite(v)
	return world.Vec3{X: clampCoordinate(v.X), Y: clampCoordinate(v.Y), Z: clampCoordinate(v.Z)}
}

func clampCoordinate(c float64) float64 {
	return max(-MaxCoordinate, min(MaxCoordinate, c))
}
