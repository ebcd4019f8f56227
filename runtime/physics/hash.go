package physics

import (
	"encoding/binary"
	"hash/fnv"
	"math"

	"hotshard/runtime/world"
)

// AppendState appends every body's state, exactly and ordered by id: two Spaces
// append the same bytes where nothing that a player could ever notice is
// different. It is for replay and tests; the layout may change.
func (s *Space) AppendState(buf []byte) []byte {
	slots := make([]int32, 0, len(s.index))
	for _, i := range s.index {
		slots = append(slots, i)
	}
	s.sortByID(slots)
	num := func(v float64) { buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v)) }
	vec := func(v world.Vec3) { num(v.X); num(v.Y); num(v.Z) }
	for _, i := range slots {
		m, b := s.motion(i), &s.info[i]
		buf = binary.LittleEndian.AppendUint32(buf, uint32(s.ids[i]))
		buf = append(buf, byte(m.Mode))
		if b.hidden {
			buf = append(buf, 1)
		}
		buf = binary.LittleEndian.AppendUint32(buf, uint32(m.Target))
		vec(m.Pos)
		vec(m.Vel)
		vec(m.Point)
		for _, v := range [...]float64{m.Range, m.Speed, m.Tau, m.Radius, b.warp, b.life} {
			num(v)
		}
		buf = binary.LittleEndian.AppendUint32(buf, b.warps)
		buf = binary.LittleEndian.AppendUint32(buf, uint32(b.owner))
		var bubble BubbleID
		if b.bubble != nil {
			bubble = b.bubble.id
		}
		buf = binary.LittleEndian.AppendUint32(buf, uint32(bubble))
	}
	return buf
}

// Hash returns a digest (FNV-1a) of AppendState.
func (s *Space) Hash() uint64 {
	h := fnv.New64a()
	h.Write(s.AppendState(nil))
	return h.Sum64()
}

// Digest is a number that differs, all but surely, where two Spaces of one history do: it
// is cheap enough for every Step, and looks at where bodies are, how they fly and what for,
// in the order of their slots.
func (s *Space) Digest() world.Digest {
	d := world.Digest(s.step.count)
	for i, id := range s.ids {
		if id == 0 {
			continue
		}
		p, v := &s.pos[i], &s.vel[i]
		d = d.Mix(uint64(id)<<32|uint64(uint32(s.target[i])), uint64(s.mode[i])<<32^s.due[i])
		d = d.Mix(math.Float64bits(p.X), math.Float64bits(p.Y)).Mix(math.Float64bits(p.Z), math.Float64bits(v.X))
		d = d.Mix(math.Float64bits(v.Y), math.Float64bits(v.Z)).Mix(math.Float64bits(s.speed[i]), math.Float64bits(s.tau[i]))
	}
	return d.Mix(uint64(len(s.active)), uint64(s.lastID))
}
