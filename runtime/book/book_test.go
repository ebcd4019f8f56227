package book

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hotshard/runtime/world"
)

// line is a region of so many systems, one jump after the other.
func line(n int) *Region {
	ids := make([]world.SystemID, n)
	for i := range ids {
		ids[i] = world.SystemID(i + 1)
	}
	return NewRegion(ids, func(buf []world.SystemID, id world.SystemID) []world.SystemID {
		for _, to := range []world.SystemID{id - 1, id + 1} {
			if to >= 1 && int(to) <= n {
				buf = append(buf, to)
			}
		}
		return buf
	})
}

// plain is a book as one would write it down: a list, and for every trade a look at all
// of it.
type plain struct {
	region *Region
	orders []Order
}

func (p *plain) match(o Order, most int) (fills []Fill) {
	left := o.Left
	for left > 0 && len(fills) < most {
		best := -1
		for i := range p.orders {
			if p.meets(&o, &p.orders[i], left) && (best < 0 || p.before(&p.orders[i], &p.orders[best])) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		m := &p.orders[best]
		n := min(left, m.Left)
		fills = append(fills, Fill{m.ID, m.Owner, m.Place, m.Price, n})
		m.Left -= n
		left -= n
	}
	return fills
}

func (p *plain) meets(o, m *Order, left int64) bool {
	n := min(left, m.Left)
	switch {
	case m.Side == o.Side || m.Left == 0:
		return false
	case n < min(m.Min, m.Left) || n < min(o.Min, left):
		return false
	case o.Side == Buy:
		return m.Price <= o.Price && p.region.Covers(o.Reach, o.Place, m.Place)
	}
	return m.Price >= o.Price && p.region.Covers(m.Reach, m.Place, o.Place)
}

// before says which of two orders of one side is to be had first.
func (p *plain) before(a, b *Order) bool {
	if a.Price != b.Price {
		return (a.Price < b.Price) == (a.Side == Sell)
	}
	return a.Rank < b.Rank
}

func (p *plain) find(id int64) *Order {
	for i := range p.orders {
		if p.orders[i].ID == id {
			return &p.orders[i]
		}
	}
	return nil
}

func (p *plain) page(side Side, most int, away map[int64]bool) []Order {
	var out []Order
	for _, o := range p.orders {
		if o.Side == side && o.Left > 0 && !away[o.ID] {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Order) int {
		if p.before(&a, &b) {
			return -1
		}
		return 1
	})
	return out[:min(most, len(out))]
}

func drawOrder(r *rapid.T, id int64) Order {
	o := Order{
		ID: id, Rank: id, Owner: world.CharacterID(rapid.IntRange(1, 3).Draw(r, "owner")),
		Side:  rapid.SampledFrom([]Side{Sell, Buy}).Draw(r, "side"),
		Price: rapid.Int64Range(1, 6).Draw(r, "price"), Left: rapid.Int64Range(1, 40).Draw(r, "quantity"),
		Place: Place{world.SystemID(rapid.IntRange(1, 5).Draw(r, "system")), world.EntityID(rapid.IntRange(1, 2).Draw(r, "station"))},
	}
	if o.Side == Buy {
		o.Reach = rapid.SampledFrom([]Reach{AtStation, InSystem, 1, 2, 4, InRegion}).Draw(r, "reach")
		o.Min = rapid.SampledFrom([]int64{0, 1, 1, 1, 5, 20}).Draw(r, "min")
	}
	return o
}

// Whatever comes, the book does what the plain one does: the same trades, in the same
// order, and the same orders stand.
func TestBookMatchesThePlainOne(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) { play(r, rapid.IntRange(1, 60).Draw(r, "orders")) })
}

func play(r *rapid.T, n int) {
	region := line(5)
	b, p := New(region), &plain{region: region}
	for id := int64(1); id <= int64(n); id++ {
		switch rapid.IntRange(0, 9).Draw(r, "what") {
		case 0:
			gone := rapid.Int64Range(1, id).Draw(r, "removed")
			had := p.find(gone) != nil
			p.orders = slices.DeleteFunc(p.orders, func(o Order) bool { return o.ID == gone })
			if b.Remove(gone) != had {
				r.Fatalf("order %d was there: %t", gone, had)
			}
		case 1:
			reprice(r, b, p, rapid.Int64Range(1, id).Draw(r, "changed"), 1000+id)
		default:
			trade(r, b, p, drawOrder(r, id))
		}
		compare(r, b, p)
	}
}

// reprice changes the price of an order, which stands last among those of its new price.
func reprice(r *rapid.T, b *Book, p *plain, id, rank int64) {
	m := p.find(id)
	o, kept, ok := b.Hold(id)
	if ok != (m != nil) || ok && (o != *m || kept != 0) {
		r.Fatalf("held %+v, and %+v stands", o, m)
	}
	if !ok {
		return
	}
	if _, _, again := b.Hold(id); again {
		r.Fatal("an order was held twice")
	}
	for _, listed := range b.Page(m.Side, 100) {
		if listed.ID == id {
			r.Fatal("an order that is held is listed")
		}
	}
	if b.Release(id); rapid.Bool().Draw(r, "released") {
		return
	}
	b.Remove(id)
	m.Price, m.Rank = rapid.Int64Range(1, 6).Draw(r, "new price"), rank
	if err := b.Add(*m); err != nil {
		r.Fatal(err)
	}
}

