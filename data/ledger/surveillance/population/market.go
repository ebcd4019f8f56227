package population

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hotshard/data/ledger/surveillance"
	"hotshard/runtime/world"
)

// market is what things cost: a walk for each type in each region, now and then with a jump
// that is nobody's doing.
type market struct {
	logs    [types][regions][days]float64 // of prices
	spread  [types]float64
	popular [types]float64 // summed up
	busy    [regions]float64
	makers  [types][regions][]*trader
	volume  [types][regions][days]volume
}

// volume is what was traded in a day.
type volume struct {
	units  int64
	trades int
}

func newMarket(r *rand.Rand) (m market) {
	sum := 0.0
	for i := range types {
		sum += 1 / math.Pow(float64(i+1), 0.9)
		m.popular[i] = sum
		m.spread[i] = 0.01 + 0.05*r.Float64()
		base := 5 + 11*r.Float64()
		for j := range regions {
			m.walk(r, i, j, base+0.1*r.NormFloat64())
		}
	}
	sum = 0
	for j := range regions {
		sum += 1 / float64(j+1)
		m.busy[j] = sum
	}
	return m
}

// walk makes the prices of a type in a region.
func (m *market) walk(r *rand.Rand, thing, region int, log float64) {
	step, jump := 0.005+0.025*r.Float64(), -1
	if r.Float64() < 0.06 {
		jump = r.IntN(days)
	}
	for day := range days {
		if log += step * r.NormFloat64(); day == jump {
			log += (0.4 + r.Float64()) * float64(1-2*r.IntN(2))
		}
		m.logs[thing][region][day] = log
	}
}

func pick(r *rand.Rand, sums []float64) int {
	at := r.Float64() * sums[len(sums)-1]
	for i, s := range sums {
		if at < s {
			return i
		}
	}
	return len(sums) - 1
}

func (m *market) thing(r *rand.Rand) int  { return pick(r, m.popular[:]) }
func (m *market) region(r *rand.Rand) int { return pick(r, m.busy[:]) }

func typeName(thing int) string    { return fmt.Sprintf("Type %d", thing) }
func regionName(region int) string { return fmt.Sprintf("Region %d", region) }

// settleMakers gives each market maker a few places.
func (m *making) settleMakers() {
	for _, t := range m.traders {
		if t.role != maker {
			continue
		}
		for range 1 + m.IntN(5) {
			thing := m.IntN(types)
			m.market.makers[thing][t.home] = append(m.market.makers[thing][t.home], t)
		}
	}
}

// deal is a trade to be.
type deal struct {
	day           int
	thing, region int
	log           float64 // of the price, beside the market's
	n             int64
	buyer, seller *trader
}

// price is what the deal costs, in hundredths.
func (m *making) price(d deal) int64 {
	return max(1, int64(math.Round(math.Exp(m.market.logs[d.thing][d.region][d.day]+d.log))))
}

// trade writes a deal down.
func (m *making) trade(d deal) {
	if d.day >= days || d.n < 1 || d.buyer == d.seller && d.buyer != nil {
		return
	}
	m.entry++
	m.order += 2
	v := &m.market.volume[d.thing][d.region][d.day]
	v.units, v.trades = v.units+d.n, v.trades+1
	m.out.Trades = append(m.out.Trades, surveillance.Trade{
		Entry: m.entry, At: m.at(d.day), Type: typeName(d.thing), Region: regionName(d.region), Price: m.price(d), Quantity: d.n,
		Buyer: idOf(d.buyer), Seller: idOf(d.seller), Bought: m.order - 1, Sold: m.order,
	})
}

func idOf(t *trader) world.CharacterID {
	if t == nil {
		return 0
	}
	return t.id
}

const (
	daily    = 24 * 60 * 60 * 1_000_000
	firstDay = 20_000 // since 1970
)

// at is some time of a day.
func (m *making) at(day int) int64 { return int64(firstDay+day)*daily + m.Int64N(daily) }

// hand writes a transfer down.
func (m *making) hand(day int, from, to *trader, worth float64) {
	if day >= days || from == to || worth < 1 {
		return
	}
	m.entry++
	t := surveillance.Transfer{Entry: m.entry, At: m.at(day), Type: "Money", Quantity: int64(worth), From: from.id, To: to.id}
	thing := m.market.thing(m.Rand)
	if each := math.Exp(m.market.logs[thing][0][day]); m.Float64() < 0.5 && each <= worth { // nobody breaks a thing in two
		t.Type, t.Quantity = typeName(thing), int64(worth/each)
	}
	m.out.Transfers = append(m.out.Transfers, t)
}
