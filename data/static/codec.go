package static

import (
	"encoding/binary"
	"fmt"
	"math"

	"hotshard/runtime/world"
)

// The stream of a universe, decompressed. A number is an unsigned varint where
// nothing else is said, a float is 8 bytes little-endian:
//
//	text      length, bytes: every name, one after the other
//	name      length of the universe's name
//	seed      8 bytes little-endian
//	regions   count; of each the length of its name
//	constels  count; of each the length of its name
//	systems   count; of each
//	            length of name, id, region and constellation (indices),
//	            security, position (4 floats), number of celestials; of each
//	              kind (1 byte), length of name, id, parent,
//	              position, radius (4 lengths), and of a gate dest, destgate
//
// Names are slices of the one text, in the order in which they are needed, so
// that loading hundreds of thousands of them costs one allocation. Lengths in
// space are mostly whole metres and then go as varints: see appendMetres.

// encode returns the stream.
func encode(u *world.Universe) ([]byte, error) {
	e := encoder{}
	e.name(u.Name)
	e.out = binary.LittleEndian.AppendUint64(e.out, u.Seed)
	regions := e.table(u, func(s *world.SolarSystem) string { return s.Region })
	constellations := e.table(u, func(s *world.SolarSystem) string { return s.Constellation })
	e.number(uint64(len(u.Systems)))
	for i := range u.Systems {
		s := &u.Systems[i]
		if s.ID < 0 || !s.Pos.Finite() || !finite(s.Security) {
			return nil, fmt.Errorf("system %s: its id (%d), security (%g) or position (%v) cannot be stored", s.Name, s.ID, s.Security, s.Pos)
		}
		e.name(s.Name)
		e.number(uint64(s.ID))
		e.number(regions[s.Region])
		e.number(constellations[s.Constellation])
		e.float(s.Security)
		e.float(s.Pos.X)
		e.float(s.Pos.Y)
		e.float(s.Pos.Z)
		e.number(uint64(len(s.Celestials)))
		for j := range s.Celestials {
			if err := e.celestial(&s.Celestials[j]); err != nil {
				return nil, fmt.Errorf("system %s: %w", s.Name, err)
			}
		}
	}
	out := make([]byte, 0, len(e.text)+len(e.out)+binary.MaxVarintLen64)
	out = binary.AppendUvarint(out, uint64(len(e.text)))
	out = append(out, e.text...)
	return append(out, e.out...), nil
}

// encoder gathers the text and what follows it apart.
type encoder struct{ text, out []byte }

func (e *encoder) number(n uint64) { e.out = binary.AppendUvarint(e.out, n) }

func (e *encoder) float(f float64) {
	e.out = binary.LittleEndian.AppendUint64(e.out, math.Float64bits(f))
}

func (e *encoder) name(s string) {
	e.text = append(e.text, s...)
	e.number(uint64(len(s)))
}

// table writes the different names that key gives for the systems, in the order
// of their first use, and returns the index of each.
func (e *encoder) table(u *world.Universe, key func(*world.SolarSystem) string) map[string]uint64 {
	index := map[string]uint64{}
	var names []string
	for i := range u.Systems {
		k := key(&u.Systems[i])
		if _, ok := index[k]; !ok {
			index[k] = uint64(len(names))
			names = append(names, k)
		}
	}
	e.number(uint64(len(names)))
	for _, n := range names {
		e.name(n)
	}
	return index
}

func (e *encoder) celestial(c *world.Celestial) error {
	if c.Kind == world.KindNone || c.Kind > world.KindGate {
		return fmt.Errorf("%s (%d) is of the unknown kind %d", c.Name, c.ID, uint8(c.Kind))
	}
	if !c.ID.Static() || c.Parent >= world.FirstDynamicID || c.DestGate >= world.FirstDynamicID || c.Dest < 0 {
		return fmt.Errorf("%s: its id (%d), parent (%d) or destination (%d, %d) cannot be a celestial's", c.Name, c.ID, c.Parent, c.Dest, c.DestGate)
	}
	if !c.Pos.Finite() || !finite(c.Radius) {
		return fmt.Errorf("%s (%d) is at %v with radius %g", c.Name, c.ID, c.Pos, c.Radius)
	}
	e.out = append(e.out, byte(c.Kind))
	e.name(c.Name)
	e.number(uint64(c.ID))
	e.number(uint64(c.Parent))
	for _, m := range [...]float64{c.Pos.X, c.Pos.Y, c.Pos.Z, c.Radius} {
		e.out = appendMetres(e.out, m)
	}
	if c.Kind == world.KindGate {
		e.number(uint64(c.Dest))
		e.number(uint64(c.DestGate))
	}
	return nil
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// maxWhole bounds the whole metres that go as varints: below it a float64 holds
// them exactly and the doubled zigzag code fits.
const maxWhole = 1 << 52

// appendMetres appends a length: whole metres as twice their zigzag code,
// anything else as the number 1 and the float itself.
func appendMetres(out []byte, m float64) []byte {
	if math.Abs(m) < maxWhole && m == math.Trunc(m) && !(m == 0 && math.Signbit(m)) {
		n := int64(m)
		return binary.AppendUvarint(out, uint64(n<<1^n>>63)<<1)
	}
	return binary.LittleEndian.AppendUint64(append(out, 1), math.Float64bits(m))
}

// decode reads the stream. Whatever the bytes, it returns a sound universe or an
// error that wraps ErrDamaged, and allocates no more than a small multiple of
// their length.
func decode(raw []byte) (*world.Universe, error) {
	d := decoder{in: raw}
	text := d.bytes(d.count(1))
	d.text = string(text)
	name := d.name()
	seed := d.uint64()
	regions := d.table()
	constellations := d.table()
	systems := make([]world.SolarSystem, d.count(minSystem))
	for i := range systems {
		d.system(&systems[i], regions, constellations)
		if d.err != nil {
			return nil, fmt.Errorf("%w: system %d of %d: %w", ErrDamaged, i+1, len(systems), d.err)
		}
	}
	if d.err == nil && len(d.in)+len(d.text) > 0 {
		d.fail("%d bytes and %d letters are left over", len(d.in), len(d.text))
	}
	if d.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, d.err)
	}
	u, err := world.NewUniverse(name, seed, systems)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return u, nil
}

