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
const paintDays = 5 // in which others buy

// paint is what two traded of an item far above its worth.
type paint struct {
	item
	pair
	trades []*Trade
	log    float64 // how far off, on the average
}

func (d *Detector) jumps() (list []Suspect) {
	stalls := map[item]*stall{}
	for _, s := range d.stalls() {
		stalls[s.item] = s
	}
	for _, p := range d.paints() {
		list = append(list, p.grade(stalls[p.item])...)
	}
	return list
}

// paints are the pairs who traded an item far above its worth more than once.
func (d *Detector) paints() []*paint {
	type key struct {
		item
		pair
	}
	byPair := map[key]*paint{}
	for i := range d.trades {
		t := &d.trades[i]
		if !character(t.Buyer) || !character(t.Seller) || t.Buyer == t.Seller {
			continue
		}
		log, spreads := d.fair.at(t.Type, t.Region, t.At).off(t.Price)
		if spreads < farOff || log < math.Log(1.5) {
			continue
		}
		k := key{item{t.Type, t.Region}, pairOf(t)}
		p := byPair[k]
		if p == nil {
			p = &paint{item: k.item, pair: k.pair}
			byPair[k] = p
		}
		p.trades = append(p.trades, t)
		p.log += log
	}
	maps.DeleteFunc(byPair, func(_ key, p *paint) bool { return len(p.trades) < 2 })
	return slices.SortedFunc(maps.Values(byPair), func(a, b *paint) int {
		return cmp.Or(cmp.Compare(a.thing, b.thing), cmp.Compare(a.region, b.region), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b))
	})
}

// grade says how often, how far, and how much was sold to others afterwards.
func (p *paint) grade(s *stall) []Suspect {
	first, last := p.trades[0].At, p.trades[len(p.trades)-1].At
	before := s.price(first-beforeDays*daily, first)
	if before == 0 {
		return nil
	}
	var e Evidence
	painted := units(p.trades)
	for _, t := range p.trades {
		e.note(t, float64(t.Price)*float64(t.Quantity))
	}
	others, sold := map[world.CharacterID]bool{}, 0.0
	for _, t := range s.between(first, last+paintDays*daily) {
		mine := t.Seller == p.a || t.Seller == p.b
		theirs := t.Buyer != p.a && t.Buyer != p.b
		if mine && theirs && float64(t.Price) > 1.25*before {
			others[t.Buyer] = true
			sold += float64(t.Quantity)
			e.note(t, float64(t.Price)*float64(t.Quantity))
		}
	}
	far := p.log / float64(len(p.trades))
	score := together(grade(float64(len(p.trades)), 1, 3), grade(far, math.Log(1.5), math.Log(2.5)), grade(float64(len(others)), 0, 3), grade(sold/painted, 0.5, 2.5))
	var list []Suspect
	for _, who := range []world.CharacterID{p.a, p.b} {
		list = append(list, Suspect{Who: who, Kind: Jump, Score: score, With: []world.CharacterID{p.a + p.b - who}, Evidence: e,
			Why: fmt.Sprintf("traded %s in %s %d times with the same one for %.1f times its worth, and then %.0f were sold to %d others", p.thing, p.region, len(p.trades), math.Exp(far), sold, len(others))})
	}
	return list
}
