package population

import (
	"math"

	"hotshard/data/ledger/surveillance"
	"hotshard/runtime/world"
)

// plantAll lets everybody live, and plants cases among them until so many of the traders are
// part of one. They are people like others, and trade and give like others besides.
func (m *making) plantAll(live func()) {
	live()
	kinds := []func() Case{m.sale, m.wash, m.corner, m.paint}
	for n, i := 0, m.IntN(len(kinds)); float64(n) < PlantedShare*float64(len(m.traders)); i++ {
		c := kinds[i%len(kinds)]()
		n += len(c.Who)
		m.out.Planted = append(m.out.Planted, c)
	}
}

// crook is somebody who is not in a case yet, and has been there for a while.
func (m *making) crook() *trader {
	for {
		if t := m.anybody(); !t.crook && t.joined < days/2 {
			t.crook = true
			return t
		}
	}
}

func crooks(kind surveillance.Kind, list ...*trader) Case {
	c := Case{Kind: kind}
	for _, t := range list {
		c.Who = append(c.Who, t.id)
	}
	return c
}

// sale is somebody who farms, or whom others farm for, and sells for real money what came of
// it: to a few people, each at once or in two parts, sometimes over a mule.
func (m *making) sale() Case {
	hub := m.crook()
	list := []*trader{hub}
	day := hub.joined + 5 + m.IntN(days/2-5)
	wealth := math.Exp(18 + 0.8*m.NormFloat64())
	if m.Float64() < 0.5 {
		m.farm(hub, day, wealth)
	} else {
		for range 2 + m.IntN(3) {
			bot := m.crook()
			m.farm(bot, day, wealth/3)
			m.gift(day, bot, hub, wealth/3*m.between(0.7, 1))
			list = append(list, bot)
		}
	}
	giver := hub
	if m.Float64() < 0.3 {
		giver = m.crook()
		m.gift(day+1, hub, giver, wealth*m.between(0.8, 1))
		list = append(list, giver)
	}
	n := 3 + m.IntN(5)
	for range n {
		buyer := m.crook()
		worth := wealth * m.between(0.5, 1.3) / float64(n)
		when := day + 2 + m.IntN(days-day-2)
		if m.Float64() < 0.3 {
			m.gift(when, giver, buyer, worth/2)
			worth /= 2
		}
		m.gift(when, giver, buyer, worth)
		list = append(list, buyer)
	}
	return crooks(surveillance.Sale, list...)
}

// farm sells a great deal of a few things until a day.
func (m *making) farm(t *trader, until int, sum float64) {
	for range 40 {
		d := deal{day: m.IntN(until + 1), thing: t.likes[m.IntN(len(t.likes))], region: t.home}
		d.log = m.market.spread[d.thing] * m.NormFloat64()
		d.n = m.amount(d, sum/40)
		m.meet(d, t, false)
	}
}

// gift hands something over, or makes a trade of it at a price that is none.
func (m *making) gift(day int, from, to *trader, worth float64) {
	if m.Float64() < 0.6 {
		m.hand(min(day, days-1), from, to, worth)
		return
	}
	d := deal{day: min(day, days-1), thing: m.cheaper(worth / 50), region: from.home, log: m.between(2, 6), buyer: from, seller: to}
	each := math.Exp(m.market.logs[d.thing][d.region][d.day])
	if m.Float64() < 0.3 { // the other way: a good thing for next to nothing
		d.buyer, d.seller, d.log = to, from, -m.between(2, 6)
		d.n = int64(worth / each)
	} else {
		d.n = max(1, int64(worth/each/(math.Exp(d.log)-1)))
	}
	m.trade(d)
}

// cheaper is a type of which one costs less than a sum.
func (m *making) cheaper(sum float64) int {
	for {
		if thing := m.IntN(types); math.Exp(m.market.logs[thing][0][0]) < sum {
			return thing
		}
	}
}

