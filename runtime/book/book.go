// Package book is an order book: who would buy and sell one type of things in one region,
// at which price, from how far away. It matches by price, then by time, at the price of
// the order that stood first, and is arithmetic alone: no clock, no store, no Lua.
//
// Begin with Match. Orders that can be met from the same places, with the same minimum,
// share a cell (cell.go); a side is its cells in the order of their best. So an order that
// comes looks at few others, however many stand too far away to be met.
package book

import (
	"fmt"
	"math/bits"

	"hotshard/runtime/world"
)

// Side is what an order wants.
type Side uint8

// The sides.
const (
	Sell Side = iota
	Buy
)

// other is the side that a side trades with.
func (s Side) other() Side { return 1 - s }

// Reach is from how far a buyer takes goods: within so many jumps, or one of these.
type Reach int16

// The reaches that are no count of jumps. Within 0 jumps is within the system.
const (
	AtStation Reach = -1
	InSystem  Reach = 0
	InRegion  Reach = 1 << 14
)

// Place is where an order was given.
type Place struct {
	System  world.SystemID
	Station world.EntityID
}

// Order is a wish that stands, or that comes. Price is in hundredths.
type Order struct {
	ID    int64
	Rank  int64 // of two of one price the lower stood first; of two of one rank the lower ID
	Side  Side
	Owner world.CharacterID
	Place Place
	Reach Reach // of a buyer
	Price int64
	Left  int64 // that may still be traded
	Min   int64 // least to be bought at once, until less than that is left
	// Expires is whoever's business keeps the clock; the book only remembers it.
	Expires int64
}

// least is how much has to be traded at once.
func (o *Order) least() int64 { return max(1, min(o.Min, o.Left)) }

// sound says what is wrong with an order, however much is left of it.
func (o *Order) sound() error {
	switch {
	case o.ID < 1:
		return fmt.Errorf("order %d: orders count from 1", o.ID)
	case o.Price < 1:
		return fmt.Errorf("order %d: its price must be above 0", o.ID)
	case o.Reach < AtStation || o.Reach > InRegion:
		return fmt.Errorf("order %d reaches %d jumps", o.ID, o.Reach)
	}
	return nil
}

// Fill is a part of a standing order that an order which comes may have, at its price. It
// is kept for that order until Settle or Return says what came of it.
type Fill struct {
	Order    int64 // that stood
	Owner    world.CharacterID
	Place    Place
	Price    int64
	Quantity int64
}

// Book is the orders of one type of things in one region.
type Book struct {
	region   *Region
	orders   []standing
	free     []int32         // of orders
	byID     map[int64]int32 // place in orders
	sides    [2]side
	skipped  []entry // within Match
	revision uint64
}

// standing is an order in the book.
type standing struct {
	Order
	held   int64 // kept for others
	away   bool  // taken out of the matching, see Hold
	listed bool  // a cell has it
	cell   int32
	place  int32 // in the region
	times  uint32
}

// New returns an empty book of a region.
func New(region *Region) *Book {
	b := &Book{region: region, byID: map[int64]int32{}}
	b.sides[Sell].cells, b.sides[Buy].cells = map[cellKey]int32{}, map[cellKey]int32{}
	b.sides[Buy].dear = true
	return b
}

// Len is how many orders stand, those included of which all is kept for others.
func (b *Book) Len() int { return len(b.byID) }

// Revision is another number whenever the book is another.
func (b *Book) Revision() uint64 { return b.revision }

// Get returns an order as it stands.
func (b *Book) Get(id int64) (Order, bool) {
	at, ok := b.byID[id]
	if !ok {
		return Order{}, false
	}
	return b.orders[at].Order, true
}

// Add lets an order stand. It is not matched: that is Match's business, before, and again
// after whatever else may have come meanwhile.
func (b *Book) Add(o Order) error {
	place, known := b.region.index[o.Place.System]
	switch err := o.sound(); {
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("the system %d is not in this region", o.Place.System)
	case o.Left < 1:
		return fmt.Errorf("order %d: its quantity must be above 0", o.ID)
	}
	if _, ok := b.byID[o.ID]; ok {
		return fmt.Errorf("order %d is in the book already", o.ID)
	}
	at := int32(len(b.orders))
	if n := len(b.free); n > 0 {
		at, b.free = b.free[n-1], b.free[:n-1]
	} else {
		b.orders = append(b.orders, standing{})
	}
	b.orders[at] = standing{Order: o, place: place, times: b.orders[at].times}
	b.byID[o.ID] = at
	b.list(at)
	b.revision++
	return nil
}

