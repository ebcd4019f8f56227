package book

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"hotshard/runtime/world"
)

// A book as bytes: its orders place by place, and which places are free, in the order in
// which they are used again. Cells are not written, since what they hold follows from the
// orders. So a book that was read goes on as the one that was written, to the same bytes.

// What the first byte of a place says.
const (
	placeTaken = 1 << iota // by an order; nothing else is said of a free one
	placeBuys
	placeKept // something is kept for others
	placeAway
	placeBits = placeTaken | placeBuys | placeKept | placeAway
)

// least and most bytes of an order.
const (
	leastOrder = 9
	mostOrder  = 1 + 11*binary.MaxVarintLen64
)

// AppendImage appends the book as bytes.
func (b *Book) AppendImage(to []byte) []byte {
	to = binary.AppendUvarint(to, b.revision)
	to = binary.AppendUvarint(to, uint64(len(b.orders)))
	var last Order
	for i := range b.orders {
		m := &b.orders[i]
		if m.ID == 0 {
			to = append(to, 0)
			continue
		}
		to = m.append(slices.Grow(to, mostOrder), &last)
		last = m.Order
	}
	for _, at := range b.free {
		to = binary.AppendUvarint(to, uint64(at))
	}
	return to
}

// append appends an order; what grows from one to the next by how much.
func (m *standing) append(to []byte, last *Order) []byte {
	first := byte(placeTaken)
	if m.Side == Buy {
		first |= placeBuys
	}
	if m.held != 0 {
		first |= placeKept
	}
	if m.away {
		first |= placeAway
	}
	to = append(to, first)
	to = binary.AppendVarint(to, m.ID-last.ID)
	to = binary.AppendVarint(to, m.Rank-last.Rank)
	to = binary.AppendVarint(to, int64(m.Owner))
	to = binary.AppendUvarint(to, uint64(m.Place.System))
	to = binary.AppendUvarint(to, uint64(m.Place.Station))
	to = binary.AppendVarint(to, int64(m.Reach))
	to = binary.AppendVarint(to, m.Price)
	to = binary.AppendVarint(to, m.Left)
	to = binary.AppendVarint(to, m.Min)
	to = binary.AppendVarint(to, m.Expires-last.Expires)
	if m.held != 0 {
		to = binary.AppendVarint(to, m.held)
	}
	return to
}

// Thaw makes a book of a region of what AppendImage has written. The bytes come from
// outside: what is wrong with them is an error, and memory goes by how many they are.
func Thaw(region *Region, data []byte) (*Book, error) {
	r := reader{data: data}
	b := New(region)
	b.revision = r.uint()
	n := r.uint()
	if n > uint64(len(r.data)) {
		return nil, fmt.Errorf("a book of %d orders in %d bytes", n, len(r.data))
	}
	b.orders = make([]standing, n)
	b.byID = make(map[int64]int32, min(int(n), len(r.data)/leastOrder))
	free := b.read(&r)
	for range free {
		at := r.uint()
		if r.err == nil && (at >= n || b.orders[at].ID != 0 || b.orders[at].listed) {
			return nil, fmt.Errorf("a book in which place %d is free, and is not", at)
		}
		if r.err != nil {
			break
		}
		b.orders[at].listed = true // it has been named
		b.free = append(b.free, int32(at))
	}
	if r.err == nil && len(r.data) > 0 {
		r.err = fmt.Errorf("a book with %d bytes behind its end", len(r.data))
	}
	if r.err != nil {
		return nil, r.err
	}
	for _, at := range b.free {
		b.orders[at].listed = false
	}
	b.listAll()
	return b, nil
}

// read reads the places, and counts those that are free.
func (b *Book) read(r *reader) (free int) {
	var last Order
	for i := range b.orders {
		first := r.byte()
		if first&^placeBits != 0 || first&placeTaken == 0 && first != 0 {
			r.fail("a place of a kind that is not known")
		}
		if r.err != nil {
			return free
		}
		if first == 0 {
			free++
			continue
		}
		m := &b.orders[i]
		r.order(m, first, &last)
		if place, known := b.region.index[m.Place.System]; known {
			m.place = place
		} else {
			r.fail(fmt.Sprintf("order %d stands in the system %d, which is not in this region", m.ID, m.Place.System))
		}
		if _, twice := b.byID[m.ID]; twice {
			r.fail(fmt.Sprintf("order %d stands twice", m.ID))
		}
		b.byID[m.ID], last = int32(i), m.Order
	}
	return free
}

// order reads an order.
func (r *reader) order(m *standing, first byte, last *Order) {
	if first&placeBuys != 0 {
		m.Side = Buy
	}
	m.away = first&placeAway != 0
	m.ID, m.Rank = last.ID+r.int(), last.Rank+r.int()
	m.Owner = world.CharacterID(r.int())
	m.Place = Place{world.SystemID(r.uint()), world.EntityID(r.uint())}
	reach := r.int()
	m.Reach = Reach(reach)
	m.Price, m.Left, m.Min, m.Expires = r.int(), r.int(), r.int(), last.Expires+r.int()
	if first&placeKept != 0 {
		m.held = r.int()
	}
	kept := first&placeKept != 0
	switch {
	case m.sound() != nil:
		r.fail(m.sound().Error())
	case int64(m.Reach) != reach || m.Left < 0 || kept != (m.held > 0) || m.Left == 0 && !kept && !m.away:
		r.fail(fmt.Sprintf("order %d is one that cannot stand", m.ID))
	}
}

// listAll puts all orders into cells, and the cells into their order, at once.
func (b *Book) listAll() {
	for i := range b.orders {
		m := &b.orders[i]
		if m.ID == 0 || m.away || m.Left == 0 {
			continue
		}
		s := &b.sides[m.Side]
		m.listed, m.cell, m.times = true, s.cellOf(b.keyOf(m)), 1
		c := &s.all[m.cell]
		c.heap = append(c.heap, entryOf(m, int32(i)))
	}
	for i := range b.sides {
		s := &b.sides[i]
		for k := range s.all {
			s.all[k].heapify()
			s.order = append(s.order, int32(k))
		}
		slices.SortFunc(s.order, func(x, y int32) int {
			if s.before(x, y) {
				return -1
			}
			return 1
		})
		for p, k := range s.order {
			s.put(int32(p), k)
		}
	}
}

// All goes through the orders that stand, with how much of each is kept for others, in no
// order that means anything.
func (b *Book) All() iter.Seq2[Order, int64] {
	return func(yield func(Order, int64) bool) {
		for i := range b.orders {
			if m := &b.orders[i]; m.ID != 0 && !yield(m.Order, m.held) {
				return
			}
		}
	}
}

// reader reads numbers until something is wrong.
type reader struct {
	data []byte
	err  error
}

var errShort = errors.New("a book that is cut short")

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = errors.New("a book that cannot be: " + what)
		r.data = nil
	}
}

func (r *reader) byte() byte {
	if len(r.data) == 0 {
		r.short()
		return 0
	}
	c := r.data[0]
	r.data = r.data[1:]
	return c
}

func (r *reader) uint() uint64 {
	n, size := binary.Uvarint(r.data)
	if size <= 0 {
		r.short()
		return 0
	}
	r.data = r.data[size:]
	return n
}

func (r *reader) int() int64 {
	n, size := binary.Varint(r.data)
	if size <= 0 {
		r.short()
		return 0
	}
	r.data = r.data[size:]
	return n
}

func (r *reader) short() {
	if r.err == nil {
		r.err, r.data = errShort, nil
	}
}
