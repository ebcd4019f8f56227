package physics

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"hotshard/runtime/script/real"
	"hotshard/runtime/world"
)

// A Space as bytes. Everything keeps its slot and every list its order, so that a Space
// that was read goes on as the one that was written would have, to the bit. What the
// last Step has reported is not written: it is over.

// imageFormat is the number of this way of writing.
const imageFormat = 2

// AppendImage appends the Space to b. It is called between two Steps.
func (s *Space) AppendImage(b []byte) []byte {
	w := imageWriter{slices.Grow(b, 192*len(s.ids)+1024)}
	w.uint(imageFormat)
	w.config(s.cfg)
	w.float(s.step.dt)
	w.uint(s.step.count)
	w.float(s.widest)
	w.uint(uint64(len(s.ids)))
	for i := range s.ids {
		w.body(s, int32(i))
	}
	for _, list := range [][]int32{s.free, s.active, s.fixed, s.missiles, s.changed, s.touched} {
		w.slots(list)
	}
	w.followers(s)
	w.bubbles(s)
	w.pending(s)
	return w.b
}

type imageWriter struct{ b []byte }

func (w *imageWriter) uint(n uint64) { w.b = binary.AppendUvarint(w.b, n) }
func (w *imageWriter) int(n int64)   { w.b = binary.AppendVarint(w.b, n) }
func (w *imageWriter) float(f float64) {
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(f))
}

func (w *imageWriter) vec(v world.Vec3) {
	w.float(v.X)
	w.float(v.Y)
	w.float(v.Z)
}

func (w *imageWriter) config(c Config) {
	w.uint(c.Seed)
	for _, f := range []float64{c.BubbleRadius, c.Hysteresis, c.CorrectEvery, c.WarpScatter, c.ShortestWarp} {
		w.float(f)
	}
}

// The bits of a body.
const (
	bodyFixed = 1 << iota
	bodyMissile
	bodyDoomed
	bodyMoved
	bodyHidden
)

// body writes a slot; one that is free is its id, 0.
func (w *imageWriter) body(s *Space, i int32) {
	w.uint(uint64(s.ids[i]))
	if s.ids[i] == 0 {
		return
	}
	b := &s.info[i]
	w.uint(uint64(bodyFixed*one(b.fixed) | bodyMissile*one(b.missile) | bodyDoomed*one(b.doomed) | bodyMoved*one(b.moved) | bodyHidden*one(b.hidden)))
	w.uint(uint64(s.mode[i]))
	w.vec(s.pos[i])
	w.vec(s.vel[i])
	w.vec(s.point[i])
	for _, f := range []float64{s.reach[i], s.speed[i], s.tau[i], s.radius[i], b.warp, b.life} {
		w.float(f)
	}
	w.int(int64(s.target[i]))
	w.uint(uint64(s.status[i]))
	w.uint(uint64(s.flags[i]))
	w.uint(s.due[i])
	w.uint(uint64(b.owner))
	w.uint(uint64(b.warps))
	w.uint(uint64(b.was))
	w.uint(uint64(b.changed))
	w.uint(b.whole)
}

func (w *imageWriter) slots(list []int32) {
	w.uint(uint64(len(list)))
	for _, i := range list {
		w.uint(uint64(i))
	}
}

// followers writes who follows whom, in the order of the lists.
func (w *imageWriter) followers(s *Space) {
	w.uint(uint64(s.chasing))
	for i := range s.info {
		if s.ids[i] == 0 || s.info[i].firstFollower == none {
			continue
		}
		for f := s.info[i].firstFollower; f != none; f = s.info[f].nextFollower {
			w.uint(uint64(f))
		}
	}
}