// The fewest bytes that a system and a celestial take, which bounds how many
// there can be in what is left of the stream.
const (
	minSystem    = 4 + 4*8 + 1
	minCelestial = 8
)

// decoder reads the stream. After the first error it returns zeros.
type decoder struct {
	in   []byte
	text string // the names not handed out yet
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.in = nil
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.in)
	if size <= 0 {
		d.fail("it ends too early or holds an overlong number")
		return 0
	}
	d.in = d.in[size:]
	return n
}

// id reads a number of at most max.
func (d *decoder) id(max uint64) uint64 {
	n := d.number()
	if n > max {
		d.fail("id %d is over %d", n, max)
		return 0
	}
	return n
}

// count reads how many things of at least size bytes each follow.
func (d *decoder) count(size int) int {
	n := d.number()
	if n > uint64(len(d.in)/size) {
		d.fail("%d things are promised in %d bytes", n, len(d.in))
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) []byte {
	if n > len(d.in) {
		d.fail("it ends too early")
		return nil
	}
	b := d.in[:n]
	d.in = d.in[n:]
	return b
}

func (d *decoder) uint64() uint64 {
	b := d.bytes(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// float reads a float that must be finite.
func (d *decoder) float() float64 {
	f := math.Float64frombits(d.uint64())
	if !finite(f) {
		d.fail("%g is not a finite number", f)
		return 0
	}
	return f
}

func (d *decoder) name() string {
	n := d.number()
	if n > uint64(len(d.text)) {
		d.fail("a name of %d letters where %d are left", n, len(d.text))
		return ""
	}
	s := d.text[:n]
	d.text = d.text[n:]
	return s
}

func (d *decoder) table() []string {
	names := make([]string, d.count(1))
	for i := range names {
		names[i] = d.name()
	}
	return names
}

// pick reads an index into the names.
func (d *decoder) pick(names []string) string {
	n := d.number()
	if n >= uint64(len(names)) {
		d.fail("name %d of %d", n, len(names))
		return ""
	}
	return names[n]
}

func (d *decoder) metres() float64 {
	n := d.number()
	switch {
	case n == 1:
		return d.float()
	case n&1 != 0 || n>>2 > maxWhole:
		d.fail("%d is not the code of a length", n)
		return 0
	}
	n >>= 1
	return float64(int64(n>>1) ^ -int64(n&1))
}

func (d *decoder) system(s *world.SolarSystem, regions, constellations []string) {
	s.Name = d.name()
	s.ID = world.SystemID(d.id(math.MaxInt32))
	s.Region, s.Constellation = d.pick(regions), d.pick(constellations)
	s.Security = d.float()
	s.Pos = world.Vec3{X: d.float(), Y: d.float(), Z: d.float()}
	if n := d.count(minCelestial); n > 0 {
		s.Celestials = make([]world.Celestial, n)
	}
	for i := range s.Celestials {
		d.celestial(&s.Celestials[i])
		if d.err != nil {
			return
		}
	}
}

func (d *decoder) celestial(c *world.Celestial) {
	kind := d.bytes(1)
	if kind == nil {
		return
	}
	c.Kind = world.Kind(kind[0])
	if c.Kind == world.KindNone || c.Kind > world.KindGate {
		d.fail("a celestial of the unknown kind %d", kind[0])
		return
	}
	c.Name = d.name()
	if c.ID = world.EntityID(d.id(uint64(world.FirstDynamicID) - 1)); c.ID == 0 {
		d.fail("a %s without an id", c.Kind)
	}
	c.Parent = world.EntityID(d.id(uint64(world.FirstDynamicID) - 1))
	c.Pos = world.Vec3{X: d.metres(), Y: d.metres(), Z: d.metres()}
	c.Radius = d.metres()
	if c.Kind == world.KindGate {
		c.Dest = world.SystemID(d.id(math.MaxInt32))
		c.DestGate = world.EntityID(d.id(uint64(world.FirstDynamicID) - 1))
	}
}
