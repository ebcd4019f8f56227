package economy

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Price indices are chained from day to day by Fisher's ideal formula, the geometric mean of
// Laspeyres' and Paasche's: with prices p and quantities q of the items i that are traded on
// day 1, and were on a day before (the last such is 0),
//
//	F = sqrt( sum(p1 q0) / sum(p0 q0) * sum(p1 q1) / sum(p0 q1) )    index = 100 * F(1) * F(2) * ...
//
// So a basket is weighed by what was bought of it on the two days that are compared, and
// needs no list that grows old. An item is a type in a region: that trade moves to a dearer
// region makes nothing dearer. A price is a day's turnover by its units; who is not traded on
// a day waits for the next on which they are, and no change of price is lost meanwhile.
//
// Source: Consumer Price Index Manual: Theory and Practice (ILO, IMF, OECD, UN, World Bank,
// Eurostat; Geneva 2004), chapter 15: Fisher's formula, and chained indices.

// Everything is the basket of all that is traded.
const Everything = "all"

// priced is an item's price and quantity in a day.
type priced struct{ price, units float64 }

// basket is an index in the making.
type basket struct {
	last  map[item]priced
	index float64
	days  []IndexDay
}

// listIndices makes the index of everything and of each category.
func (r *reader) listIndices() {
	byDay := map[int64]map[item]priced{}
	for k, c := range r.market.candles {
		if byDay[k.day] == nil {
			byDay[k.day] = map[item]priced{}
		}
		byDay[k.day][k.item] = priced{c.Worth.Float() / float64(c.Units), float64(c.Units)}
	}
	baskets := map[string]*basket{}
	for _, day := range slices.Sorted(maps.Keys(byDay)) {
		for name, items := range r.split(byDay[day]) {
			b := baskets[name]
			if b == nil {
				b = &basket{last: map[item]priced{}, index: 100}
				baskets[name] = b
			}
			b.link(dateOf(day), items)
		}
	}
	r.report.Indices = []Index{}
	for _, name := range slices.Sorted(maps.Keys(baskets)) {
		r.report.Indices = append(r.report.Indices, Index{name, baskets[name].days})
	}
}

// split puts a day's items into their baskets.
func (r *reader) split(day map[item]priced) map[string]map[item]priced {
	out := map[string]map[item]priced{Everything: day}
	for i, p := range day {
		name := r.known.Category(i.thing)
		if name == "" || name == Everything {
			continue
		}
		if out[name] == nil {
			out[name] = map[item]priced{}
		}
		out[name][i] = p
	}
	return out
}

// link adds a day. Sums go in the order of the items' names, so that they are the same each time.
func (b *basket) link(date string, day map[item]priced) {
	var newOld, oldOld, newNew, oldNew float64 // price and quantity
	linked := 0
	for _, i := range slices.SortedFunc(maps.Keys(day), func(x, y item) int {
		return cmp.Or(cmp.Compare(x.region, y.region), cmp.Compare(x.thing, y.thing))
	}) {
		now := day[i]
		if was, known := b.last[i]; known {
			linked++
			newOld += float64(now.price * was.units)
			oldOld += float64(was.price * was.units)
			newNew += float64(now.price * now.units)
			oldNew += float64(was.price * now.units)
		}
		b.last[i] = now
	}
	if linked > 0 {
		b.index *= math.Sqrt(newOld / oldOld * (newNew / oldNew))
	}
	b.days = append(b.days, IndexDay{date, b.index, linked})
}