func (w *imageWriter) bubbles(s *Space) {
	w.uint(uint64(s.lastID))
	w.uint(uint64(len(s.live)))
	for _, b := range s.live {
		w.uint(uint64(b.id))
		w.bool(b.known)
		w.bool(b.dead)
		w.slots(b.slots)
		w.uint(uint64(len(b.cells)))
		for _, c := range b.cells {
			w.int(c.key.x)
			w.int(c.key.y)
			w.int(c.key.z)
			w.slots(c.slots)
		}
	}
	w.uint(uint64(len(s.dying)))
	for _, b := range s.dying {
		w.uint(uint64(slices.Index(s.live, b)))
	}
	w.uint(uint64(len(s.removed)))
	for _, r := range s.removed {
		w.uint(uint64(r.ID))
		w.vec(r.Pos)
		w.uint(uint64(r.was))
	}
}

func (w *imageWriter) bool(b bool) {
	if b {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

func (w *imageWriter) pending(s *Space) {
	w.uint(uint64(len(s.pending)))
	for _, e := range s.pending {
		w.uint(uint64(e.Kind))
		w.uint(uint64(e.ID))
		w.uint(uint64(e.Target))
		w.uint(uint64(e.Owner))
		w.uint(uint64(e.Bubble))
	}
}

// Thaw makes the Space that AppendImage has written. workers is as in Config. Bytes
// that no Space has written are an error that says where.
func Thaw(data []byte, workers int) (*Space, error) {
	r := &imageReader{data: data}
	if format := r.uint(); format != imageFormat && r.err == nil {
		return nil, fmt.Errorf("physics: an image of format %d, and this build reads %d", format, imageFormat)
	}
	s := New(r.config(workers))
	s.step.dt, s.step.count, s.widest = r.float(), r.uint(), r.float()
	r.bodies(s)
	for _, list := range []*[]int32{&s.free, &s.active, &s.fixed, &s.missiles, &s.changed, &s.touched} {
		*list = r.slots(s)
	}
	r.followers(s)
	r.bubbles(s)
	r.pending(s)
	if r.err == nil && r.at != len(data) {
		r.fail("bytes behind the end")
	}
	if r.err == nil {
		r.settle(s)
	}
	return s, r.err
}

type imageReader struct {
	data []byte
	at   int
	err  error
}

func (r *imageReader) fail(format string, values ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("physics: an image, at byte %d: %s", r.at, fmt.Sprintf(format, values...))
	}
}

func (r *imageReader) uint() uint64 {
	if r.err != nil {
		return 0
	}
	n, size := binary.Uvarint(r.data[r.at:])
	if size <= 0 {
		r.fail("no number")
		return 0
	}
	r.at += size
	return n
}

func (r *imageReader) int() int64 {
	if r.err != nil {
		return 0
	}
	n, size := binary.Varint(r.data[r.at:])
	if size <= 0 {
		r.fail("no number")
		return 0
	}
	r.at += size
	return n
}

// float reads a number, which nowhere in a Space is infinite or none at all.
func (r *imageReader) float() float64 {
	if r.err != nil || len(r.data)-r.at < 8 {
		r.fail("no number")
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.data[r.at:]))
	if math.IsNaN(f) || math.IsInf(f, 0) {
		r.fail("a number that is not finite")
		return 0
	}
	r.at += 8
	return f
}

func (r *imageReader) vec() world.Vec3 { return world.Vec3{X: r.float(), Y: r.float(), Z: r.float()} }

// small reads a number below a bound.
func (r *imageReader) small(bound uint64) uint64 {
	n := r.uint()
	if n >= bound && r.err == nil {
		r.fail("%d where less than %d can be", n, bound)
		return 0
	}
	return n
}

// count reads how many of something follow, each of which takes a byte at least.
func (r *imageReader) count() int { return int(r.small(uint64(len(r.data)-r.at) + 1)) }

func (r *imageReader) bool() bool { return r.small(2) == 1 }

func (r *imageReader) config(workers int) Config {
	c := Config{Seed: r.uint(), Workers: workers}
	for _, f := range []*float64{&c.BubbleRadius, &c.Hysteresis, &c.CorrectEvery, &c.WarpScatter, &c.ShortestWarp} {
		*f = r.float()
	}
	if !(c.BubbleRadius > 0) {
		r.fail("bubbles without a radius")
	}
	return c
}

