package population

import "math"

// ties lets honest people give to each other.
func (m *making) ties() {
	m.corporations()
	m.friends()
	m.mentors()
	m.pirates()
	m.quitters()
	m.lotteries()
}

// corporations have a quartermaster, to whom members bring what they dig, and who hands out
// ships; now and then a dear one. Members trade among themselves, cheaply.
func (m *making) corporations() {
	for at := 0; at < len(m.traders)*4/10; {
		size := min(150, 3+int(m.pareto(1.1)))
		members := m.traders[at:min(at+size, len(m.traders))]
		at += size
		for day := range days {
			for _, t := range members[1:] {
				m.serve(day, members, t)
			}
		}
	}
}

func (m *making) serve(day int, members []*trader, t *trader) {
	chief := members[0]
	if day < t.joined {
		return
	}
	switch p := m.Float64(); {
	case p < 0.05:
		m.hand(day, t, chief, t.wealth*m.between(0.01, 0.1))
	case p < 0.08:
		m.hand(day, chief, t, t.wealth*m.between(0.02, 0.15)*math.Exp(0.8*m.NormFloat64()))
	case p < 0.083:
		m.hand(day, chief, t, chief.wealth*m.between(0.05, 0.3))
	case p < 0.10: // what one of them needs and another has
		if to := members[m.IntN(len(members))]; to.joined <= day {
			m.hand(day, t, to, t.wealth*m.between(0.002, 0.03))
		}
	case p < 0.12:
		other, thing := members[m.IntN(len(members))], t.likes[0]
		d := deal{day: day, thing: thing, region: t.home, log: -m.between(0, 1.2), buyer: t, seller: other}
		d.n = m.amount(d, t.wealth*m.between(0.01, 0.05))
		m.trade(d)
	}
}

// friends are circles of a few who know each other, who give and take, some more than they
// get; one in eight has a friend elsewhere, too.
func (m *making) friends() {
	for at := 0; at < len(m.traders); {
		size := min(3+m.IntN(7), len(m.traders)-at)
		circle := m.traders[at : at+size]
		at += size
		for i, t := range circle {
			for _, other := range circle[i+1:] {
				if m.Float64() < 0.6 {
					m.befriend(t, other)
				}
			}
			if m.Float64() < 0.125 {
				m.befriend(t, m.anybody())
			}
		}
	}
}

// befriend lets two give to each other, mostly one to the other where they are not alike.
func (m *making) befriend(t, other *trader) {
	m.known[t], m.known[other] = append(m.known[t], other), append(m.known[other], t)
	turn, rate := m.Float64(), m.between(0.01, 0.08)
	for range m.poisson(rate * days) {
		from, to := t, other
		if m.Float64() < turn {
			from, to = other, t
		}
		part := m.between(0.002, 0.04)
		if m.Float64() < 0.04 {
			part = m.between(0.1, 0.4) // a great favour
		}
		m.hand(max(t.joined, other.joined)+m.IntN(days), from, to, from.wealth*part)
	}
}

// mentors give beginners a start.
func (m *making) mentors() {
	for range len(m.traders) / 200 {
		t := m.anybody()
		for range 5 + m.IntN(25) {
			if b := m.anybody(); b.role == beginner {
				m.hand(b.joined, t, b, math.Min(t.wealth*m.between(0.001, 0.01), b.wealth*m.between(0.5, 20)))
			}
		}
	}
}

// pirates take what others had with them.
func (m *making) pirates() {
	for range len(m.traders) / 100 {
		t := m.anybody()
		for range 3 + int(5*m.pareto(1.3))%80 {
			victim := m.anybody()
			m.hand(max(t.joined, victim.joined)+m.IntN(days), victim, t, victim.wealth*m.between(0.005, 0.1))
		}
	}
}

// quitters give all away, to a friend or two, or to somebody who asked.
func (m *making) quitters() {
	for range len(m.traders) / 300 {
		t, n := m.anybody(), 1
		if p := m.Float64(); p < 0.05 {
			n = 3
		} else if p < 0.3 {
			n = 2
		}
		day := max(t.joined, m.IntN(days))
		for range n {
			to := m.anybody()
			if friends := m.known[t]; len(friends) > 0 && m.Float64() < 0.7 {
				to = friends[m.IntN(len(friends))]
			}
			m.hand(day, t, to, t.wealth*m.between(0.3, 1)/float64(n))
		}
	}
}

// lotteries take a stake of many, and give much of all to few.
func (m *making) lotteries() {
	for range 1 + len(m.traders)/3000 {
		host := m.anybody()
		for range 3 {
			day, pot := max(host.joined, m.IntN(days)), 0.0
			var players []*trader
			for range 30 + m.IntN(60) {
				p := m.anybody()
				stake := p.wealth * m.between(0.001, 0.02)
				m.hand(day, p, host, stake)
				pot, players = pot+stake, append(players, p)
			}
			for range 1 + m.IntN(3) {
				m.hand(day+1, host, players[m.IntN(len(players))], pot*m.between(0.2, 0.35))
			}
		}
	}
}
