// Package economy reports on the books what economists and operators want to know: what
// came into the world and what went, for what cause and in which region, how much money
// there is and how fast it goes round, prices, and what was dug, made, used, traded and
// destroyed.
//
// It reads one moment of a database, once, and keeps sums alone: however long the ledger
// is, a report takes a pass over the postings of faucets and sinks and one over the trades.
// Regional figures add up to the totals, and the totals to the ledger, to the last unit:
// prove.go holds them against each other, and what does not fit is in the report.
//
// Begin with Read in this file; flows.go has what comes and goes, money.go the supply,
// trades.go the market, index.go the formula of the price indices.
package economy

import (
	"context"
	"time"

	"hotshard/data/ledger"
)

// Query says which time a report is about: from the first entry at or after From to the
// last before Until. Zero is from the first of all, and until now.
type Query struct {
	From, Until time.Time
	// Prove reads all postings of the accounts, also those before From, and holds the sums
	// against the ledger.
	Prove bool
}

// Known is what the books do not say: the map and the catalogue.
type Known struct {
	Region   func(address string) string  // of a system, "@Harrow"; "" where it is in none
	Category func(itemType string) string // "ore"; "" for a type that is not known
	Price    func(itemType string) int64  // in hundredths, of one that was never traded; 0 for none
}

// Report is an economy in some time. Money is in hundredths, days are of UTC.
type Report struct {
	From    time.Time    `json:"from"`  // of the first entry
	Until   time.Time    `json:"until"` // of the last
	Entries int64        `json:"entries"`
	Money   Money        `json:"money"`
	Totals  Activity     `json:"totals"`
	Regions []Region     `json:"regions"` // by name; the one without a name is what happened in none
	Causes  []Cause      `json:"causes"`  // faucets and sinks, by account and cause
	Flows   []Flow       `json:"flows"`   // the same by region and type
	Days    []Day        `json:"days"`
	Indices []Index      `json:"indices"`
	Types   []TypeFigure `json:"types"`
	Candles []Candle     `json:"candles"`
	Wrong   []string     `json:"wrong"` // what does not add up; none where the books are right
}

// OK says whether everything adds up.
func (r *Report) OK() bool { return len(r.Wrong) == 0 }

// Money is how much there is, and how fast it goes round.
type Money struct {
	Opening  int64   `json:"opening"` // outside of faucets and sinks
	Faucets  int64   `json:"faucets"`
	Sinks    int64   `json:"sinks"`
	Closing  int64   `json:"closing"`
	Turnover Value   `json:"turnover"` // traded on the market
	Velocity float64 `json:"velocity"` // turnover over the mean supply: how often all of it was spent
	Held     Held    `json:"held"`     // where all of it is now, at the end of the ledger
}

// Held is where money is.
type Held struct {
	Wallets int64 `json:"wallets"` // of characters
	Escrow  int64 `json:"escrow"`  // what orders have promised
	Keepers int64 `json:"keepers"` // what corporations have
	Other   int64 `json:"other"`
}

// Activity is what happened somewhere. Things are counted in money, at the prices of Types.
type Activity struct {
	MoneyIn   int64 `json:"money_in"`  // from faucets
	MoneyOut  int64 `json:"money_out"` // into sinks
	Mined     Value `json:"mined"`
	Made      Value `json:"made"`
	Looted    Value `json:"looted"`
	Used      Value `json:"used"`
	Destroyed Value `json:"destroyed"`
	Given     Value `json:"given"`
	Other     Value `json:"other"`
	Trades    int64 `json:"trades"`
	Units     int64 `json:"units"` // traded
	Turnover  Value `json:"turnover"`
}

// Region is an activity in a region.
type Region struct {
	Region string `json:"region"`
	Activity
}

// Cause is what came through a faucet, or went into a sink, for a cause.
type Cause struct {
	Kind     ledger.Kind     `json:"kind"` // faucet or sink
	Account  string          `json:"account"`
	Cause    string          `json:"cause"` // that the entries say
	Activity ledger.Activity `json:"activity"`
	Money    int64           `json:"money"`
	Things   Value           `json:"things"`
	Postings int64           `json:"postings"`
}

// Flow is how much of one type that was in one region.
type Flow struct {
	Kind     ledger.Kind `json:"kind"`
	Account  string      `json:"account"`
	Cause    string      `json:"cause"`
	Region   string      `json:"region"`
	Type     string      `json:"type"`
	Quantity int64       `json:"quantity"`
}

// Day is an activity in a day, and the money at its end.
type Day struct {
	Date     string  `json:"date"`
	Supply   int64   `json:"supply"`
	Velocity float64 `json:"velocity"`
	Activity
}

// TypeFigure is what became of a type, and what one is worth in this report.
type TypeFigure struct {
	Type     string `json:"type"`
	Category string `json:"category"`
	Came     int64  `json:"came"`
	Went     int64  `json:"went"`
	There    int64  `json:"there"` // at the end
	Units    int64  `json:"units"` // traded
	Price    int64  `json:"price"`
	Priced   Priced `json:"priced"`
}

// Priced is where a price is from.
type Priced string

// The sources of prices: the average of what was traded in the time; that of the last day
// before on which any was; what the type's file says; none, and it counts nothing.
const (
	PricedTraded Priced = "traded"
	PricedBefore Priced = "before"
	PricedListed Priced = "listed"
	PricedNot    Priced = "none"
)

// Index is the price of a basket by day; the first day on which any of it was traded is 100.
type Index struct {
	Basket string     `json:"basket"` // a category of types, or Everything
	Days   []IndexDay `json:"days"`
}

// IndexDay is an index on a day on which something of the basket was traded.
type IndexDay struct {
	Date  string  `json:"date"`
	Index float64 `json:"index"`
	Types int     `json:"types"` // types and regions that the day was linked by
}

// Candle is a type's day in a region: the first, highest, lowest and last price.
type Candle struct {
	Region string `json:"region"`
	Type   string `json:"type"`
	Date   string `json:"date"`
	Open   int64  `json:"open"`
	High   int64  `json:"high"`
	Low    int64  `json:"low"`
	Close  int64  `json:"close"`
	Trades int64  `json:"trades"`
	Units  int64  `json:"units"`
	Worth  Value  `json:"turnover"`
}

// Read makes the report. An error means that the books could not be read; what is wrong in
// them is in the report.
func Read(ctx context.Context, books ledger.Books, known Known, q Query) (*Report, error) {
	r := &reader{ctx: ctx, books: books, known: known, query: q, regions: map[string]*Activity{}, days: map[int64]*day{}}
	for _, step := range []func() error{r.readWindow, r.readAccounts, r.readTrades, r.readPrices, r.readFlows, r.readHeld, r.prove} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	r.sumUp()
	return &r.report, nil
}