// Match takes from the other side what an order that comes may have, best first, and
// appends it to fills, at most most of them. It is kept for the order from then on.
func (b *Book) Match(o *Order, fills []Fill, most int) []Fill {
	place, known := b.region.index[o.Place.System]
	if !known {
		return fills
	}
	s := &b.sides[o.Side.other()]
	left, began := o.Left, len(fills)
	for left > 0 && len(fills)-began < most {
		c := b.best(s, o, place, left)
		if c == nil {
			break
		}
		top := c.heap[0]
		m := &b.orders[top.at]
		n := min(left, m.Left)
		if m.least() > n || n < o.leastOf(left) {
			b.skip(s, c)
			continue
		}
		fills = append(fills, Fill{m.ID, m.Owner, m.Place, m.Price, n})
		b.keep(s, c, m, n)
		left -= n
		if o.Min > 1 {
			b.unskip() // less than the minimum may be left now
		}
	}
	b.unskip()
	if len(fills) > began {
		b.revision++
	}
	return fills
}

// leastOf is how much an order that comes takes at once while so much is left of it.
func (o *Order) leastOf(left int64) int64 { return max(1, min(o.Min, left)) }

// best is the cell with the best order that the one which comes could meet.
func (b *Book) best(s *side, o *Order, place int32, left int64) *cell {
	for _, at := range s.order {
		c := &s.all[at]
		price := c.heap[0].price
		if o.Side == Buy && price > o.Price || o.Side == Sell && price < o.Price {
			return nil
		}
		if c.key.least > bits.Len64(uint64(left)) {
			continue // all in it want more at once
		}
		if b.meets(o, place, c) {
			return c
		}
	}
	return nil
}

// meets says whether an order that comes is near enough to those of a cell.
func (b *Book) meets(o *Order, place int32, c *cell) bool {
	if o.Side == Buy {
		return b.covers(o.Reach, place, o.Place.Station, c.key.place, c.key.station)
	}
	return b.covers(c.key.reach, c.key.place, c.key.station, place, o.Place.Station)
}

// covers says whether a buyer takes goods from a place.
func (b *Book) covers(reach Reach, at int32, station world.EntityID, goods int32, goodsAt world.EntityID) bool {
	switch {
	case reach == InRegion:
		return true
	case reach == AtStation:
		return at == goods && station == goodsAt
	}
	return b.region.jumps(at, goods) <= int(reach)
}

// keep takes from an order that is its cell's best.
func (b *Book) keep(s *side, c *cell, m *standing, n int64) {
	m.held += n
	m.Left -= n
	switch {
	case m.Left == 0:
		m.listed = false
	case c.key.least <= bits.Len64(uint64(m.least())):
		return // as before
	}
	at := c.heap[0].at
	c.pop()
	b.settleCell(s, c)
	if m.Left > 0 { // less than its minimum is left: another cell
		b.list(at)
	}
}

// Settle says that what was kept has been traded.
func (b *Book) Settle(fills []Fill) {
	for _, f := range fills {
		at, ok := b.byID[f.Order]
		if !ok {
			continue
		}
		m := &b.orders[at]
		m.held -= min(f.Quantity, m.held) // of one that was removed and stands anew nothing is kept
		if m.Left == 0 && m.held == 0 && !m.away {
			b.drop(at)
		}
	}
	b.revision++
}

// Return gives back what was kept: the orders stand where they stood.
func (b *Book) Return(fills []Fill) {
	for _, f := range fills {
		at, ok := b.byID[f.Order]
		if !ok {
			continue
		}
		m := &b.orders[at]
		n := min(f.Quantity, m.held)
		m.held -= n
		m.Left += n
		if m.away || m.Left == 0 {
			continue
		}
		if m.listed && b.sides[m.Side].all[m.cell].key == b.keyOf(m) {
			continue
		}
		b.unlist(at)
		b.list(at)
	}
	b.revision++
}

// Hold takes an order out of the matching, for whoever wants to change or end it. What is
// kept of it for others stays so. It is false for an order that does not stand, or is held
// already.
func (b *Book) Hold(id int64) (o Order, kept int64, ok bool) {
	at, ok := b.byID[id]
	if !ok || b.orders[at].away {
		return Order{}, 0, false
	}
	b.unlist(at)
	m := &b.orders[at]
	m.away = true
	b.revision++
	return m.Order, m.held, true
}

// Release puts an order that was held back where it stood.
func (b *Book) Release(id int64) {
	at, ok := b.byID[id]
	if !ok || !b.orders[at].away {
		return
	}
	m := &b.orders[at]
	m.away = false
	if m.Left > 0 {
		b.list(at)
	} else if m.held == 0 {
		b.drop(at)
	}
	b.revision++
}

// Remove takes an order away for good. What was kept of it is nobody's any more.
func (b *Book) Remove(id int64) bool {
	at, ok := b.byID[id]
	if !ok {
		return false
	}
	b.unlist(at)
	b.drop(at)
	b.revision++
	return true
}

func (b *Book) drop(at int32) {
	delete(b.byID, b.orders[at].ID)
	b.orders[at] = standing{times: b.orders[at].times}
	b.free = append(b.free, at)
}
