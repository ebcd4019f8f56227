// Package population makes up thousands of traders, for trying what looks for the few who
// are not honest: producers, factories, haulers, market makers and beginners with tails as
// heavy as in life; friends who give and take, corporations that hand out ships, pirates,
// lotteries, mentors, people who quit and give all away; and, among them, planted cases of
// which it says who they are.
//
// Read Make first. market.go has prices and trades, honest.go and ties.go what honest people
// do, planted.go what the others do.
package population

import (
	"math"
	"math/rand/v2"

	"hotshard/data/ledger/surveillance"
	"hotshard/runtime/world"
)

// Population is what so many traders have done, and who of them was planted.
type Population struct {
	Traders   int
	Trades    []surveillance.Trade
	Transfers []surveillance.Transfer
	Planted   []Case
}

// Case is a planted one.
type Case struct {
	Kind surveillance.Kind
	Who  []world.CharacterID
}

// Figures of a population.
const (
	days    = 60
	types   = 90
	regions = 5
	// Least is how many traders a population has at least.
	Least = 1000
	// PlantedShare is the part of the traders that is planted.
	PlantedShare = 0.005
)

// role is what somebody does for a living.
type role int

const (
	casual role = iota
	producer
	factory
	hauler
	maker
	beginner
)

// trader is one of them.
type trader struct {
	id     world.CharacterID
	role   role
	wealth float64 // hundredths
	rate   float64 // trades a day
	home   int
	likes  []int // types
	joined int   // day
	crook  bool
}

// making is a population in the making.
type making struct {
	*rand.Rand
	out     *Population
	market  market
	traders []*trader
	fans    [types][]*trader
	known   map[*trader][]*trader
	entry   int64
	order   int64
}

// Make makes the population of a seed.
func Make(seed uint64, traders int) *Population {
	m := &making{Rand: rand.New(rand.NewPCG(seed, 0x706f6c696365)), out: &Population{Traders: traders}, known: map[*trader][]*trader{}}
	m.market = newMarket(m.Rand)
	for i := range traders {
		m.traders = append(m.traders, m.trader(i))
	}
	m.settleMakers()
	for _, t := range m.traders { // what they have they have earned
		m.out.Transfers = append(m.out.Transfers, surveillance.Transfer{At: m.at(t.joined), Type: "Money", Quantity: int64(t.wealth), From: surveillance.World, To: t.id})
	}
	m.plantAll(func() {
		m.live()
		m.ties()
	})
	return m.out
}

// trader makes somebody up.
func (m *making) trader(i int) *trader {
	t := &trader{id: world.CharacterID(1_000_001 + i), wealth: math.Exp(13 + 2*m.NormFloat64()), home: m.market.region(m.Rand)}
	t.rate = math.Min(4, 0.1*m.pareto(1.2))
	switch p := m.Float64(); {
	case p < 0.20:
		t.role = producer
	case p < 0.28:
		t.role = factory
	case p < 0.36:
		t.role = hauler
	case p < 0.39:
		t.role, t.rate = maker, math.Max(t.rate, 1)
		t.wealth *= 10
	case p < 0.55:
		t.role, t.joined = beginner, m.IntN(days)
		t.wealth, t.rate = math.Exp(10+m.NormFloat64()), 0.2
	}
	for range 3 + m.IntN(6) {
		likes := m.market.thing(m.Rand)
		t.likes = append(t.likes, likes)
		m.fans[likes] = append(m.fans[likes], t)
	}
	return t
}

// pareto is 1 or more, now and then much more.
func (m *making) pareto(alpha float64) float64 { return math.Pow(1-m.Float64(), -1/alpha) }

// poisson is how often something happens that does so many times on the average.
func (m *making) poisson(mean float64) int {
	n, p, limit := 0, m.Float64(), math.Exp(-mean)
	for p > limit {
		p *= m.Float64()
		n++
	}
	return n
}

// between is a number from lo to hi.
func (m *making) between(lo, hi float64) float64 { return lo + (hi-lo)*m.Float64() }

// anybody is a trader at random.
func (m *making) anybody() *trader { return m.traders[m.IntN(len(m.traders))] }
