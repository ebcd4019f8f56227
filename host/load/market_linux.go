package load

import (
	"fmt"
	"math"
	"strings"

	"hotshard/runtime/world"
)

// bourse is a port in which everybody trades: all are docked, and every half minute each
// offers or bids, at prices that meet, changes or takes back an order, or looks at a book.
// Who trades has to have something: the shard knows a command, stake, that gives it, and one
// that does not has to be a shard on which they have something already.
type bourse struct{ s *side }

// wares are what is traded, with what one is worth about.
var wares = []struct {
	name  string
	price float64
}{{"Ferrite", 200}, {"Silicate", 300}, {"Cuprite", 600}, {"Nickeline", 900}, {"Titanase", 1500}, {"Lithane", 2500}}

func (m bourse) placed(p *player) {
	switch {
	case p.docked == 0 && p.ship != 0:
		p.order("dock", m.s.id("station", m.s.anchor.id))
		p.after(5e9)
	case !p.ready:
		m.s.arrive(p)
		p.order("stake", nil)
		p.after(m.s.within(2 * hubEvery))
	}
}

func (m bourse) act(p *player) {
	if !m.s.asking || p.docked == 0 {
		p.after(5e9)
		return
	}
	p.after(m.s.within(2 * hubEvery))
	rng := m.s.loop.rng
	ware := wares[rng.IntN(len(wares))]
	price := math.Round(ware.price * (0.95 + 0.1*rng.Float64()))
	switch n := rng.IntN(20); {
	case n < 7:
		p.order("market_sell", m.deal(ware.name, price))
	case n < 14:
		p.order("market_buy", m.deal(ware.name, price))
	case n < 15 && p.stands != 0:
		p.order("market_change", m.s.number(m.s.number(m.s.args[:0], "order", p.stands), "price", price))
	case n < 17 && p.stands != 0:
		p.order("market_cancel", m.s.number(m.s.args[:0], "order", p.stands))
		p.stands = 0
	default:
		p.order("market_book", fmt.Appendf(m.s.args[:0], `"type":%q`, ware.name))
	}
}

func (m bourse) deal(ware string, price float64) []byte {
	return fmt.Appendf(m.s.args[:0], `"type":%q,"quantity":%d,"price":%.0f,"days":1`, ware, 1+m.s.loop.rng.IntN(20), price)
}

func (bourse) answer(*player, string, string) {}

func (bourse) lock(*player, world.EntityID, bool, bool) {}

// dealt takes the answer to what was asked of the market: how long it took, and what stands.
func (p *player) dealt(a ask, reply []byte, code string) {
	if code != "" || !strings.HasPrefix(a.what, "market_") || a.what == "market_book" {
		return
	}
	m := &p.side.meter
	m.deals.add(p.side.loop.now - a.at)
	if filled, _ := number(reply, `"filled":`); filled > 0 {
		m.trades++
	}
	if left, _ := number(reply, `"left":`); left > 0 && a.what != "market_cancel" {
		p.stands, _ = number(reply, `"order":`)
	}
}
