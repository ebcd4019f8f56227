package store

import (
	"context"
	"math"
	"time"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// Line is one line of the history of a stack: how much came, or went below zero, and why.
type Line struct {
	Entry    int64
	At       time.Time
	Quantity int64
	Cause    string
	Trades   []Trade // those of its owner in the same entry
}

// Trade is what two orders have traded. Price is in hundredths. Owners are characters, or
// 0 for a keeper.
type Trade struct {
	Entry         int64
	Type          string
	System        world.SystemID
	Station       world.EntityID
	Price         int64
	Quantity      int64
	Buyer, Seller world.CharacterID
	Bought, Sold  int64 // their orders
}

const (
	// entriesOf are the newest of a stack's lines; ?1 to ?3 name the stack, ?4 is the entry
	// before which they are, ?5 how many.
	entriesOf = ` FROM postings WHERE holding = (SELECT id FROM holdings WHERE owner = ?1 AND location = ?2 AND type = ?3)
		AND entry < ?4 ORDER BY entry DESC LIMIT ?5`
	selectLines = `SELECT p.entry, e.at, p.quantity, e.cause FROM (SELECT entry, quantity` + entriesOf + `) p JOIN entries e ON e.id = p.entry ORDER BY p.entry DESC`
	selectDeals = `SELECT entry, type, system, station, price, quantity, buyer, seller, bought, sold FROM trades
		WHERE (buyer = ?1 OR seller = ?1) AND entry IN (SELECT entry` + entriesOf + `) ORDER BY entry DESC, bought, sold`
)

// Lines returns up to limit lines of what became of a stack, the newest first, those before
// an entry; 0 begins with the newest. What was traded in them is told with them.
func (s *Store) Lines(ctx context.Context, i Item, before int64, limit int) ([]Line, error) {
	const op = "lines"
	if before == 0 {
		before = math.MaxInt64
	}
	args := []any{i.Owner, i.Location, i.Type, before, limit}
	lines, err := query(ctx, s, op, scanLine, selectLines, args...)
	if err != nil {
		return nil, err
	}
	deals, err := query(ctx, s, op, scanTrade, selectDeals, args...)
	for i := range lines { // both are the newest first
		for len(deals) > 0 && deals[0].Entry == lines[i].Entry {
			lines[i].Trades, deals = append(lines[i].Trades, deals[0]), deals[1:]
		}
	}
	return lines, err
}

func scanLine(row scanner) (l Line, err error) {
	var at int64
	err = row.Scan(&l.Entry, &at, &l.Quantity, &l.Cause)
	l.At = toTime(at)
	return l, err
}

func scanTrade(row scanner) (t Trade, err error) {
	err = row.Scan(&t.Entry, &t.Type, &t.System, &t.Station, &t.Price, &t.Quantity, &t.Buyer, &t.Seller, &t.Bought, &t.Sold)
	for _, who := range []*world.CharacterID{&t.Buyer, &t.Seller} {
		if *who < ledger.FirstCharacter {
			*who = 0
		}
	}
	return t, err
}