// wash is two to four who send a thing round.
func (m *making) wash() Case {
	var list []*trader
	for range 2 + m.IntN(3) {
		list = append(list, m.crook())
	}
	first := list[0]
	day, long := first.joined+m.IntN(days/2), 1+m.IntN(15)
	sum := math.Exp(14 + m.NormFloat64())
	d := deal{thing: m.cheaper(sum / 5), region: first.home}
	d.n = m.amount(d, sum)
	for i := range (5 + m.IntN(12)) * len(list) {
		one := d
		one.day = min(days-1, day+m.IntN(long))
		one.seller, one.buyer = list[i%len(list)], list[(i+1)%len(list)]
		one.log = m.market.spread[d.thing] * m.NormFloat64() / 2
		one.n = max(1, int64(float64(d.n)*m.between(0.8, 1)))
		m.trade(one)
	}
	return crooks(surveillance.Wash, list...)
}

// traded is how much of a thing was traded in a region from one day to before another.
func (m *making) traded(thing, region, from, until int) (n int64, count int) {
	for day := from; day < min(until, days); day++ {
		v := m.market.volume[thing][region][day]
		n, count = n+v.units, count+v.trades
	}
	return n, count
}

// place is a type and a region with some trade, though not too much, before a day.
func (m *making) place(day int) (thing, region int, weekly int64) {
	for {
		thing, region = m.IntN(types), m.IntN(regions)
		n, count := m.traded(thing, region, 0, day)
		if weekly = n * 7 / int64(day); count >= 15 && count < 3000 && weekly > 5 {
			return thing, region, weekly
		}
	}
}

// corner is somebody who buys up a market, lets everybody pay more, and sells back.
func (m *making) corner() Case {
	t := m.crook()
	day := days/3 + m.IntN(days/4)
	thing, region, weekly := m.place(day)
	others, _ := m.traded(thing, region, day, day+7)
	total := float64(max(weekly, others)) * m.between(1.3, 4)
	deals := 8 + m.IntN(18)
	for i := range deals {
		d := deal{day: day + i*5/deals, thing: thing, region: region, log: m.between(0, 0.25), n: 1 + int64(total/float64(deals)), buyer: t}
		d.seller = m.other(d, t)
		m.trade(d)
	}
	rise := math.Log(m.between(1.7, 3.2))
	m.shift(thing, region, day+5, day+20, rise*0.9)
	back := total * m.between(0.4, 0.95)
	parts := 8 + m.IntN(20)
	for range parts {
		d := deal{day: day + 6 + m.IntN(10), thing: thing, region: region, log: rise + m.market.spread[thing]*m.NormFloat64(), n: 1 + int64(back/float64(parts)), seller: t}
		d.buyer = m.other(d, t)
		m.trade(d)
	}
	return crooks(surveillance.Corner, t)
}

// shift makes what others trade in those days dearer.
func (m *making) shift(thing, region, from, until int, log float64) {
	of, in := typeName(thing), regionName(region)
	for i := range m.out.Trades {
		t := &m.out.Trades[i]
		if t.Type == of && t.Region == in && t.At >= int64(firstDay+from)*daily && t.At < int64(firstDay+until)*daily {
			t.Price = int64(float64(t.Price) * math.Exp(log))
		}
	}
}

// paint is two who trade a little at a fancy price, and then sell to those who believe it.
func (m *making) paint() Case {
	a, b := m.crook(), m.crook()
	day := days/3 + m.IntN(days/2)
	thing, region, weekly := m.place(day)
	far := math.Log(m.between(2, 5))
	little := max(1, int64(float64(weekly)*m.between(0.005, 0.04)))
	n := 3 + m.IntN(5)
	for i := range n {
		d := deal{day: min(days-1, day+m.IntN(2)), thing: thing, region: region, log: far + 0.05*m.NormFloat64(), n: little, buyer: a, seller: b}
		if i%2 == 1 {
			d.buyer, d.seller = b, a
		}
		m.trade(d)
	}
	for range 4 + m.IntN(8) {
		d := deal{day: day + 1 + m.IntN(3), thing: thing, region: region, log: far * m.between(0.5, 0.95), n: 1 + int64(float64(int64(n)*little)*m.between(0.5, 3)), seller: b}
		d.buyer = m.other(d, b)
		m.trade(d)
	}
	return crooks(surveillance.Jump, a, b)
}

// Guilty is the planted characters, with what they were planted as.
func (p *Population) Guilty() map[world.CharacterID]surveillance.Kind {
	all := map[world.CharacterID]surveillance.Kind{}
	for _, c := range p.Planted {
		for _, who := range c.Who {
			all[who] = c.Kind
		}
	}
	return all
}
