// Package surveillance looks for real-money trade and manipulation in what characters trade
// and hand to each other: gifts that are sold for money outside of the game, trades that
// only make a show of trading, corners, and prices that are talked up.
//
// It is told of trades and transfers and of nothing else, in any order, keeps them, and says at the end whom
// somebody should look at, why, and by what. A score is from 0 to 1 and is made of grades
// that each say how far a figure is from what honest people's are; a figure that is
// ordinary makes the score nothing. It accuses nobody: gifts among strangers who became
// friends outside of the game look the same as gifts that were paid for.
//
// Read detector.go first, then fair.go, on which the rest stands: what a thing was worth at
// the time. gifts.go, wash.go, corner.go and jump.go are the four kinds.
package surveillance

import (
	"cmp"
	"math"
	"slices"

	"hotshard/runtime/world"
)

// Trade is a trade of the market.
type Trade struct {
	Entry         int64 // of the ledger
	At            int64 // microseconds since 1970
	Type, Region  string
	Price         int64 // of one, in hundredths
	Quantity      int64
	Buyer, Seller world.CharacterID // 0 for a corporation of the world
	Bought, Sold  int64             // their orders
}

// World is whom things are from that nobody had before: what was dug, or paid as a bounty.
const World world.CharacterID = 0

// Transfer is what one character got of another's without a trade: handed over, or floating
// in a wreck. What comes from World is what somebody has earned.
type Transfer struct {
	Entry    int64
	At       int64
	Type     string
	Quantity int64
	From, To world.CharacterID
}

// Kind is what somebody is suspected of.
type Kind string

// The kinds.
const (
	Sale   Kind = "real-money trade" // gifts to strangers, of all one has
	Wash   Kind = "wash trading"     // the same goods round and round
	Corner Kind = "cornering"        // buying up a market to sell it back dearer
	Jump   Kind = "price painting"   // trades that are there for their price
)

// Suspect is somebody to look at.
type Suspect struct {
	Who      world.CharacterID   `json:"who"`
	Kind     Kind                `json:"kind"`
	Score    float64             `json:"score"` // 0 to 1
	Why      string              `json:"why"`
	With     []world.CharacterID `json:"with"` // others of the same case
	Evidence Evidence            `json:"evidence"`
}

// Evidence is what a suspicion stands on.
type Evidence struct {
	Entries []int64 `json:"entries"` // of the ledger, the first so many
	Orders  []int64 `json:"orders"`
	Trades  int     `json:"trades"` // all of them
	Sum     int64   `json:"sum"`    // that they are about, in hundredths
}

// Flag is the score from which on somebody is a suspect. On the seeds that thresholds are
// chosen on, honest people mostly end below it, and planted ones begin above: see the curve.
const Flag = 0.85

// hubFrom is the score from which on whoever deals with a receiver is looked at for it.
const hubFrom = 0.65

// mostEvidence is how many entries and orders are named.
const mostEvidence = 20

// Detector is told what happened. It is not safe for use by several goroutines.
type Detector struct {
	// Listed is the price of a type that is not traded enough to have one; nil for none.
	Listed func(itemType string) int64

	trades    []Trade
	transfers []Transfer
	fair      *fair
}

// Trade tells of a trade.
func (d *Detector) Trade(t Trade) { d.trades = append(d.trades, t) }

// Transfer tells of a transfer.
func (d *Detector) Transfer(t Transfer) { d.transfers = append(d.transfers, t) }

// Suspects lists everybody whose score is at least so much, the highest first; who is
// suspected of several kinds is listed for each.
func (d *Detector) Suspects(least float64) []Suspect {
	slices.SortStableFunc(d.trades, func(a, b Trade) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Entry, b.Entry)) })
	slices.SortStableFunc(d.transfers, func(a, b Transfer) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Entry, b.Entry)) })
	d.fair = newFair(d.trades, d.Listed)
	var all []Suspect
	for _, kind := range []func() []Suspect{d.sales, d.washes, d.corners, d.jumps} {
		all = append(all, kind()...)
	}
	return best(slices.DeleteFunc(all, func(s Suspect) bool { return s.Score < least || !character(s.Who) }))
}

// best keeps the highest score of each character and kind.
func best(all []Suspect) []Suspect {
	slices.SortStableFunc(all, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Who, b.Who))
	})
	type of struct {
		who  world.CharacterID
		kind Kind
	}
	seen := map[of]bool{}
	return slices.DeleteFunc(all, func(s Suspect) bool {
		known := seen[of{s.Who, s.Kind}]
		seen[of{s.Who, s.Kind}] = true
		return known
	})
}

// character says whether a number is somebody's.
func character(id world.CharacterID) bool { return id > 0 }

// grade says how far a figure is on the way from what is ordinary to what is not.
func grade(x, ordinary, not float64) float64 {
	return math.Max(0, math.Min(1, (x-ordinary)/(not-ordinary)))
}

// together is the geometric mean of grades: none of them may be nothing.
func together(grades ...float64) float64 {
	product := 1.0
	for _, g := range grades {
		product *= g
	}
	return math.Pow(product, 1/float64(len(grades)))
}

// daily is how many microseconds a day has.
const daily = 24 * 60 * 60 * 1_000_000

// note adds a trade to the evidence.
func (e *Evidence) note(t *Trade, worth float64) {
	e.entry(t.Entry, worth)
	for _, order := range []int64{t.Bought, t.Sold} {
		if len(e.Orders) < mostEvidence && order != 0 && !slices.Contains(e.Orders, order) {
			e.Orders = append(e.Orders, order)
		}
	}
}

func (e *Evidence) entry(id int64, worth float64) {
	e.Trades++
	e.Sum += int64(math.Min(worth, 1<<53))
	if len(e.Entries) < mostEvidence && !slices.Contains(e.Entries, id) {
		e.Entries = append(e.Entries, id)
	}
}
