package book

import (
	"fmt"

	"hotshard/runtime/world"
)

// Sum is what orders come to, in whatever order they are added: two heaps of orders have, all
// but surely, the same where they are the same orders. The zero Sum is of none.
type Sum struct {
	count int
	mixed uint64
}

// Of is what the orders of one region and type share in a Sum.
func Of(region, itemType string) world.Digest { return world.Digest(0).Text(region).Text(itemType) }

// Add adds an order, of which so much may still be traded, kept for others or not.
func (s *Sum) Add(of world.Digest, o *Order, left int64) {
	d := of.Mix(uint64(o.ID), uint64(o.Rank)).Mix(uint64(o.Owner), uint64(o.Side)).Mix(uint64(o.Place.System), uint64(o.Place.Station))
	d = d.Mix(uint64(o.Reach), uint64(o.Price)).Mix(uint64(left), uint64(max(1, o.Min))).Mix(uint64(o.Expires), 0)
	s.count++
	s.mixed += uint64(d)
}

// AddAll adds the orders of a book.
func (s *Sum) AddAll(of world.Digest, b *Book) {
	for o, kept := range b.All() {
		s.Add(of, &o, o.Left+kept)
	}
}

// String is how many they are, and what they come to.
func (s Sum) String() string { return fmt.Sprintf("%d orders, %016x", s.count, s.mixed) }
