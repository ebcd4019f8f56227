package surveillance

import (
	"context"
	"database/sql"
	"fmt"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// Listener is told what happened: a Detector, or whoever wants to know what one would be told.
type Listener interface {
	Trade(Trade)
	Transfer(Transfer)
}

// Read tells what a ledger has: all trades, what else went from one character to another, and
// what somebody got of the world. Characters of one account are one person, who may give
// themselves what they like. What was left in a wreck, or with any other keeper, is its
// giver's until somebody takes it.
func Read(ctx context.Context, books ledger.Books, to Listener) error {
	r := &reader{ctx: ctx, books: books, to: to, account: map[world.CharacterID]int64{}, keepers: map[int64]bool{}, traded: map[int64]bool{}, kept: map[berth][]deposit{}}
	for _, step := range []func() error{r.readPeople, r.readTrades, r.readPostings} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type (
	// reader goes through a ledger.
	reader struct {
		ctx     context.Context
		books   ledger.Books
		to      Listener
		account map[world.CharacterID]int64
		keepers map[int64]bool
		traded  map[int64]bool // entries
		kept    map[berth][]deposit
		entry   int64
		moves   []move // of the entry
	}
	// move is a posting of somebody's or of a keeper's.
	move struct {
		owner           int64
		location, thing string
		quantity        int64
	}
	// berth is where a keeper has things of a type, and deposit what of them is whose.
	berth struct {
		keeper          int64
		location, thing string
	}
	deposit struct {
		from     world.CharacterID
		quantity int64
	}
)

func (r *reader) each(text string, fn func(*sql.Rows) error) error {
	return ledger.Each(r.ctx, r.books, text, fn)
}

func (r *reader) readPeople() error {
	err := r.each(`SELECT id, account FROM characters`, func(rows *sql.Rows) error {
		var id world.CharacterID
		var account int64
		err := rows.Scan(&id, &account)
		r.account[id] = account
		return err
	})
	if err != nil {
		return err
	}
	return r.each(`SELECT id FROM ledger_accounts WHERE kind = 'keeper'`, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		r.keepers[id] = true
		return err
	})
}

func (r *reader) readTrades() error {
	return r.each(`SELECT entry, at, type, region, price, quantity, buyer, seller, bought, sold FROM trades ORDER BY entry, bought, sold`, func(rows *sql.Rows) error {
		var t Trade
		err := rows.Scan(&t.Entry, &t.At, &t.Type, &t.Region, &t.Price, &t.Quantity, &t.Buyer, &t.Seller, &t.Bought, &t.Sold)
		for _, who := range []*world.CharacterID{&t.Buyer, &t.Seller} {
			if *who <= ledger.FirstCharacter {
				*who = 0
			}
		}
		r.traded[t.Entry] = true
		r.to.Trade(t)
		return err
	})
}

// readPostings goes through all that moved, entry by entry.
func (r *reader) readPostings() error {
	err := r.each(`SELECT p.entry, h.owner, h.location, h.type, p.quantity FROM postings p JOIN holdings h ON h.id = p.holding
		WHERE h.owner > 0 ORDER BY p.entry, h.id`, func(rows *sql.Rows) error {
		var entry int64
		var m move
		if err := rows.Scan(&entry, &m.owner, &m.location, &m.thing, &m.quantity); err != nil {
			return err
		}
		if entry != r.entry {
			if err := r.settle(); err != nil {
				return err
			}
			r.entry = entry
		}
		if m.owner > ledger.FirstCharacter || r.keepers[m.owner] {
			r.moves = append(r.moves, m)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.settle()
}

// settle says who of an entry has got what of whom.
func (r *reader) settle() error {
	moves := r.moves
	r.moves = r.moves[:0]
	if r.traded[r.entry] {
		return nil
	}
	for i := range moves {
		from := &moves[i]
		for k := 0; k < len(moves) && from.quantity < 0; k++ {
			to := &moves[k]
			if to.quantity <= 0 || to.thing != from.thing {
				continue
			}
			n := min(-from.quantity, to.quantity)
			from.quantity, to.quantity = from.quantity+n, to.quantity-n
			if err := r.pass(*from, *to, n); err != nil {
				return err
			}
		}
	}
	for _, to := range moves { // what is left has come from a faucet
		if to.quantity > 0 && !r.keepers[to.owner] {
			if err := r.hand(World, world.CharacterID(to.owner), to.thing, to.quantity); err != nil {
				return err
			}
		}
	}
	return nil
}

// pass says what became of so many: handed over, left with a keeper, or taken from one.
func (r *reader) pass(from, to move, n int64) error {
	at := berth{to.owner, to.location, to.thing}
	if !r.keepers[from.owner] {
		if r.keepers[to.owner] {
			r.kept[at] = append(r.kept[at], deposit{world.CharacterID(from.owner), n})
			return nil
		}
		return r.hand(world.CharacterID(from.owner), world.CharacterID(to.owner), from.thing, n)
	}
	of := berth{from.owner, from.location, from.thing}
	for n > 0 && len(r.kept[of]) > 0 {
		first := &r.kept[of][0]
		some := min(n, first.quantity)
		n, first.quantity = n-some, first.quantity-some
		var err error
		if r.keepers[to.owner] {
			r.kept[at] = append(r.kept[at], deposit{first.from, some})
		} else {
			err = r.hand(first.from, world.CharacterID(to.owner), from.thing, some)
		}
		if first.quantity == 0 {
			r.kept[of] = r.kept[of][1:]
		}
		if err != nil {
			return err
		}
	}
	if len(r.kept[of]) == 0 {
		delete(r.kept, of)
	}
	return nil
}

func (r *reader) hand(from, to world.CharacterID, thing string, n int64) error {
	if from == to || from != World && r.account[from] == r.account[to] && r.account[from] != 0 {
		return nil
	}
	t := Transfer{Entry: r.entry, Type: thing, Quantity: n, From: from, To: to}
	if from != World { // of what was earned nobody asks when
		if err := r.books.QueryRowContext(r.ctx, `SELECT at FROM entries WHERE id = ?`, r.entry).Scan(&t.At); err != nil {
			return fmt.Errorf("entry %d: %w", r.entry, err)
		}
	}
	r.to.Transfer(t)
	return nil
}
