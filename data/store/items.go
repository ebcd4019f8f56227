package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

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
	selectItems    = `SELECT owner, location, type, quantity FROM items WHERE owner = ? ORDER BY location, type`
	selectQuantity = `SELECT quantity FROM items WHERE owner = ? AND location = ? AND type = ?`
	upsertItem     = `INSERT INTO items (owner, location, type, quantity) VALUES (?, ?, ?, ?)
		ON CONFLICT (owner, location, type) DO UPDATE SET quantity = excluded.quantity`
	selectTypeOwners = `SELECT count(*) FROM characters WHERE ship LIKE ? ESCAPE '\' OR data LIKE ? ESCAPE '\'
		OR EXISTS (SELECT 1 FROM items WHERE owner = characters.id AND type = ?)`
	deleteItem = `DELETE FROM items WHERE owner = ? AND location = ? AND type = ?`
)

// Items returns everything the character owns, by location and type.
func (s *Store) Items(ctx context.Context, owner world.CharacterID) ([]Item, error) {
	return query(ctx, s, "items", func(row scanner) (i Item, err error) {
		return i, row.Scan(&i.Owner, &i.Location, &i.Type, &i.Quantity)
	}, selectItems, owner)
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
func (s *Store) GiveItems(ctx context.Context, i Item) (int64, error) {
	return s.changeOne(ctx, "give items", i, 1)
}

// TakeItems removes the stack and returns how many are left. Errors:
// ErrNotEnough where there are fewer, ErrInvalid for a quantity below 1.
func (s *Store) TakeItems(ctx context.Context, i Item) (int64, error) {
	return s.changeOne(ctx, "take items", i, -1)
}

func (s *Store) changeOne(ctx context.Context, op string, i Item, sign int64) (left int64, err error) {
	if err := i.check(op); err != nil {
		return 0, err
	}
	i.Quantity *= sign
	err = s.change(ctx, op, func(t *tx) (err error) {
		left, err = i.apply(t, op)
		return err
	})
	return left, err
}

// MoveItems takes the stack from its owner and place and gives as many to
// another owner, place or both: all or nothing.
func (s *Store) MoveItems(ctx context.Context, from Item, owner world.CharacterID, location string) error {
	const op = "move items"
	to := Item{Owner: owner, Location: location, Type: from.Type, Quantity: from.Quantity}
	if err := from.check(op); err != nil {
		return err
	}
	from.Quantity = -from.Quantity
	return s.ChangeItems(ctx, from, to)
}

// ChangeItems adds each quantity, which may be below zero, to what its owner has
// there, in order and all or nothing: the sale of goods for money is four
// changes. Errors: ErrNotEnough, ErrNotFound, ErrInvalid.
func (s *Store) ChangeItems(ctx context.Context, changes ...Item) error {
	const op = "change items"
	for _, c := range changes {
		if err := c.checkText(op); err != nil {
			return err
		}
	}
	return s.change(ctx, op, func(t *tx) error {
		for _, c := range changes {
			if _, err := c.apply(t, op); err != nil {
				return err
			}
		}
		return nil
	})
}

// apply adds the quantity to the row and returns what is there then.
func (i Item) apply(t *tx, op string) (int64, error) {
	var has int64
	if _, err := t.get([]any{&has}, selectQuantity, i.Owner, i.Location, i.Type); err != nil {
		return 0, err
	}
	if i.Quantity > 0 && has > world.MaxQuantity-i.Quantity {
		return 0, fail(op, ErrInvalid, fmt.Sprintf("that would be more %s than can be counted: at most %d", i.Type, int64(world.MaxQuantity)))
	}
	left := has + i.Quantity
	if left < 0 {
		return 0, fail(op, ErrNotEnough, fmt.Sprintf("not enough %s: there are %d", i.Type, has))
	}
	if left == 0 {
		_, err := t.exec(deleteItem, i.Owner, i.Location, i.Type)
		return 0, err
	}
	_, err := t.exec(upsertItem, i.Owner, i.Location, i.Type, left)
	if foreignKey(err) {
		err = fail(op, ErrNotFound, fmt.Sprintf("there is no character %d", i.Owner))
	}
	return left, err
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
