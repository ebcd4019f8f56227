package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Account is what operators see of one: never its password.
type Account struct {
	ID        AccountID
	Name      string
	Created   time.Time
	LastLogin time.Time
}

const (
	accountRow      = `SELECT id, name, created, last_login FROM accounts `
	selectByName    = accountRow + `WHERE name_key = ?`
	selectByID      = accountRow + `WHERE id = ?`
	selectHash      = `SELECT password FROM accounts WHERE id = ?`
	renameAccount   = `UPDATE accounts SET name = ?, name_key = ? WHERE id = ?`
	renameCharacter = `UPDATE characters SET name = ?, name_key = ? WHERE id = ?`
	selectItemsOf   = `SELECT ` + itemColumns + ` FROM holdings WHERE quantity <> 0 AND owner IN (SELECT id FROM characters WHERE account = ?)`
	deletePeopleOf  = `DELETE FROM characters WHERE account = ?`
	deleteAccount   = `DELETE FROM accounts WHERE id = ?`
)

func scanAccount(row scanner) (a Account, err error) {
	var created, login int64
	err = row.Scan(&a.ID, &a.Name, &created, &login)
	a.Created, a.LastLogin = toTime(created), toTime(login)
	return a, err
}

// FindAccount returns the account whose name it is, or one of whose characters is
// called so or has that number. Errors: ErrNotFound.
func (s *Store) FindAccount(ctx context.Context, who string) (Account, error) {
	const op = "account"
	a, found, err := queryOne(ctx, s, op, scanAccount, selectByName, nameKey(who))
	if err != nil || found {
		return a, err
	}
	c, err := s.CharacterByName(ctx, who)
	if id, nerr := strconv.ParseInt(who, 10, 64); errors.Is(err, ErrNotFound) && nerr == nil {
		c, err = s.oneCharacter(ctx, selectCharacter, id)
	}
	if err == nil {
		a, found, err = queryOne(ctx, s, op, scanAccount, selectByID, c.Account)
	}
	if errors.Is(err, ErrNotFound) || err == nil && !found {
		return a, fail(op, ErrNotFound, fmt.Sprintf("nobody is called %s: no account, no character, no number of one", who))
	}
	return a, err
}

// Rename gives a character another name, and its account with it where that was
// called like the character. Errors: ErrName, ErrNameTaken, ErrNotFound.
func (s *Store) Rename(ctx context.Context, c Character, name string) error {
	const op = "rename"
	if err := checkName(op, name); err != nil {
		return err
	}
	return s.change(nobodys(ctx), op, func(t *tx) error {
		found, err := t.Update(renameCharacter, name, nameKey(name), c.ID)
		if err != nil {
			return nameTaken(op, name, err)
		}
		if !found {
			return fail(op, ErrNotFound, "there is no such character")
		}
		var has string
		if _, err := t.Get([]any{&has}, `SELECT name FROM accounts WHERE id = ?`, c.Account); err != nil {
			return err
		}
		if nameKey(has) != nameKey(c.Name) {
			return nil
		}
		if _, err = t.exec(renameAccount, name, nameKey(name), c.Account); err != nil {
			return nameTaken(op, name, err)
		}
		return nil
	})
}

// SetPassword replaces an account's password and makes its tokens worthless.
// Errors: ErrPassword, ErrNotFound.
func (s *Store) SetPassword(ctx context.Context, id AccountID, password string) error {
	const op = "password"
	if err := s.checkPassword(op, password); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.change(nobodys(ctx), op, func(t *tx) error {
		found, err := t.Update(rehashAccount, hash, id)
		if err == nil && !found {
			return fail(op, ErrNotFound, "there is no such account")
		}
		if err == nil {
			_, err = t.exec(deleteSessions, id)
		}
		return err
	})
}

// ChangePassword is SetPassword for whoever knows the old one. Errors:
// ErrCredentials, ErrPassword.
func (s *Store) ChangePassword(ctx context.Context, id AccountID, old, password string) error {
	const op = "password"
	hash, found, err := queryOne(ctx, s, op, scanText, selectHash, id)
	if err != nil {
		return err
	}
	if !found {
		return fail(op, ErrNotFound, "there is no such account")
	}
	ok, _, err := s.hasher.verify(ctx, hash, old)
	if err == nil && !ok {
		err = fail(op, ErrCredentials, "the old password is wrong")
	}
	if err != nil {
		return err
	}
	return s.SetPassword(ctx, id, password)
}

// DeleteAccount removes an account and its characters; what they own goes into a sink.
// What the audit log, the ledger and the sanctions say of it stays.
func (s *Store) DeleteAccount(ctx context.Context, id AccountID) error {
	const op = "delete account"
	return s.change(nobodys(ctx), op, func(t *tx) error {
		if err := s.discard(t, id); err != nil {
			return err
		}
		for _, text := range []string{deleteSessions, deletePeopleOf} {
			if _, err := t.exec(text, id); err != nil {
				return err
			}
		}
		found, err := t.Update(deleteAccount, id)
		if err == nil && !found {
			err = fail(op, ErrNotFound, "there is no such account")
		}
		return err
	})
}

const selectStandingOf = `SELECT id FROM orders WHERE ended = 0 AND owner IN (SELECT id FROM characters WHERE account = ?)`

// reasonDeleted is why an order ends whose owner is gone.
const reasonDeleted = "account deleted"

// discard puts all that an account's characters own into a sink.
func (s *Store) discard(t *tx, id AccountID) error {
	var all []Item
	var standing []int64
	err := t.each(func(row scanner) error {
		var order int64
		err := row.Scan(&order)
		standing = append(standing, order)
		return err
	}, selectStandingOf, id)
	if err != nil {
		return err
	}
	err = t.each(func(row scanner) error {
		i, err := scanItem(row)
		all = append(all, i)
		return err
	}, selectItemsOf, id)
	if err != nil {
		return err
	}
	_, err = t.post(s.now(), &Why{Cause: reasonDeleted}, func() error {
		for _, order := range standing { // what they promised is among all they own
			if _, err := t.exec(endOrder, t.now, reasonDeleted, order); err != nil {
				return err
			}
		}
		for _, i := range all {
			if _, err := t.entry.Change(i.holding(), -i.Quantity); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
