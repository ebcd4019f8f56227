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
