package store

import (
	"fmt"
	"reflect"
	"testing"

	"hotshard/data/ledger"
	"hotshard/data/ledger/surveillance"
	"hotshard/runtime/world"
)

// heard is who went away with what of whom.
type heard struct {
	trades    []surveillance.Trade
	transfers []string
}

// Trade implements surveillance.Listener.
func (h *heard) Trade(t surveillance.Trade) { h.trades = append(h.trades, t) }

// Transfer implements surveillance.Listener.
func (h *heard) Transfer(t surveillance.Transfer) {
	h.transfers = append(h.transfers, fmt.Sprintf("%d to %d: %d %s", max(0, t.From-ledger.FirstCharacter), t.To-ledger.FirstCharacter, t.Quantity, t.Type))
}

// What passes from one to another is told, over a wreck too, and in whose hands it was; what
// somebody does with their own things is not, nor what is traded.
func TestWhatTheDetectorIsTold(t *testing.T) {
	m := newMarket(t, open(t))
	c, err := m.s.Character(bg, m.a)
	must(t, err)
	alt, err := m.s.CreateCharacter(bg, Character{Account: c.Account, Name: "Anna's other", System: 1, Ship: "Wren"})
	must(t, err)
	wreck := ledger.Holding{Holder: ledger.Holder{Kind: ledger.Keeper, Name: "wrecks"}, Location: "wreck 5", Type: "Ore"}
	in := func(who world.CharacterID, place, thing string) ledger.Holding {
		return Item{Owner: who, Location: place, Type: thing}.holding()
	}
	hangar := world.Hangar(1, 7)
	must(t, m.do(Move{in(m.a, hangar, "Ore"), in(m.b, "hold", "Ore"), 10}))   // a gift
	must(t, m.do(Move{in(m.a, hangar, "Ore"), in(m.a, "hold", "Ore"), 30}))   // their own
	must(t, m.do(Move{in(m.a, hangar, "Ore"), in(alt.ID, hangar, "Ore"), 5})) // their own, too
	must(t, m.do(Move{in(m.a, "hold", "Ore"), wreck, 20}, Move{in(m.a, "hold", "Ore"), named(ledger.Sink, "ship lost", "Ore"), 10}))
	must(t, m.do(Move{wreck, in(m.b, "hold", "Ore"), 15})) // loot
	must(t, m.do(Move{wreck, named(ledger.Sink, "wreck gone", "Ore"), 5}))
	must(t, m.do(m.order(1, Sell, m.a, 20, 3)))
	must(t, m.do(m.order(2, Buy, m.b, 20, 3), TradeOrders{Comes: 2, Stood: 1, N: 3, Tax: 1}))
	must(t, m.do(Move{named(ledger.Faucet, "mining", "Ore"), in(m.b, "hold", "Ore"), 4}))
	var h heard
	must(t, m.s.Books(bg, func(b ledger.Books) error { return surveillance.Read(bg, b, &h) }))
	want := []string{"0 to 1: 100 Ore", "0 to 1: 10000 Money", "0 to 2: 100 Ore", "0 to 2: 10000 Money", "1 to 2: 10 Ore", "1 to 2: 15 Ore", "0 to 2: 4 Ore"}
	if !reflect.DeepEqual(h.transfers, want) {
		t.Errorf("%q, and not %q", h.transfers, want)
	}
	if len(h.trades) != 1 || h.trades[0].Seller != m.a || h.trades[0].Buyer != m.b || h.trades[0].Price != 20 || h.trades[0].Sold != 1 {
		t.Errorf("%+v", h.trades)
	}
}
