package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// Item is a stack: how many of one type a character has in one place. The
// location is the caller's word for it ("hangar", "60003760", "cargo"); "" is one
// too. Money is kept as a type like any other, so that a trade is one change.
type Item struct {
	Owner    world.CharacterID
	Location string
	Type     string
	Quantity int64
}

// MaxItemText is how long a location or a type may be, in bytes.
const MaxItemText = 128

const (
	itemColumns = `owner, location, type, quantity`

	selectItems   = `SELECT ` + itemColumns + ` FROM holdings WHERE owner = ? AND quantity <> 0 ORDER BY location, type`
	selectItemsIn = `SELECT ` + itemColumns + ` FROM holdings WHERE owner = ? AND location = ? AND quantity <> 0 ORDER BY type`
	// within is what an owner, ?1, has in a place, ?2, and in those within it, which are from ?3
	// to before ?4 in the order of their names.
	within            = ` FROM holdings WHERE owner = ?1 AND location = ?2 AND quantity <> 0 UNION ALL SELECT `
	withinToo         = ` FROM holdings WHERE owner = ?1 AND location >= ?3 AND location < ?4 AND quantity <> 0`
	selectItemsWithin = `SELECT ` + itemColumns + within + itemColumns + withinToo
	selectRoom        = `SELECT type, quantity` + within + `type, quantity` + withinToo
	selectTypeOwners  = `SELECT count(*) FROM characters WHERE ship LIKE ? ESCAPE '\' OR data LIKE ? ESCAPE '\'
		OR EXISTS (SELECT 1 FROM holdings WHERE owner = characters.id AND type = ? AND quantity <> 0)`
)

// Items returns everything the character owns, by location and type.
func (s *Store) Items(ctx context.Context, owner world.CharacterID) ([]Item, error) {
	return query(ctx, s, "items", scanItem, selectItems, owner)
}

// ItemsIn returns what the character owns in one place, by type. It reads nothing else.
func (s *Store) ItemsIn(ctx context.Context, owner world.CharacterID, location string) ([]Item, error) {
	return query(ctx, s, "items in a place", scanItem, selectItemsIn, owner, location)
}

// ItemsWithin returns what the character owns in one place and in those within it, in no
// order. It reads nothing else.
func (s *Store) ItemsWithin(ctx context.Context, owner world.CharacterID, location string) ([]Item, error) {
	return query(ctx, s, "items within a place", scanItem, selectItemsWithin, owner, location, location+world.Inner, afterInner(location))
}

// afterInner is the first name behind those of all places within one.
func afterInner(location string) string { return location + string(world.Inner[0]+1) }

const selectKept = `SELECT 0, location, type, quantity FROM holdings WHERE owner = (SELECT id FROM ledger_accounts WHERE kind = 'keeper' AND name = ?)
	AND location = ? AND quantity <> 0 ORDER BY type`

// Kept returns what a keeper has in a place, by type.
func (s *Store) Kept(ctx context.Context, keeper, location string) ([]Item, error) {
	return query(ctx, s, "kept", scanItem, selectKept, keeper, location)
}

const selectPlaces = `SELECT DISTINCT location FROM holdings WHERE owner = (SELECT id FROM ledger_accounts WHERE kind = 'keeper' AND name = ?1)
	AND location >= ?2 AND location < ?3 AND quantity <> 0 ORDER BY location LIMIT ?4`

// Places returns up to limit places that begin with a prefix and in which a keeper has
// something, in order.
func (s *Store) Places(ctx context.Context, keeper, prefix string, limit int) ([]string, error) {
	return query(ctx, s, "places", func(row scanner) (place string, err error) { return place, row.Scan(&place) },
		selectPlaces, keeper, prefix, prefix+"\U0010FFFF", limit)
}

func scanItem(row scanner) (i Item, err error) {
	return i, row.Scan(&i.Owner, &i.Location, &i.Type, &i.Quantity)
}

// holding is where the ledger has the stack.
func (i Item) holding() ledger.Holding {
	return ledger.Holding{Holder: ledger.Of(i.Owner), Location: i.Location, Type: i.Type}
}

// TypeOwners counts, for each type, the characters who own something of it, fly one, or
// have its name in their data. Types nobody has are left out. It reads every character.
func (s *Store) TypeOwners(ctx context.Context, types []string) (map[string]int, error) {
	owners := map[string]int{}
	for _, name := range types {
		written, err := json.Marshal(name)
		if err != nil {
			return nil, fail("type owners", ErrInvalid, err.Error())
		}
		like := "%" + likeEscaper.Replace(string(written)) + "%"
		n, _, err := queryOne(ctx, s, "type owners", func(row scanner) (n int, err error) { return n, row.Scan(&n) }, selectTypeOwners, like, like, name)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			owners[name] = n
		}
	}
	return owners, nil
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// GiveItems adds the stack to what its owner has there and returns how many that
// makes. Errors: ErrInvalid for a quantity below 1, ErrNotFound for the owner.
func (s *Store) GiveItems(ctx context.Context, why Why, i Item) (int64, error) {
	return s.changeOne(ctx, "give items", why, i, 1)
}

// TakeItems removes the stack and returns how many are left. Errors:
// ErrNotEnough where there are fewer, ErrInvalid for a quantity below 1.
func (s *Store) TakeItems(ctx context.Context, why Why, i Item) (int64, error) {
	return s.changeOne(ctx, "take items", why, i, -1)
}

func (s *Store) changeOne(ctx context.Context, op string, why Why, i Item, sign int64) (left int64, err error) {
	if err := i.check(op); err != nil {
		return 0, err
	}
	i.Quantity *= sign
	_, err = s.post(ctx, op, why, []Step{ChangeItem(i)}, func(t *tx) (err error) {
		left, err = t.entry.Change(i.holding(), i.Quantity)
		return err
	})
	return left, err
}

// MoveItems takes the stack from its owner and place and gives as many to
// another owner, place or both: all or nothing.
func (s *Store) MoveItems(ctx context.Context, why Why, from Item, owner world.CharacterID, location string) error {
	const op = "move items"
	if err := from.check(op); err != nil {
		return err
	}
	to := Item{Owner: owner, Location: location, Type: from.Type}
	_, err := s.Transact(ctx, why, Move{From: from.holding(), To: to.holding(), N: from.Quantity})
	return err
}

// ChangeItems adds each quantity, which may be below zero, to what its owner has
// there, in order and all or nothing: the sale of goods for money is four
// changes. What they make or destroy together is a faucet's or a sink's of the cause's
// name. Errors: ErrNotEnough, ErrNotFound, ErrInvalid.
func (s *Store) ChangeItems(ctx context.Context, why Why, changes ...Item) error {
	steps := make([]Step, len(changes))
	for i, c := range changes {
		steps[i] = ChangeItem(c)
	}
	_, err := s.Transact(ctx, why, steps...)
	return err
}

func (i Item) check(op string) error {
	if i.Quantity <= 0 {
		return fail(op, ErrInvalid, "the quantity must be 1 or more")
	}
	return i.checkText(op)
}

func (i Item) checkText(op string) error {
	if i.Type == "" || len(i.Type) > MaxItemText || len(i.Location) > MaxItemText {
		return fail(op, ErrInvalid, fmt.Sprintf("an item has a type, and type and location have at most %d characters", MaxItemText))
	}
	if i.Quantity > world.MaxQuantity || i.Quantity < -world.MaxQuantity {
		return fail(op, ErrInvalid, fmt.Sprintf("a quantity is at most %d", int64(world.MaxQuantity)))
	}
	return nil
}
