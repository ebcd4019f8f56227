package surveillance

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hotshard/runtime/world"
)

// Who corners a market buys most of what is sold of a type in a region in some days, more
// than is usually sold there in as many, and sells it there again much dearer than it was
// before. A hauler sells elsewhere, a factory not at all, a market maker buys no more than
// ever and sells for little more; and when a price rises by itself, many have bought.
const (
	cornerDays = 7  // in which they buy
	sellDays   = 14 // in which they sell afterwards
	beforeDays = 21 // that say what is usual
)

// stall is the trade in a type in a region.
type stall struct {
	item
	trades []*Trade // in order of time
	bought map[world.CharacterID][]*Trade
}

func (d *Detector) stalls() []*stall {
	byItem := map[item]*stall{}
	for i := range d.trades {
		t := &d.trades[i]
		of := item{t.Type, t.Region}
		s := byItem[of]
		if s == nil {
			s = &stall{item: of, bought: map[world.CharacterID][]*Trade{}}
			byItem[of] = s
		}
		s.trades = append(s.trades, t)
		if character(t.Buyer) {
			s.bought[t.Buyer] = append(s.bought[t.Buyer], t)
		}
	}
	return slices.SortedFunc(maps.Values(byItem), func(a, b *stall) int {
		return cmp.Or(cmp.Compare(a.thing, b.thing), cmp.Compare(a.region, b.region))
	})
}

func (d *Detector) corners() (list []Suspect) {
	for _, s := range d.stalls() {
		for _, who := range slices.Sorted(maps.Keys(s.bought)) {
			if mine := s.bought[who]; len(mine) >= 4 {
				if found := s.corner(who, mine); found.Score > 0 {
					list = append(list, found)
				}
			}
		}
	}
	return list
}

// corner finds the days in which somebody bought most, and grades them.
func (s *stall) corner(who world.CharacterID, mine []*Trade) (found Suspect) {
	for first := 0; first < len(mine); first++ {
		from := mine[first].At
		if first > 0 && from/daily == mine[first-1].At/daily {
			continue // the same day
		}
		until := from + cornerDays*daily
		n := first
		for n < len(mine) && mine[n].At < until {
			n++
		}
		if n-first < 4 {
			continue
		}
		if c := s.grade(who, mine[first:n], from, until); c.Score > found.Score {
			found = c
		}
	}
	return found
}

// grade says how much of a corner some days are.
func (s *stall) grade(who world.CharacterID, mine []*Trade, from, until int64) Suspect {
	bought, all := units(mine), units(s.between(from, until))
	usual := units(s.between(from-beforeDays*daily, from)) / beforeDays * cornerDays
	if bought < 0.35*all || bought < 0.4*usual || usual == 0 {
		return Suspect{}
	}
	var e Evidence
	for _, t := range mine {
		e.note(t, float64(t.Price)*float64(t.Quantity))
	}
	var sales []*Trade
	paid := 0.0
	for _, t := range s.between(from, until+sellDays*daily) {
		if t.Seller == who && t.Buyer != who {
			sales = append(sales, t)
			paid += float64(t.Price) * float64(t.Quantity)
			e.note(t, float64(t.Price)*float64(t.Quantity))
		}
	}
	sold := units(sales)
	if sold < 0.1*bought {
		return Suspect{}
	}
	after := units(s.between(sales[0].At, sales[len(sales)-1].At+1))
	before := s.price(from-beforeDays*daily, from)
	if before == 0 {
		return Suspect{}
	}
	dearer := paid / sold / before
	score := together(grade(bought/all, 0.4, 0.65), grade(bought/usual, 0.6, 1.3), grade(sold/bought, 0.1, 0.5), grade(sold/after, 0.2, 0.45), grade(float64(len(mine)), 4, 8), grade(float64(len(sales)), 3, 7),
		grade(math.Log(dearer), math.Log(1.45), math.Log(1.8)))
	return Suspect{Who: who, Kind: Corner, Score: score, Evidence: e,
		Why: fmt.Sprintf("bought %.0f %% of the %s that was sold in %s in %d days, and sold it there for %.1f times what it had cost before", 100*bought/all, s.thing, s.region, cornerDays, dearer)}
}

// between are the trades of a time.
func (s *stall) between(from, until int64) []*Trade {
	at := func(t *Trade, when int64) int { return cmp.Compare(t.At, when) }
	lo, _ := slices.BinarySearchFunc(s.trades, from, at)
	hi, _ := slices.BinarySearchFunc(s.trades, until, at)
	return s.trades[lo:hi]
}

// price is the median of what was paid in a time, where each two count once; 0 where too few
// traded for it to be known.
func (s *stall) price(from, until int64) float64 {
	byPair := map[pair][]float64{}
	for _, t := range s.between(from, until) {
		byPair[pairOf(t)] = append(byPair[pairOf(t)], float64(t.Price))
	}
	if len(byPair) < enough {
		return 0
	}
	all := make([]float64, 0, len(byPair))
	for _, prices := range byPair {
		all = append(all, median(prices))
	}
	return median(all)
}

func units(trades []*Trade) (n float64) {
	for _, t := range trades {
		n += float64(t.Quantity)
	}
	return n
}
