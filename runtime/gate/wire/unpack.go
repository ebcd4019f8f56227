package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"hotshard/runtime/world"
)

// ErrMalformed is what every error of reading the packed form wraps.
var ErrMalformed = errors.New("malformed message")

// The least bytes an entity and a motion take: they bound the lists a short
// message may claim to have.
const (
	minMotion = 6
	minTurn   = 3
	minEntity = minMotion + 6
)

// unpacker reads the packed form. After the first error every read gives zeros.
type unpacker struct {
	b      []byte
	err    error
	prev   world.EntityID
	origin world.Vec3
	known  []string
}

func (u *unpacker) fail(what string) {
	if u.err == nil {
		u.err = fmt.Errorf("%w: %s", ErrMalformed, what)
		u.b = nil
	}
}

func (u *unpacker) take(n int) []byte {
	if n > len(u.b) {
		u.fail("it ends too early")
		return make([]byte, min(n, 8))
	}
	head := u.b[:n]
	u.b = u.b[n:]
	return head
}

func (u *unpacker) byte() byte { return u.take(1)[0] }

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail("a number does not end")
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) int() int64 {
	v := u.uint()
	return int64(v>>1) ^ -int64(v&1)
}

// uint32 reads a number of at most 32 bits.
func (u *unpacker) uint32() uint32 {
	v := u.uint()
	if v > math.MaxUint32 {
		u.fail("a number is too large")
		return 0
	}
	return uint32(v)
}

func (u *unpacker) float() float64 {
	v := math.Float64frombits(binary.LittleEndian.Uint64(u.take(8)))
	if math.IsNaN(v) || math.IsInf(v, 0) {
		u.fail("a number is not finite")
		return 0
	}
	return v
}

// units reads a number that is not negative.
func (u *unpacker) units(per float64) float64 {
	v := u.uint()
	if v > maxUnits {
		u.fail("a number is too large")
		return 0
	}
	return float64(v) / per
}

func (u *unpacker) relativeID(to world.EntityID) world.EntityID {
	// Wrapping is harmless here: whatever does not fit 32 bits is refused.
	id := int64(to) + u.int()
	if id < 0 || id > math.MaxUint32 {
		u.fail("an id is out of range")
		return 0
	}
	return world.EntityID(id)
}

func (u *unpacker) id() world.EntityID {
	u.prev = u.relativeID(u.prev)
	return u.prev
}

func (u *unpacker) string() string {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.fail("a string ends too early")
		return ""
	}
	s := string(u.take(int(n)))
	if !utf8.ValidString(s) {
		u.fail("a string is not UTF-8")
		return ""
	}
	return s
}

func (u *unpacker) shared() string {
	ref := u.uint()
	if ref == 0 {
		s := u.string()
		u.known = append(u.known, s)
		return s
	}
	if ref > uint64(len(u.known)) {
		u.fail("a string is referred to before it was sent")
		return ""
	}
	return u.known[ref-1]
}

func (u *unpacker) vec(from world.Vec3, per float64) world.Vec3 {
	x, y, z := u.int(), u.int(), u.int()
	v := from.Add(world.Vec3{X: float64(x) / per, Y: float64(y) / per, Z: float64(z) / per})
	if inside(v) != v {
		u.fail("a position is out of range")
		return world.Vec3{}
	}
	return v
}

func (u *unpacker) velocity() world.Vec3 {
	exp := int(int8(u.byte()))
	if exp < minExponent || exp > maxExponent {
		u.fail("a velocity is out of range")
	}
	m := u.take(6)
	part := func(i int) float64 {
		return math.Ldexp(float64(int16(binary.LittleEndian.Uint16(m[2*i:]))), exp)
	}
	return world.Vec3{X: part(0), Y: part(1), Z: part(2)}
}

