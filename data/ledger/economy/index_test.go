package economy

import (
	"math"
	"math/rand/v2"
	"testing"
)

// chain makes an index of days of prices and quantities by type.
func chain(days ...map[string]priced) []IndexDay {
	r := &reader{known: Known{Category: func(string) string { return "" }}}
	r.market.candles = map[candleKey]*Candle{}
	for day, items := range days {
		for thing, p := range items {
			c := &Candle{Units: int64(p.units)}
			c.Worth.Add(int64(p.units), int64(p.price))
			r.market.candles[candleKey{item{"R", thing}, int64(20_000 + day)}] = c
		}
	}
	r.listIndices()
	return r.report.Indices[0].Days
}

func last(days []IndexDay) float64 { return days[len(days)-1].Index }

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }

// Fisher's formula by hand: sqrt of 100 * (Laspeyres 1.25) and (Paasche 1.2).
func TestFisher(t *testing.T) {
	days := chain(
		map[string]priced{"A": {100, 10}, "B": {200, 5}},
		map[string]priced{"A": {150, 8}, "B": {200, 8}},
	)
	laspeyres := (150.0*10 + 200*5) / (100*10 + 200*5)
	paasche := (150.0*8 + 200*8) / (100*8 + 200*8)
	if want := 100 * math.Sqrt(laspeyres*paasche); !near(last(days), want) || days[0].Index != 100 || days[1].Types != 2 {
		t.Errorf("%+v, want %f", days, want)
	}
}

// Whatever is bought: where all prices are so many times what they were, so is the index; and
// where none has changed, it has not.
func TestIndexOfProportionalPrices(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		factor := float64(1 + r.IntN(5))
		one, two, three := map[string]priced{}, map[string]priced{}, map[string]priced{}
		for _, name := range []string{"A", "B", "C", "D"} {
			price := float64(1 + r.IntN(1000))
			one[name] = priced{price, float64(1 + r.IntN(50))}
			two[name] = priced{price, float64(1 + r.IntN(50))}
			three[name] = priced{price * factor, float64(1 + r.IntN(50))}
		}
		days := chain(one, two, three)
		if !near(days[1].Index, 100) || !near(days[2].Index, 100*factor) {
			t.Fatalf("%+v, factor %f", days, factor)
		}
	}
}

// Who is not traded on a day has its price of before when it is again: nothing is lost.
func TestIndexOverDaysWithoutTrade(t *testing.T) {
	days := chain(
		map[string]priced{"A": {100, 10}, "B": {100, 10}},
		map[string]priced{"B": {100, 10}},
		map[string]priced{"B": {100, 10}},
		map[string]priced{"A": {300, 10}, "B": {100, 10}},
	)
	if !near(days[2].Index, 100) || !near(days[3].Index, 200) {
		t.Errorf("%+v", days)
	}
	if one := chain(map[string]priced{"A": {50, 1}}, map[string]priced{"B": {70, 1}}); one[1].Index != 100 || one[1].Types != 0 {
		t.Errorf("new things made it %+v", one)
	}
}

func TestValuesHaveNoEnd(t *testing.T) {
	var v, w Value
	v.Add(1e15, 1e15)
	v.Add(1, 1)
	w.AddValue(&v)
	if v.String() != "1000000000000000000000000000001" || w.Compare(&v) != 0 || v.per(1e15) != 1e15 {
		t.Errorf("%s %s %d", v, w, v.per(1e15))
	}
}
