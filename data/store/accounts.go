package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// AccountID names an account for ever.
type AccountID int64

// The rules for names of accounts and characters, and for passwords (in bytes).
const (
	MinName, MaxName         = 3, 24
	MinPassword, MaxPassword = 8, 256
)

const (
	insertAccount = `INSERT INTO accounts (name, name_key, password, created, last_login) VALUES (?, ?, ?, ?, ?)`
	selectAccount = `SELECT id, name, password FROM accounts WHERE name_key = ?`
	touchAccount  = `UPDATE accounts SET last_login = ? WHERE id = ?`
	rehashAccount = `UPDATE accounts SET password = ? WHERE id = ?`
)

// account is a row as login needs it; its hash goes no further than this file.
type account struct {
	id       AccountID
	name     string
	password string
}

// Register makes an account and its first character in one transaction and
// returns the character. The character is named like the account where first
// names none; its System, Station, Pos, Ship and Data are taken from first.
// Errors: ErrName, ErrNameTaken, ErrPassword, ErrInvalid.
func (s *Store) Register(ctx context.Context, name, password string, first Character) (Character, error) {
	const op = "register"
	if err := checkName(op, name); err != nil {
		return Character{}, err
	}
	if err := s.checkPassword(op, password); err != nil {
		return Character{}, err
	}
	if first.Name == "" {
		first.Name = name
	}
	if err := first.check(op); err != nil {
		return Character{}, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Character{}, err
	}
	var made Character
	err = s.change(nobodys(ctx), op, func(t *tx) error {
		now := s.now()
		id, err := t.Insert(insertAccount, name, nameKey(name), hash, now, now)
		if err != nil {
			return nameTaken(op, name, err)
		}
		made = first
		made.Account = AccountID(id)
		return made.insert(t, op, now)
	})
	return made, err
}

// Login returns the account's character that was last seen. An unknown account
// and a wrong password are the same ErrCredentials, after the same work. Where
// the store has AutoCreate, an unknown account is registered instead, with first
// as its character; first also serves an account that has no character. Whoever
// knows the password of a banned account is told until when and why: ErrBanned.
func (s *Store) Login(ctx context.Context, name, password string, first Character) (Character, error) {
	const op = "login"
	if len(password) > MaxPassword {
		return Character{}, wrongCredentials(op)
	}
	acc, found, err := s.accountByName(ctx, op, name)
	if err == nil && !found && s.opt.AutoCreate {
		made, err := s.Register(ctx, name, password, first)
		if !errors.Is(err, ErrNameTaken) {
			return made, err
		}
		// Somebody was faster. If it was the same player twice, the password fits.
		acc, found, err = s.accountByName(ctx, op, name)
		if err == nil && !found {
			return Character{}, nameTaken(op, name, nil)
		}
	}
	if err != nil {
		return Character{}, err
	}
	if !found {
		if err := s.hasher.waste(ctx, password); err != nil {
			return Character{}, err
		}
		return Character{}, wrongCredentials(op)
	}
	return s.enter(ctx, op, acc, password, first)
}

// enter checks the password and notes the login.
func (s *Store) enter(ctx context.Context, op string, acc account, password string, first Character) (Character, error) {
	ok, stale, err := s.hasher.verify(ctx, acc.password, password)
	if err != nil {
		return Character{}, err
	}
	if !ok {
		return Character{}, wrongCredentials(op)
	}
	if err := s.banOf(ctx, op, acc.id); err != nil {
		return Character{}, err
	}
	var rehashed string
	if stale {
		if rehashed, err = s.hasher.hash(ctx, password); err != nil {
			return Character{}, err
		}
	}
	var c Character
	err = s.change(nobodys(ctx), op, func(t *tx) error {
		now := s.now()
		if _, err := t.exec(touchAccount, now, acc.id); err != nil {
			return err
		}
		if stale {
			if _, err := t.exec(rehashAccount, rehashed, acc.id); err != nil {
				return err
			}
		}
		var found bool
		if c, found, err = lastCharacter(t, acc.id); err != nil || found {
			return err
		}
		c = first
		c.Account = acc.id
		if c.Name == "" {
			c.Name = acc.name
		}
		return c.insert(t, op, now)
	})
	return c, err
}

func (s *Store) accountByName(ctx context.Context, op, name string) (account, bool, error) {
	return queryOne(ctx, s, op, func(row scanner) (a account, err error) {
		return a, row.Scan(&a.id, &a.name, &a.password)
	}, selectAccount, nameKey(name))
}

func wrongCredentials(op string) error {
	return fail(op, ErrCredentials, "the name or the password is wrong")
}

// nameTaken makes a clear error of a broken UNIQUE constraint on a name.
func nameTaken(op, name string, err error) error {
	if err != nil && !unique(err) {
		return err
	}
	return fail(op, ErrNameTaken, fmt.Sprintf("the name %q is taken", name))
}

// nameKey is the form in which names are unique.
func nameKey(name string) string { return strings.ToLower(name) }

// checkName keeps names to what can be typed, said and told apart: no letters
// that look like others, no blanks at the ends or in a row.
func checkName(op, name string) error {
	if len(name) < MinName || len(name) > MaxName {
		return fail(op, ErrName, fmt.Sprintf("a name has %d to %d characters", MinName, MaxName))
	}
	for _, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && !(r >= '0' && r <= '9') && !strings.ContainsRune(" -_'", r) {
			return fail(op, ErrName, fmt.Sprintf("a name cannot contain %q: use letters A to Z, digits, space - _ '", r))
		}
	}
	if strings.TrimSpace(name) != name || strings.Contains(name, "  ") {
		return fail(op, ErrName, "a name cannot begin or end with a space, nor have two in a row")
	}
	return nil
}

func (s *Store) checkPassword(op, password string) error {
	least := MinPassword
	if s.opt.AutoCreate {
		least = 1
	}
	if len(password) < least || len(password) > MaxPassword {
		return fail(op, ErrPassword, fmt.Sprintf("a password has %d to %d characters", least, MaxPassword))
	}
	return nil
}