func (r *imageReader) bodies(s *Space) {
	n := r.count()
	s.reserve(min(n, (len(r.data)-r.at)/bodyBytes))
	for range n {
		if r.err != nil {
			return
		}
		r.body(s, s.slot())
	}
}

// bodyBytes is what a body takes in an image, about.
const bodyBytes = 128

func (r *imageReader) body(s *Space, i int32) {
	id := world.EntityID(r.uint())
	s.ids[i], s.target[i] = id, none
	s.info[i] = info{activeAt: none, listAt: none, firstFollower: none, nextFollower: none, prevFollower: none}
	if id == 0 {
		return
	}
	if _, ok := s.index[id]; ok {
		r.fail("two bodies with the id %d", id)
		return
	}
	s.index[id] = i
	b, bits := &s.info[i], r.small(2*bodyHidden)
	b.fixed, b.missile, b.doomed, b.moved = bits&bodyFixed != 0, bits&bodyMissile != 0, bits&bodyDoomed != 0, bits&bodyMoved != 0
	b.hidden = bits&bodyHidden != 0 && !b.fixed
	s.hiding += one(b.hidden)
	s.mode[i] = Mode(r.small(uint64(modes)))
	s.pos[i], s.vel[i], s.point[i] = r.vec(), r.vec(), r.vec()
	for _, f := range []*float64{&s.reach[i], &s.speed[i], &s.tau[i], &s.radius[i], &b.warp, &b.life} {
		*f = r.float()
	}
	s.target[i] = int32(r.int())
	s.status[i], s.flags[i], s.due[i] = status(r.small(256)), finding(r.small(1<<32)), r.uint()
	b.owner, b.warps, b.was = world.EntityID(r.uint()), uint32(r.small(1<<32)), BubbleID(r.small(1<<32))
	b.changed, b.whole = change(r.small(256)), r.uint()
	if !(s.tau[i] > 0) || s.speed[i] < 0 || s.radius[i] < 0 || s.reach[i] < 0 {
		r.fail("a body that cannot be")
	}
	s.decay[i] = real.Exp(-s.step.dt / s.tau[i])
}

func (r *imageReader) slots(s *Space) []int32 {
	n := r.count()
	list := make([]int32, 0, n)
	for range n {
		list = append(list, int32(r.small(uint64(len(s.ids)))))
	}
	if r.err != nil {
		return nil
	}
	return list
}

// followers puts the lists together. They were written by target, so each must be the
// next of its own.
func (r *imageReader) followers(s *Space) {
	last := map[int32]int32{} // of a target's list
	for range r.count() {
		f := int32(r.small(uint64(len(s.ids))))
		if r.err != nil {
			return
		}
		t := s.target[f]
		if t < 0 || int(t) >= len(s.ids) || s.ids[t] == 0 || s.ids[f] == 0 || t == f || s.info[f].prevFollower != none || s.info[t].firstFollower == f {
			r.fail("a body that follows what is not there")
			return
		}
		if before, ok := last[t]; ok {
			s.info[before].nextFollower, s.info[f].prevFollower = f, before
		} else {
			s.info[t].firstFollower = f
		}
		last[t] = f
		s.chasing++
	}
}

func (r *imageReader) bubbles(s *Space) {
	s.lastID = BubbleID(r.small(1 << 32))
	before := BubbleID(0)
	for range r.count() {
		b := &bubble{id: BubbleID(r.small(1 << 32)), known: r.bool(), dead: r.bool(), slots: r.slots(s)}
		if b.id <= before || b.id > s.lastID {
			r.fail("bubbles out of order")
			return
		}
		before = b.id
		s.live = append(s.live, b)
		if !b.dead {
			s.byID[b.id] = b
		}
		for at, i := range b.slots {
			b.ids = append(b.ids, s.ids[i])
			s.info[i].bubble, s.info[i].memberAt = b, int32(at)
		}
		r.cells(s, b)
		if r.err != nil {
			return
		}
	}
	for range r.count() {
		if n := r.small(uint64(len(s.live))); r.err == nil {
			s.dying = append(s.dying, s.live[n])
		}
	}
	for range r.count() {
		s.removed = append(s.removed, parted{Parting{world.EntityID(r.uint()), r.vec()}, BubbleID(r.small(1 << 32))})
	}
}

