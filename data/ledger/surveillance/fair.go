package surveillance

import (
	"math"
	"slices"

	"hotshard/runtime/world"
)

// What a thing was worth: the median of what was paid for it in its region in the days
// around, where each two who traded count once, however often they did. So nobody moves it
// who is not half of a market. Where too few traded, all regions count; then all times; then
// the price in the type's file.
const (
	around   = 3    // days before and after
	enough   = 5    // pairs for a price to be known
	narrow   = 0.05 // the least spread of a market, as a logarithm
	toSigma  = 1.4826
	everyday = int64(-1) // the day that is all days
)

type (
	// pair are two who trade, the lower number first.
	pair struct{ a, b world.CharacterID }
	// item is what has a price: a type in a region, or in all for "".
	item struct{ thing, region string }
	// itemDay is an item's day.
	itemDay struct {
		item
		day int64
	}
	// price is what a market's prices were around.
	price struct {
		log    float64 // of the median; 0 is not known
		spread float64
		known  bool
	}
)

// fair knows what things were worth.
type fair struct {
	listed func(string) int64
	paid   map[itemDay]map[pair][]float64 // logarithms of prices
	found  map[itemDay]price
}

func pairOf(t *Trade) pair { return pair{min(t.Buyer, t.Seller), max(t.Buyer, t.Seller)} }

func newFair(trades []Trade, listed func(string) int64) *fair {
	f := &fair{listed: listed, paid: map[itemDay]map[pair][]float64{}, found: map[itemDay]price{}}
	for i := range trades {
		t := &trades[i]
		p, log := pairOf(t), math.Log(float64(t.Price))
		f.pay(itemDay{item{t.Type, t.Region}, t.At / daily}, p, log)
	}
	return f
}

func (f *fair) pay(at itemDay, p pair, log float64) {
	of := f.paid[at]
	if of == nil {
		of = map[pair][]float64{}
		f.paid[at] = of
	}
	of[p] = append(of[p], log)
}

// at is what a type was worth in a region at a time.
func (f *fair) at(thing, region string, when int64) price {
	return f.day(itemDay{item{thing, region}, when / daily})
}

// nearest is what a thing was worth about the time of a trade, and how far off that was: on the
// day, or a few days before or after, whichever is nearer. Where a price has just jumped,
// whoever pays the old one or the new one gives nothing away.
func (f *fair) nearest(t *Trade) (p price, log, spreads float64) {
	for i, days := range []int64{0, -around - 1, around + 1} {
		q := f.at(t.Type, t.Region, t.At+days*daily)
		l, s := q.off(t.Price)
		if i == 0 || q.known && math.Abs(l) < math.Abs(log) {
			p, log, spreads = q, l, s
		}
	}
	return p, log, spreads
}

func (f *fair) day(at itemDay) price {
	p, known := f.found[at]
	if !known {
		p = f.find(at)
		f.found[at] = p
	}
	return p
}

// find looks around the day, then at all days, then at all regions.
func (f *fair) find(at itemDay) price {
	if at.day == everyday {
		return f.always(at.item)
	}
	byPair := map[pair][]float64{}
	for day := at.day - around; day <= at.day+around; day++ {
		for p, logs := range f.paid[itemDay{at.item, day}] {
			byPair[p] = append(byPair[p], logs...)
		}
	}
	if p, ok := middle(byPair); ok {
		return p
	}
	return f.day(itemDay{at.item, everyday})
}

// always is the price over all days, in the region or, for too few, in all.
func (f *fair) always(of item) price {
	byPair := map[pair][]float64{}
	for at, pairs := range f.paid {
		if at.thing == of.thing && (of.region == "" || at.region == of.region) {
			for p, logs := range pairs {
				byPair[p] = append(byPair[p], logs...)
			}
		}
	}
	p, ok := middle(byPair)
	switch {
	case ok:
		return p
	case of.region != "":
		return f.day(itemDay{item{of.thing, ""}, everyday})
	case f.listed != nil && f.listed(of.thing) > 0:
		return price{math.Log(float64(f.listed(of.thing))), math.Ln2, true}
	}
	return price{}
}

// middle is the median of the pairs' medians, and how far they are from it.
func middle(byPair map[pair][]float64) (price, bool) {
	if len(byPair) < enough {
		return price{}, false
	}
	all := make([]float64, 0, len(byPair))
	for _, logs := range byPair {
		all = append(all, median(logs))
	}
	log := median(all)
	for i := range all {
		all[i] = math.Abs(all[i] - log)
	}
	return price{log, math.Max(narrow, toSigma*median(all)), true}, true
}

// median sorts what it is given.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	if n%2 == 1 {
		return list[n/2]
	}
	return (list[n/2-1] + list[n/2]) / 2
}

// off is how far a price is from what the thing was worth, as a logarithm and in spreads.
func (p price) off(paid int64) (log, spreads float64) {
	if !p.known {
		return 0, 0
	}
	log = math.Log(float64(paid)) - p.log
	return log, log / p.spread
}

// worth is what so many are worth, in hundredths; 0 where nobody knows.
func (p price) worth(n int64) float64 {
	if !p.known {
		return 0
	}
	return math.Exp(p.log) * float64(n)
}
