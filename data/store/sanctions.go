package store

import (
	"context"
	"fmt"
	"time"
)

// Sanction is what keeps somebody from playing, or from speaking.
type Sanction struct {
	ID       int64
	Kind     SanctionKind
	Account  AccountID // 0 for a network
	Subject  string    // the account's name then, or the network
	Reason   string
	Author   string
	Created  time.Time
	Until    time.Time // zero for ever
	Lifted   time.Time // zero where it is not
	LiftedBy string
}

// SanctionKind is what somebody may not do.
type SanctionKind string

// The kinds of sanctions.
const (
	Ban  SanctionKind = "ban"
	Mute SanctionKind = "mute"
)

// Holds says whether it is in force at a time.
func (s Sanction) Holds(at time.Time) bool {
	return s.Lifted.IsZero() && (s.Until.IsZero() || at.Before(s.Until))
}

// Sentence is what the player is told: what, until when and why.
func (s Sanction) Sentence() string {
	what := "This account is banned"
	switch {
	case s.Kind == Mute:
		what = "You may not speak"
	case s.Account == 0:
		what = "Your address is banned"
	}
	if !s.Until.IsZero() {
		what += " until " + s.Until.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	if s.Reason != "" {
		what += ": " + s.Reason
	}
	return what
}

const (
	sanctionRow    = `SELECT id, kind, account, subject, reason, author, created, until, lifted, lifted_by FROM sanctions `
	insertSanction = `INSERT INTO sanctions (kind, account, subject, reason, author, created, until) VALUES (?, ?, ?, ?, ?, ?, ?)`
	liftSanction   = `UPDATE sanctions SET lifted = ?, lifted_by = ? WHERE id = ? AND lifted = 0`
	supersede      = `UPDATE sanctions SET lifted = ?1, lifted_by = ?2 WHERE kind = ?3 AND account = ?4 AND subject = ?5 AND lifted = 0 AND (until = 0 OR until > ?1)`
	inForce        = `lifted = 0 AND (until = 0 OR until > ?) `
	selectInForce  = sanctionRow + `WHERE ` + inForce + `ORDER BY id`
	selectBanOf    = sanctionRow + `WHERE ` + inForce + `AND kind = 'ban' AND account = ? ORDER BY until = 0 DESC, until DESC LIMIT 1`
	selectAbout    = sanctionRow + `WHERE account = ? ORDER BY id`
)

func scanSanction(row scanner) (v Sanction, err error) {
	var created, until, lifted int64
	err = row.Scan(&v.ID, &v.Kind, &v.Account, &v.Subject, &v.Reason, &v.Author, &created, &until, &lifted, &v.LiftedBy)
	v.Created, v.Until, v.Lifted = toTime(created), toTime(until), toTime(lifted)
	return v, err
}

// Impose puts a sanction in force, in place of one of the same kind on the same
// account or network. A ban of an account makes its tokens worthless.
func (s *Store) Impose(ctx context.Context, v Sanction) (Sanction, error) {
	err := s.change(nobodys(ctx), string(v.Kind), func(t *tx) error {
		now := s.now()
		subject := v.Subject
		if _, err := t.exec(supersede, now, v.Author, v.Kind, v.Account, subject); err != nil {
			return err
		}
		var err error
		v.Created = toTime(now)
		if v.ID, err = t.Insert(insertSanction, v.Kind, v.Account, subject, v.Reason, v.Author, now, fromTime(v.Until)); err != nil {
			return err
		}
		if v.Kind == Ban && v.Account != 0 {
			_, err = t.exec(deleteSessions, v.Account)
		}
		return err
	})
	return v, err
}

// Lift ends a sanction before its time.
func (s *Store) Lift(ctx context.Context, id int64, by string) error {
	const op = "lift"
	return s.change(nobodys(ctx), op, func(t *tx) error {
		done, err := t.Update(liftSanction, s.now(), by, id)
		if err == nil && !done {
			err = fail(op, ErrNotFound, fmt.Sprintf("there is no sanction %d in force", id))
		}
		return err
	})
}

// Sanctions returns all that are in force, the oldest first.
func (s *Store) Sanctions(ctx context.Context) ([]Sanction, error) {
	return query(ctx, s, "sanctions", scanSanction, selectInForce, s.now())
}

// SanctionsOf returns all there ever were of an account, the oldest first.
func (s *Store) SanctionsOf(ctx context.Context, id AccountID) ([]Sanction, error) {
	return query(ctx, s, "sanctions", scanSanction, selectAbout, id)
}

// banOf is ErrBanned where the account is banned.
func (s *Store) banOf(ctx context.Context, op string, id AccountID) error {
	v, found, err := queryOne(ctx, s, op, scanSanction, selectBanOf, s.now(), id)
	if err == nil && found {
		err = fail(op, ErrBanned, v.Sentence())
	}
	return err
}