func (u *unpacker) motion(m *Motion) {
	*m = Motion{ID: u.id(), Mode: u.byte()}
	flags := u.byte()
	m.Pos = u.vec(u.origin, perMetre)
	if flags&hasVel != 0 {
		m.Vel = u.velocity()
	}
	u.wish(m, flags)
	if m.SameEngine = flags&sameEngine != 0; m.SameEngine && flags&(hasSpeed|hasTau) != 0 {
		u.fail("a motion has an engine that is the same and another")
	}
	if flags&hasSpeed != 0 {
		m.Speed = u.units(perSpeed)
	}
	if flags&hasTau != 0 {
		m.Tau = u.units(perSecond)
	}
}

// wish reads what a body strives for.
func (u *unpacker) wish(m *Motion, flags byte) {
	if flags&hasTarget != 0 {
		m.Target = u.relativeID(m.ID)
	}
	switch flags & (hasPoint | hasDirection) {
	case hasPoint:
		m.Point = u.vec(u.origin, perMetre)
	case hasDirection:
		m.Point = u.direction()
	case hasPoint | hasDirection:
		u.fail("a point is a place and a direction")
	}
	if flags&hasRange != 0 {
		m.Range = u.units(perMetre)
	}
}

func (u *unpacker) turn(t *Turn) {
	id, mode := u.id(), u.byte()
	*t = Turn{Motion: Motion{ID: id, Mode: mode & 0xf, SameEngine: true}, Ago: mode >> 4}
	flags := u.byte()
	if flags&^turnBits != 0 {
		u.fail("a turn has parts this version does not know")
	}
	u.wish(&t.Motion, flags)
}

// count reads the length of a list whose items take at least so many bytes.
func (u *unpacker) count(least int) int {
	n := u.uint()
	if n > uint64(len(u.b)/least) {
		u.fail("a list is longer than the message")
		return 0
	}
	return int(n)
}

func (u *unpacker) entities(list []Entity) []Entity {
	list = list[:0]
	for range u.count(minEntity) {
		list = append(list, Entity{})
		u.entity(&list[len(list)-1])
		if u.err != nil {
			return list
		}
	}
	return list
}

// begin checks the kind and reads the tick.
func (u *unpacker) begin(kind Kind) world.Tick {
	u.prev = world.FirstDynamicID
	if Kind(u.byte()) != kind {
		u.fail("it is of another kind")
	}
	return world.Tick(u.uint())
}

func (u *unpacker) end() error {
	if len(u.b) > 0 {
		u.fail("something follows its end")
	}
	return u.err
}

// UnmarshalBinary reads the packed form, reusing the list s already has. On an
// error, which wraps ErrMalformed, s is of no use.
func (s *Snapshot) UnmarshalBinary(b []byte) error {
	u := unpacker{b: b}
	s.Tick = u.begin(KindSnapshot)
	s.Hz, s.Dilation = u.float(), u.float()
	s.You, s.Bubble = world.EntityID(u.uint32()), u.uint32()
	u.origin = u.vec(world.Vec3{}, 1)
	s.Entities = u.entities(s.Entities)
	return u.end()
}

// UnmarshalBinary reads the packed form, reusing the lists d already has. On an
// error, which wraps ErrMalformed, d is of no use.
func (d *Delta) UnmarshalBinary(b []byte) error {
	u := unpacker{b: b}
	d.Tick = u.begin(KindDelta)
	u.origin = u.vec(world.Vec3{}, 1)
	d.Gone = d.Gone[:0]
	for range u.count(1) {
		d.Gone = append(d.Gone, u.id())
	}
	d.Add = u.entities(d.Add)
	d.Move = d.Move[:0]
	for range u.count(minMotion) {
		d.Move = append(d.Move, Motion{})
		u.motion(&d.Move[len(d.Move)-1])
		if u.err != nil {
			break
		}
	}
	d.Turn = d.Turn[:0]
	for range u.count(minTurn) {
		d.Turn = append(d.Turn, Turn{})
		u.turn(&d.Turn[len(d.Turn)-1])
		if u.err != nil {
			break
		}
	}
	return u.end()
}
