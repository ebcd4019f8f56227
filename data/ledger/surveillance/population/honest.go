package population

import "math"

// live lets everybody trade, day by day.
func (m *making) live() {
	for day := range days {
		for _, t := range m.traders {
			if day < t.joined {
				continue
			}
			for range m.poisson(t.rate) {
				m.act(day, t)
			}
		}
	}
}

// act is one thing that somebody does on the market.
func (m *making) act(day int, t *trader) {
	thing, region := t.likes[m.IntN(len(t.likes))], t.home
	if m.Float64() < 0.2 {
		region = m.market.region(m.Rand)
	}
	d := deal{day: day, thing: thing, region: region, log: m.market.spread[thing] * m.NormFloat64()}
	d.n = m.amount(d, t.wealth*m.between(0.005, 0.08)*math.Exp(0.7*m.NormFloat64()))
	buys := m.Float64() < 0.5
	switch t.role {
	case producer:
		buys = m.Float64() < 0.1
	case factory: // half of what it likes goes in, and half comes out
		buys = thing%2 == 0
		d.n *= 3
	case hauler:
		m.haul(d, t)
		return
	case beginner:
		d.log += m.slip()
	}
	m.meet(d, t, buys)
}

// amount is how many one gets for a sum; none where it is too little for one.
func (m *making) amount(d deal, sum float64) int64 {
	return int64(sum / math.Exp(m.market.logs[d.thing][d.region][d.day]))
}

// slip is how far a beginner's price is off, now and then.
func (m *making) slip() float64 {
	if m.Float64() > 0.03 {
		return 0
	}
	return m.between(1, 3)
}

// meet finds somebody to trade with.
func (m *making) meet(d deal, t *trader, buys bool) {
	other := m.other(d, t)
	if buys {
		d.buyer, d.seller = t, other
	} else {
		if d.log > 1 {
			d.log = -d.log // a slip of a seller's
		}
		d.buyer, d.seller = other, t
	}
	m.trade(d)
}

// other is a market maker or somebody who likes the thing, or a corporation of the world.
func (m *making) other(d deal, but *trader) *trader {
	if makers := m.market.makers[d.thing][d.region]; len(makers) > 0 && m.Float64() < 0.6 {
		if t := makers[m.IntN(len(makers))]; t != but {
			return t
		}
	}
	if fans := m.fans[d.thing]; len(fans) > 0 && m.Float64() < 0.95 {
		if t := fans[m.IntN(len(fans))]; t.joined <= d.day && t != but {
			return t
		}
	}
	return nil
}

// haul buys in one region, often much, and sells in another within days.
func (m *making) haul(d deal, t *trader) {
	d.n *= 1 + int64(m.pareto(1.5))
	m.meet(d, t, true)
	to := m.market.region(m.Rand)
	if m.Float64() < 0.2 {
		to = d.region // speculates
		d.day += m.IntN(15)
	}
	for left, part := d.n, 0; left > 0 && part < 6; part++ {
		n := min(left, 1+int64(float64(d.n)*m.between(0.2, 1)))
		sale := deal{day: d.day + 1 + m.IntN(5), thing: d.thing, region: to, n: n, log: m.market.spread[d.thing] * m.NormFloat64()}
		if sale.day < days {
			m.meet(sale, t, false)
		}
		left -= n
	}
}
