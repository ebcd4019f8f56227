package physics

import (
	"math"
	"slices"

	"hotshard/runtime/world"
)

// The grid under the bubbles: cubes of one size, of which only those with a body
// in them exist. A body belongs to the cell it was in last until it is well past
// the border (the hysteresis), so hovering at a border changes nothing.

// cellKey names a cube of the grid.
type cellKey struct{ x, y, z int64 }

// cell is a cube with at least one body in it.
type cell struct {
	key    cellKey
	bubble *bubble
	at     int32   // place in bubble.cells
	slots  []int32 // the bodies
	mark   uint64  // of the last flood that came by
}

// cellKey returns the cube that a place is in.
func (b *bubbles) cellKey(p world.Vec3) cellKey {
	return cellKey{b.axis(p.X), b.axis(p.Y), b.axis(p.Z)}
}

// axis returns the number of the cube on one axis, bounded so that a body that
// has flown out of all proportion still has one.
func (b *bubbles) axis(v float64) int64 {
	const far = 1 << 60
	return int64(max(-far, min(far, math.Floor(v/b.side))))
}

// lowCorner returns the lower corner of a cube with its border of hysteresis.
func (b *bubbles) lowCorner(k cellKey) world.Vec3 {
	return world.Vec3{
		X: float64(k.x)*b.side - b.border,
		Y: float64(k.y)*b.side - b.border,
		Z: float64(k.z)*b.side - b.border,
	}
}

// left says whether a place is outside of the room that begins at low.
func left(p, low world.Vec3, room float64) bool {
	x, y, z := p.X-low.X, p.Y-low.Y, p.Z-low.Z
	return x < 0 || y < 0 || z < 0 || x > room || y > room || z > room
}

// neighbours calls f for every existing cell that touches the cube, in a fixed
// order, until f returns false.
func (b *bubbles) neighbours(k cellKey, f func(*cell) bool) {
	for x := k.x - 1; x <= k.x+1; x++ {
		for y := k.y - 1; y <= k.y+1; y++ {
			for z := k.z - 1; z <= k.z+1; z++ {
				n := cellKey{x, y, z}
				if c := b.cells[n]; c != nil && n != k && !f(c) {
					return
				}
			}
		}
	}
}

// enterCell puts a body that is in no cell into one, and so into its bubble.
func (s *Space) enterCell(i int32, k cellKey) {
	c := s.cells[k]
	if c == nil {
		c = s.openCell(k)
	}
	b := &s.info[i]
	b.cell, b.cellAt = c, int32(len(c.slots))
	c.slots = append(c.slots, i)
	s.low[i] = s.lowCorner(k)
	s.join(i, c.bubble)
}

// leaveCell takes a body out of its cell and its bubble. The last one closes the
// cell, which may split the bubble.
func (s *Space) leaveCell(i int32) {
	b := &s.info[i]
	c := b.cell
	last := c.slots[len(c.slots)-1]
	c.slots[b.cellAt] = last
	s.info[last].cellAt = b.cellAt
	c.slots = c.slots[:len(c.slots)-1]
	b.cell = nil
	s.quit(i)
	if len(c.slots) == 0 {
		s.closeCell(c)
	}
}

// changeCell moves a body to the cell its place is in. It enters the new one
// before the old one closes, so that a lone ship takes its bubble along.
func (s *Space) changeCell(i int32) {
	b := &s.info[i]
	old := b.cell
	k := s.cellKey(s.pos[i])
	if k == old.key {
		return
	}
	last := old.slots[len(old.slots)-1]
	old.slots[b.cellAt] = last
	s.info[last].cellAt = b.cellAt
	old.slots = old.slots[:len(old.slots)-1]
	c := s.cells[k]
	if c == nil {
		c = s.openCell(k)
	}
	b.cell, b.cellAt = c, int32(len(c.slots))
	c.slots = append(c.slots, i)
	s.low[i] = s.lowCorner(k)
	if c.bubble != b.bubble {
		s.quit(i)
		s.join(i, c.bubble)
	}
	if len(old.slots) == 0 {
		s.closeCell(old)
	}
}

// openCell makes a cell. It belongs to the bubble of the cells it touches, which
// become one if they were several, or to a new one.
func (s *Space) openCell(k cellKey) *cell {
	c := &cell{}
	if n := len(s.spareCells); n > 0 {
		c = s.spareCells[n-1]
		s.spareCells = s.spareCells[:n-1]
	}
	c.key, c.mark = k, 0
	found := s.found[:0]
	s.neighbours(k, func(n *cell) bool {
		if !slices.Contains(found, n.bubble) {
			found = append(found, n.bubble)
		}
		return true
	})
	s.found = found
	var home *bubble
	for _, b := range found {
		if home == nil || len(b.slots) > len(home.slots) || len(b.slots) == len(home.slots) && b.id < home.id {
			home = b
		}
	}
	if home == nil {
		home = s.openBubble()
	}
	for _, b := range found {
		if b != home {
			s.merge(b, home)
		}
	}
	s.cells[k] = c
	home.adopt(c)
	return c
}

// closeCell removes an empty cell, and splits its bubble where the cell was what
// held it together.
func (s *Space) closeCell(c *cell) {
	b := c.bubble
	b.drop(c)
	delete(s.cells, c.key)
	c.bubble = nil
	s.spareCells = append(s.spareCells, c)
	switch len(b.cells) {
	case 0:
		s.closeBubble(b)
	case 1:
	default:
		s.split(b)
	}
}