// trade matches an order that comes, gives back what is kept for it once in a while, and
// lets the rest stand.
func trade(r *rapid.T, b *Book, p *plain, o Order) {
	most := rapid.SampledFrom([]int{1, 3, 1000}).Draw(r, "most")
	if rapid.IntRange(0, 3).Draw(r, "refused") == 0 {
		b.Return(b.Match(&o, nil, most))
		compare(r, b, p)
	}
	want := p.match(o, most)
	got := b.Match(&o, nil, most)
	if !slices.Equal(got, want) {
		r.Fatalf("%+v trades\n%+v and not\n%+v", o, got, want)
	}
	b.Settle(got)
	p.orders = slices.DeleteFunc(p.orders, func(o Order) bool { return o.Left == 0 })
	for _, f := range got {
		o.Left -= f.Quantity
	}
	if o.Left == 0 {
		return
	}
	p.orders = append(p.orders, o)
	if err := b.Add(o); err != nil {
		r.Fatal(err)
	}
}

func compare(r *rapid.T, b *Book, p *plain) {
	if b.Len() != len(p.orders) {
		r.Fatalf("%d orders stand, and not %d", b.Len(), len(p.orders))
	}
	for _, side := range []Side{Sell, Buy} {
		for _, most := range []int{3, 1000} {
			if got, want := b.Page(side, most), p.page(side, most, nil); !slices.Equal(got, want) {
				r.Fatalf("there stand\n%+v and not\n%+v", got, want)
			}
		}
	}
}

// Any bytes are a sequence of orders.
func FuzzBook(f *testing.F) {
	seed := make([]byte, 64<<10) // as much as a whole play draws: with less it is no test
	_, _ = rand.NewChaCha8([32]byte{1}).Read(seed)
	f.Add(seed)
	f.Fuzz(rapid.MakeFuzz(func(r *rapid.T) { play(r, 40) }))
}

func TestAddRefuses(t *testing.T) {
	b := New(line(2))
	good := Order{ID: 1, Price: 5, Left: 1, Place: Place{1, 1}}
	if err := b.Add(good); err != nil {
		t.Fatal(err)
	}
	for what, o := range map[string]Order{
		"twice": good, "elsewhere": {ID: 2, Price: 5, Left: 1, Place: Place{9, 1}}, "nothing": {ID: 2, Price: 5, Place: Place{1, 1}}, "for nothing": {ID: 2, Left: 5, Place: Place{1, 1}},
	} {
		if b.Add(o) == nil {
			t.Errorf("%s: it stands", what)
		}
	}
}

func TestRegion(t *testing.T) {
	// 1 - 2 - 9 - 3, and 4 alone; 9 is in another region.
	next := map[world.SystemID][]world.SystemID{1: {2}, 2: {1, 9}, 9: {2, 3}, 3: {9}}
	r := NewRegion([]world.SystemID{1, 2, 3, 4}, func(buf []world.SystemID, id world.SystemID) []world.SystemID { return append(buf, next[id]...) })
	for _, c := range []struct {
		a, b world.SystemID
		want string
	}{{1, 1, "0 true"}, {1, 2, "1 true"}, {1, 3, "3 true"}, {3, 1, "3 true"}, {1, 4, "0 false"}, {1, 9, "0 false"}} {
		n, ok := r.Jumps(c.a, c.b)
		if got := fmt.Sprint(n, " ", ok); got != c.want {
			t.Errorf("from %d to %d: %s", c.a, c.b, got)
		}
	}
}

// crowd fills a book of 100 systems with n orders that do not meet, of all reaches.
func crowd(n int) (*Book, func(id int64) Order) {
	rng := rand.New(rand.NewPCG(1, 2))
	reaches := []Reach{AtStation, InSystem, 1, 2, 3, 4, 5, 10, 20, InRegion}
	draw := func(id int64) Order {
		o := Order{ID: id, Rank: id, Side: Side(id % 2), Left: 1 + rng.Int64N(1000), Min: 1, Reach: reaches[rng.IntN(len(reaches))],
			Place: Place{world.SystemID(1 + rng.IntN(100)), world.EntityID(1 + rng.IntN(3))}, Price: 100_000 + rng.Int64N(10_000)}
		if o.Side == Buy {
			o.Price -= 9_900 // a few of both meet
		}
		return o
	}
	b := New(line(100))
	for id := int64(1); id <= int64(n); id++ {
		o := draw(id)
		if fills := b.Match(&o, nil, 1000); len(fills) > 0 {
			b.Settle(fills)
			for _, f := range fills {
				o.Left -= f.Quantity
			}
		}
		if o.Left > 0 {
			if err := b.Add(o); err != nil {
				panic(err)
			}
		}
	}
	return b, draw
}

// BenchmarkOrder is an order that comes to a book of one type where 300,000 stand, in 100
// systems and of all reaches: it is matched, what is left of it stands, and one that stood
// is taken away.
func BenchmarkOrder(b *testing.B) {
	book, draw := crowd(300_000)
	orders := make([]Order, 1<<16)
	for i := range orders {
		orders[i] = draw(int64(1_000_000 + i))
	}
	fills := make([]Fill, 0, 1000)
	gone := slices.Sorted(maps.Keys(book.byID))
	b.ReportAllocs()
	next, traded := int64(2_000_000), 0
	for i := 0; b.Loop(); i++ {
		o := orders[i%len(orders)]
		o.ID, o.Rank = next, next
		next++
		fills = book.Match(&o, fills[:0], 1000)
		book.Settle(fills)
		traded += len(fills)
		for _, f := range fills {
			o.Left -= f.Quantity
		}
		if o.Left > 0 {
			_ = book.Add(o)
			k := i % len(gone)
			book.Remove(gone[k])
			gone[k] = o.ID
		}
	}
	b.ReportMetric(float64(traded)/float64(b.N), "trades/order")
}