func (r *imageReader) cells(s *Space, b *bubble) {
	for range r.count() {
		c := &cell{key: cellKey{r.int(), r.int(), r.int()}, slots: r.slots(s)}
		if r.err != nil || s.cells[c.key] != nil || len(c.slots) == 0 {
			r.fail("a cell twice, or an empty one")
			return
		}
		s.cells[c.key] = c
		b.adopt(c)
		for at, i := range c.slots {
			if s.info[i].bubble != b || s.info[i].cell != nil {
				r.fail("a body in a cell that its bubble does not have")
				return
			}
			s.info[i].cell, s.info[i].cellAt = c, int32(at)
			s.low[i] = s.lowCorner(c.key)
		}
	}
}

func (r *imageReader) pending(s *Space) {
	for range r.count() {
		s.pending = append(s.pending, Event{EventKind(r.small(uint64(len(eventNames)))), world.EntityID(r.uint()), world.EntityID(r.uint()), world.EntityID(r.uint()), BubbleID(r.small(1 << 32))})
	}
}

// settle derives what is not written, and checks that all lists are of one Space.
func (r *imageReader) settle(s *Space) {
	if s.cfg.CorrectEvery > 0 && s.step.dt > 0 {
		s.step.period = uint64(max(1, math.Round(s.cfg.CorrectEvery/s.step.dt)))
	}
	for at, i := range s.active {
		s.info[i].activeAt = int32(at)
	}
	for _, list := range [][]int32{s.fixed, s.missiles} {
		for at, i := range list {
			s.info[i].listAt = int32(at)
		}
	}
	if s.step.dt < 0 || s.step.dt > MaxStep || len(s.free)+len(s.index) != len(s.ids) {
		r.fail("slots that nobody has")
		return
	}
	free := make([]bool, len(s.ids))
	for _, i := range s.free {
		if s.ids[i] != 0 || free[i] {
			r.fail("a free slot with a body")
			return
		}
		free[i] = true
	}
	for i := range s.ids {
		if s.ids[i] != 0 && !s.sound(int32(i)) {
			r.fail("body %d stands in lists that are not its own", s.ids[i])
			return
		}
	}
	moving, fixed, missiles := 0, 0, 0
	for i := range s.ids {
		if s.ids[i] != 0 {
			b := &s.info[i]
			moving, fixed, missiles = moving+one(b.activeAt != none), fixed+one(b.fixed), missiles+one(b.missile)
		}
	}
	if moving != len(s.active) || fixed != len(s.fixed) || missiles != len(s.missiles) {
		r.fail("lists with bodies that are not there, or are there twice")
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sound says whether a body stands where its info says.
func (s *Space) sound(i int32) bool {
	b := &s.info[i]
	in := func(list []int32, at int32) bool { return at >= 0 && int(at) < len(list) && list[at] == i }
	switch t := s.target[i]; {
	case t != none && (t < 0 || int(t) >= len(s.ids) || s.ids[t] == 0):
		return false
	case b.fixed && (b.missile || b.moved), t != none && b.prevFollower == none && s.info[t].firstFollower != i:
		return false
	case b.activeAt != none && !in(s.active, b.activeAt):
		return false
	case b.fixed:
		return in(s.fixed, b.listAt) && b.bubble == nil && b.activeAt == none
	case b.missile && !in(s.missiles, b.listAt):
		return false
	case b.bubble == nil || b.bubble.dead || !in(b.bubble.slots, b.memberAt):
		return false
	case b.cell == nil:
		return len(b.bubble.cells) == 0
	}
	return in(b.cell.slots, b.cellAt)
}
