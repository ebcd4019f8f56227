package book

import (
	"math/bits"

	"hotshard/runtime/world"
)

// cellKey is what the orders of a cell have in common: where they are met, from how far,
// and how large their minimum is, to a power of two.
type cellKey struct {
	place   int32
	station world.EntityID // 0 where it makes no difference
	reach   Reach
	least   int // bits of it
}

// entry is an order in a cell's heap. It has what it is compared by, so that comparing
// touches no order. One whose order is elsewhere by now is dead, and goes when it comes up.
type entry struct {
	price, rank, id int64
	at              int32
	times           uint32 // that the place in the orders had been listed
}

// cell is a heap of orders, the best on top.
type cell struct {
	key  cellKey
	dear bool // the highest price is the best
	heap []entry
	dead int
	self int32 // among all of the side
	pos  int32 // in the side's order; -1 while it is empty
}

// side is the orders that sell, or those that buy.
type side struct {
	dear  bool
	all   []cell
	cells map[cellKey]int32
	order []int32 // those that are not empty, the one with the best order first
}

// better says whether one order is to be had before another. Of two it is always the same
// one, wherever in the heap they are: so what the book does follows from the orders alone.
func (c *cell) better(a, b entry) bool {
	if a.price != b.price {
		return a.price > b.price == c.dear
	}
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	return a.id < b.id
}

func (c *cell) push(e entry) {
	c.heap = append(c.heap, e)
	i := len(c.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !c.better(e, c.heap[up]) {
			break
		}
		c.heap[i] = c.heap[up]
		i = up
	}
	c.heap[i] = e
}

func (c *cell) pop() entry {
	top, last := c.heap[0], len(c.heap)-1
	e := c.heap[last]
	c.heap = c.heap[:last]
	if last > 0 {
		c.down(0, e)
	}
	return top
}

// down puts an entry where it belongs at or below a place.
func (c *cell) down(i int, e entry) {
	for {
		kid := 2*i + 1
		if kid >= len(c.heap) {
			break
		}
		if kid+1 < len(c.heap) && c.better(c.heap[kid+1], c.heap[kid]) {
			kid++
		}
		if !c.better(c.heap[kid], e) {
			break
		}
		c.heap[i] = c.heap[kid]
		i = kid
	}
	c.heap[i] = e
}

// keyOf is the cell that an order belongs to.
func (b *Book) keyOf(m *standing) cellKey {
	k := cellKey{place: m.place, station: m.Place.Station, least: bits.Len64(uint64(m.least()))}
	if m.Side == Buy {
		if k.reach = m.Reach; m.Reach != AtStation {
			k.station = 0
		}
		if m.Reach == InRegion {
			k.place = 0
		}
	} else {
		k.least = 1 // who sells does not mind
	}
	return k
}

func entryOf(m *standing, at int32) entry { return entry{m.Price, m.Rank, m.ID, at, m.times} }

// cellOf is the cell with a key, made when it is first asked for.
func (s *side) cellOf(key cellKey) int32 {
	i, ok := s.cells[key]
	if !ok {
		i = int32(len(s.all))
		s.all = append(s.all, cell{key: key, dear: s.dear, self: i, pos: -1})
		s.cells[key] = i
	}
	return i
}

// list puts an order into its cell.
func (b *Book) list(at int32) {
	m := &b.orders[at]
	s := &b.sides[m.Side]
	i := s.cellOf(b.keyOf(m))
	m.listed, m.cell = true, i
	m.times++
	c := &s.all[i]
	c.push(entryOf(m, at))
	if c.pos < 0 || c.heap[0].at == at {
		s.move(i)
	}
}

// unlist takes an order out of its cell.
func (b *Book) unlist(at int32) {
	m := &b.orders[at]
	if !m.listed {
		return
	}
	m.listed = false
	s := &b.sides[m.Side]
	c := &s.all[m.cell]
	if c.heap[0].at == at {
		c.pop()
	} else if c.dead++; 2*c.dead > len(c.heap) && c.dead > 32 {
		b.sweep(c)
	}
	b.settleCell(s, c)
}

// alive says whether an order is where the entry is, and not elsewhere by now.
func (b *Book) alive(e entry) bool {
	m := &b.orders[e.at]
	return m.listed && m.times == e.times
}

// settleCell takes dead entries off the top, and the cell to its place among the others.
func (b *Book) settleCell(s *side, c *cell) {
	for len(c.heap) > 0 && !b.alive(c.heap[0]) {
		c.pop()
		c.dead--
	}
	s.move(c.self)
}

// sweep takes all dead entries out of a cell.
func (b *Book) sweep(c *cell) {
	kept := c.heap[:0]
	for _, e := range c.heap {
		if b.alive(e) {
			kept = append(kept, e)
		}
	}
	c.heap, c.dead = kept, 0
	c.heapify()
}

// heapify makes a heap of entries in any order.
func (c *cell) heapify() {
	for i := len(c.heap)/2 - 1; i >= 0; i-- {
		c.down(i, c.heap[i])
	}
}

// before says whether a cell's best is to be had before another's.
func (s *side) before(a, b int32) bool {
	return s.all[a].better(s.all[a].heap[0], s.all[b].heap[0])
}

// move takes a cell to its place in the order, or out of it where it is empty.
func (s *side) move(i int32) {
	c := &s.all[i]
	if len(c.heap) == 0 {
		if c.pos >= 0 {
			s.shut(c)
		}
		return
	}
	if c.pos < 0 {
		c.pos = int32(len(s.order))
		s.order = append(s.order, i)
	}
	p := c.pos
	for p > 0 && s.before(i, s.order[p-1]) {
		s.put(p, s.order[p-1])
		p--
	}
	for int(p)+1 < len(s.order) && s.before(s.order[p+1], i) {
		s.put(p, s.order[p+1])
		p++
	}
	s.put(p, i)
}

func (s *side) put(p, i int32) {
	s.order[p] = i
	s.all[i].pos = p
}

// shut takes a cell out of the order.
func (s *side) shut(c *cell) {
	for p := c.pos; int(p)+1 < len(s.order); p++ {
		s.put(p, s.order[p+1])
	}
	s.order = s.order[:len(s.order)-1]
	c.pos = -1
}

// skip sets the best order of a cell aside until the end of a Match: the one that comes
// does not get it.
func (b *Book) skip(s *side, c *cell) {
	e := c.pop()
	b.orders[e.at].listed = false
	b.skipped = append(b.skipped, e)
	b.settleCell(s, c)
}

// unskip puts back what was set aside.
func (b *Book) unskip() {
	for _, e := range b.skipped {
		b.list(e.at)
	}
	b.skipped = b.skipped[:0]
}
