package book

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hotshard/runtime/world"
)

// moved is a book that was bytes.
func moved(t rapid.TB, b *Book) *Book {
	data := b.AppendImage(nil)
	to, err := Thaw(b.region, data)
	if err != nil {
		t.Fatal(err)
	}
	if again := to.AppendImage(nil); !bytes.Equal(again, data) {
		t.Fatalf("read and written again it is\n%x\nand was\n%x", again, data)
	}
	return to
}

// pair is two books that live the same life. The first is sent through bytes.
type pair struct {
	r     *rapid.T
	books [2]*Book
	kept  []Fill // of orders that have not settled
	next  int64
}

// act does one thing to both.
func (p *pair) act() {
	r, id := p.r, rapid.Int64Range(1, p.next+1).Draw(p.r, "order")
	what := rapid.IntRange(0, 9).Draw(r, "what")
	take := func(list []Fill) ([]Fill, []Fill) {
		n := rapid.IntRange(0, len(list)).Draw(r, "fills")
		return list[:n], slices.Clone(list[n:])
	}
	some, rest := take(p.kept)
	o := drawOrder(r, p.next+1)
	o.Rank = rapid.Int64Range(1, 4).Draw(r, "rank") // many of one rank
	o.Expires = rapid.Int64Range(0, 1<<40).Draw(r, "expires")
	most := rapid.SampledFrom([]int{1, 3, 100}).Draw(r, "most")
	var said [2]string
	var fills []Fill
	for i, b := range p.books {
		switch what {
		case 0, 1, 2, 3:
			said[i] = fmt.Sprint(b.Add(o))
		case 4, 5:
			fills = b.Match(&o, nil, most)
			said[i] = fmt.Sprint(fills)
		case 6:
			b.Settle(some)
		case 7:
			b.Return(some)
		case 8:
			was, kept, ok := b.Hold(id)
			if said[i] = fmt.Sprint(was, kept, ok); !ok {
				b.Release(id)
			}
		case 9:
			said[i] = fmt.Sprint(b.Remove(id))
		}
	}
	if said[0] != said[1] {
		r.Fatalf("what was moved says\n%s\nand the other\n%s", said[0], said[1])
	}
	switch what {
	case 0, 1, 2, 3:
		p.next++
	case 4, 5:
		p.kept = append(p.kept, fills...)
	case 6, 7:
		p.kept = rest
	}
}

// A book that was bytes at random moments, with orders held and goods kept for others, goes on
// as the one that was not: the same trades, the same pages, and in the end the same bytes.
func TestABookThatWasBytesGoesOnAsItsTwin(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		region := line(5)
		p := &pair{r: r, books: [2]*Book{New(region), New(region)}}
		for range rapid.IntRange(1, 80).Draw(r, "steps") {
			p.act()
			if rapid.IntRange(0, 3).Draw(r, "moved") == 0 {
				p.books[0] = moved(r, p.books[0])
			}
			for _, side := range []Side{Sell, Buy} {
				if a, b := p.books[0].Page(side, 1000), p.books[1].Page(side, 1000); !slices.Equal(a, b) {
					r.Fatalf("there stand\n%+v and in the other\n%+v", a, b)
				}
			}
		}
		a, b := p.books[0].AppendImage(nil), p.books[1].AppendImage(nil)
		if !bytes.Equal(a, b) || p.books[0].Revision() != p.books[1].Revision() {
			r.Fatalf("in the end they are\n%x and\n%x", a, b)
		}
		var sums [2]Sum
		for i, b := range p.books {
			sums[i].AddAll(Of("R", "Ore"), b)
		}
		if sums[0] != sums[1] {
			r.Fatalf("%s, and %s", sums[0], sums[1])
		}
	})
}

// What orders come to does not depend on how they came, and on everything else.
func TestSum(t *testing.T) {
	base := Order{ID: 7, Rank: 8, Owner: 9, Side: Buy, Place: Place{1, 2}, Reach: 3, Price: 4, Left: 5, Min: 6, Expires: 7}
	seen := map[Sum]string{}
	for name, change := range map[string]func(*Order){
		"": func(*Order) {}, "id": func(o *Order) { o.ID++ }, "rank": func(o *Order) { o.Rank++ }, "owner": func(o *Order) { o.Owner++ },
		"side": func(o *Order) { o.Side = Sell }, "system": func(o *Order) { o.Place.System++ }, "station": func(o *Order) { o.Place.Station++ },
		"reach": func(o *Order) { o.Reach++ }, "price": func(o *Order) { o.Price++ }, "left": func(o *Order) { o.Left++ }, "min": func(o *Order) { o.Min++ },
		"expires": func(o *Order) { o.Expires++ },
	} {
		o, sum := base, Sum{}
		change(&o)
		sum.Add(Of("R", "Ore"), &o, o.Left)
		if other, twice := seen[sum]; twice {
			t.Errorf("another %s makes no difference to another %s", name, other)
		}
		seen[sum] = name
	}
	other := base
	other.ID++
	var a, b, c Sum
	for _, x := range []struct {
		sum *Sum
		of  string
		o   *Order
	}{{&a, "Ore", &base}, {&a, "Ore", &other}, {&b, "Ore", &other}, {&b, "Ore", &base}, {&c, "Ice", &base}, {&c, "Ore", &other}} {
		x.sum.Add(Of("R", x.of), x.o, x.o.Left)
	}
	if a != b || a == c {
		t.Errorf("%s, %s, %s", a, b, c)
	}
}

