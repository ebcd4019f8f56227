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
	case p < 0.10:
		other, thing := members[m.IntN(len(members))], t.likes[0]
		d := deal{day: day, thing: thing, region: t.home, log: -m.between(0, 1.2), buyer: t, seller: other}
		d.n = m.amount(d, t.wealth*m.between(0.01, 0.05))
		m.trade(d)
	}
}

// friends give now and then, some more than they get; some lend all they have.
func (m *making) friends() {
	for i, t := range m.traders {
		for range m.IntN(4) {
			other := m.traders[(i+1+m.IntN(25))%len(m.traders)]
			fair, rate := m.between(0, 1), m.between(0.003, 0.05)
			for range m.poisson(rate * days) {
				from, to := t, other
				if m.Float64() < fair/2 {
					from, to = other, t
				}
				m.hand(max(t.joined, other.joined)+m.IntN(days), from, to, from.wealth*m.between(0.005, 0.2))
			}
		}
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

// quitters give all away, to a friend or two.
func (m *making) quitters() {
	for range len(m.traders) / 300 {
		i := m.IntN(len(m.traders))
		t, n := m.traders[i], 1
		if p := m.Float64(); p < 0.05 {
			n = 3
		} else if p < 0.3 {
			n = 2
		}
		day := max(t.joined, m.IntN(days))
		for range n {
			m.hand(day, t, m.traders[(i+1+m.IntN(25))%len(m.traders)], t.wealth*m.between(0.3, 1)/float64(n))
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
