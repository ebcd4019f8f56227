package surveillance

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hotshard/runtime/world"
)

// Who paints a price trades a little of a thing, several times, with the same other, far from
// what it is worth, so that the chart says so; and then sells a good deal of it to others for
// nearly as much. A slip of the hand is made once, and whoever waits for slips has as many
// others as trades.
const (
	paintDays = 2 // in which they paint
	buyDays   = 5 // in which others buy
)

// paint is what two traded of an item far above its worth before.
type paint struct {
	*stall
	pair
	before float64 // what it was worth
	trades []*Trade
	log    float64 // how far off, on the average
}

// unknown is what stands for the price that others pay where nobody does.
var unknown = math.Log(1.3)

// dear is how many times its worth a price is at least that is there to be seen.
const dear = 1.5

func (d *Detector) jumps() (list []Suspect) {
	for _, s := range d.stalls() {
		for _, p := range s.paints() {
			list = append(list, p.grade()...)
		}
	}
	return list
}

// paints are the pairs who traded an item at the same time far above its worth, more than once.
func (s *stall) paints() (list []*paint) {
	byPair := map[pair][]*Trade{}
	least := s.trades[0].Price
	for _, t := range s.trades {
		least = min(least, t.Price)
	}
	for _, t := range s.trades {
		if float64(t.Price) < dear*float64(least) {
			continue // nothing has ever been worth so little
		}
		if character(t.Buyer) && character(t.Seller) && t.Buyer != t.Seller {
			byPair[pairOf(t)] = append(byPair[pairOf(t)], t)
		}
	}
	for _, who := range slices.SortedFunc(maps.Keys(byPair), func(x, y pair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) }) {
		if p := s.paint(who, byPair[who]); p != nil {
			list = append(list, p)
		}
	}
	return list
}

// paint is the first time that two traded dearly, for some days; nil where they did not.
func (s *stall) paint(who pair, trades []*Trade) *paint {
	for i, first := range trades {
		if i+1 >= len(trades) || trades[i+1].At-first.At > paintDays*daily {
			continue
		}
		before := s.price(first.At-beforeDays*daily, first.At)
		if before == 0 || float64(first.Price) < dear*before {
			continue
		}
		p := &paint{stall: s, pair: who, before: before}
		for _, t := range trades[i:] {
			if t.At-first.At <= paintDays*daily && float64(t.Price) >= dear*before {
				p.trades = append(p.trades, t)
				p.log += math.Log(float64(t.Price) / before)
			}
		}
		if len(p.trades) > 1 {
			return p
		}
	}
	return nil
}

// grade says how often, how far, how much was sold to others afterwards, and whether they
// pay as much without the two: then it is a price, and no paint.
func (p *paint) grade() []Suspect {
	first, last := p.trades[0].At, p.trades[len(p.trades)-1].At
	var e Evidence
	painted := units(p.trades)
	for _, t := range p.trades {
		e.note(t, float64(t.Price)*float64(t.Quantity))
	}
	others, sold := map[world.CharacterID]bool{}, 0.0
	in := map[world.CharacterID]bool{} // who sold dearly, to the other or to others
	for _, t := range p.trades {
		in[t.Seller] = true
	}
	var apart []float64
	for _, t := range p.between(first, last+buyDays*daily) {
		mine, theirs := t.Seller == p.a || t.Seller == p.b, t.Buyer != p.a && t.Buyer != p.b
		switch {
		case mine && theirs && float64(t.Price) > 1.25*p.before:
			others[t.Buyer], in[t.Seller] = true, true
			sold += float64(t.Quantity)
			e.note(t, float64(t.Price)*float64(t.Quantity))
		case !mine && theirs:
			apart = append(apart, math.Log(float64(t.Price)/p.before))
		}
	}
	real := unknown
	if len(apart) > 0 {
		real = median(apart)
	}
	far := p.log / float64(len(p.trades))
	score := together(grade(float64(len(p.trades)), 1.8, 3), grade(far, math.Log(dear), math.Log(2.2)), grade(float64(len(others)), 0, 3),
		grade(sold/painted, 0.5, 2.5), grade(-real, -math.Log(1.5), -math.Log(1.15)))
	var list []Suspect
	for _, who := range slices.Sorted(maps.Keys(in)) { // who has only bought has paid for it
		list = append(list, Suspect{Who: who, Kind: Jump, Score: score, With: []world.CharacterID{p.a + p.b - who}, Evidence: e,
			Why: fmt.Sprintf("traded %s in %s %d times with the same one for %.1f times its worth, and then %.0f were sold to %d others", p.thing, p.region, len(p.trades), math.Exp(far), sold, len(others))})
	}
	return list
}