// What is kept of an order and then settled twice is settled once.
func TestNothingIsSettledTwice(t *testing.T) {
	b := New(line(2))
	if err := b.Add(Order{ID: 1, Price: 5, Left: 10, Place: Place{1, 1}}); err != nil {
		t.Fatal(err)
	}
	fills := b.Match(&Order{ID: 2, Side: Buy, Price: 5, Left: 4, Place: Place{1, 1}, Reach: InRegion}, nil, 9)
	b.Settle(fills)
	b.Settle(fills)
	b.Return(fills)
	if o, ok := b.Get(1); !ok || o.Left != 6 {
		t.Errorf("there stands %+v, %v", o, ok)
	}
	moved(t, b)
}

// Whatever the bytes are, they are a book that can be used, or an error.
func FuzzThaw(f *testing.F) {
	b, _ := crowd(50)
	b.Hold(3)
	b.Match(&Order{ID: 99, Side: Buy, Price: 1 << 40, Left: 700, Place: Place{1, 1}, Reach: InRegion}, nil, 9)
	b.Remove(8)
	f.Add(b.AppendImage(nil))
	f.Add(New(line(1)).AppendImage(nil))
	region := line(100)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Thaw(region, data)
		if err != nil {
			return
		}
		b = moved(t, b)
		for id := range b.byID {
			if o, _, ok := b.Hold(id); ok && o.ID%2 == 0 {
				b.Remove(id)
			} else {
				b.Release(id)
			}
		}
		for _, side := range []Side{Sell, Buy} {
			b.Settle(b.Match(&Order{ID: 1, Side: side, Price: 1 + 1<<40*int64(side), Left: 100, Place: Place{1, 1}, Reach: InRegion}, nil, 100))
			b.Page(side, 100)
		}
		moved(t, b)
	})
}

func TestThawRefuses(t *testing.T) {
	region := line(2)
	b := New(region)
	for id := int64(1); id <= 3; id++ {
		if err := b.Add(Order{ID: id, Price: 5, Left: 1, Place: Place{2, 1}}); err != nil {
			t.Fatal(err)
		}
	}
	b.Remove(2)
	good := b.AppendImage(nil)
	for n := range len(good) {
		if _, err := Thaw(region, good[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are a book", n, len(good))
		}
	}
	alter := func(at int, to byte) []byte { c := bytes.Clone(good); c[at] = to; return c }
	for _, c := range []struct {
		data []byte
		in   *Region
		says string
	}{
		{good, line(1), "order 1 stands in the system 2, which is not in this region"},
		{append(bytes.Clone(good), 0), region, "1 bytes behind its end"},
		{alter(len(good)-1, 0), region, "place 0 is free, and is not"},
		{alter(len(good)-1, 9), region, "place 9 is free, and is not"},
		{alter(2, 99), region, "of a kind that is not known"},
		{alter(3, 0), region, "orders count from 1"},
		{alter(9, 0), region, "its price must be above 0"},
		{alter(10, 0), region, "order 1 is one that cannot stand"},
		{alter(15, 0), region, "order 1 stands twice"},
	} {
		if _, err := Thaw(c.in, c.data); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: the error is %v", c.says, err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Thaw(region, append([]byte{0, 255, 255, 255, 255, 255, 127}, make([]byte, 1000)...))
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 1<<20 {
		t.Errorf("bytes that promise much cost %d bytes: %v", took, err)
	}
}

// BenchmarkImage is of a book of one type where 300,000 orders stand.
func BenchmarkImage(b *testing.B) {
	from, _ := crowd(300_000)
	data := from.AppendImage(nil)
	b.Run("write", func(b *testing.B) {
		buf := make([]byte, 0, len(data))
		for b.Loop() {
			buf = from.AppendImage(buf[:0])
		}
		b.ReportMetric(float64(len(data)), "bytes")
		b.ReportMetric(float64(from.Len()), "orders")
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := Thaw(from.region, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sum", func(b *testing.B) {
		for b.Loop() {
			var sum Sum
			sum.AddAll(world.Digest(1), from)
		}
	})
}
