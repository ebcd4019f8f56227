package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// How long a token lasts: so long unused, and so long in all.
const (
	defaultSessionIdle = 14 * 24 * time.Hour
	sessionMost        = 90 * 24 * time.Hour
)

// touchAfter is how exactly the store knows when a token was last used.
const touchAfter = time.Hour

// mostOrigins is how many networks are remembered of an account.
const mostOrigins = 16

const (
	upsertSession = `INSERT INTO sessions (token, account, character, created, used) VALUES (?1, ?2, ?3, ?4, ?4)
		ON CONFLICT (character) DO UPDATE SET token = ?1, account = ?2, created = ?4, used = ?4`
	selectSession   = `SELECT account, character, created, used FROM sessions WHERE token = ?`
	touchSession    = `UPDATE sessions SET used = ? WHERE token = ?`
	deleteSession   = `DELETE FROM sessions WHERE token = ?`
	deleteSessions  = `DELETE FROM sessions WHERE account = ?`
	expireSessions  = `DELETE FROM sessions WHERE used < ? OR created < ?`
	upsertOrigin    = `INSERT INTO origins (account, network, seen) VALUES (?1, ?2, ?3) ON CONFLICT (account, network) DO UPDATE SET seen = ?3`
	forgetOrigins   = `DELETE FROM origins WHERE account = ?1 AND network NOT IN (SELECT network FROM origins WHERE account = ?1 ORDER BY seen DESC LIMIT ?2)`
	selectOrigins   = `SELECT network FROM origins WHERE account = ? ORDER BY seen DESC`
	selectKnownFrom = `SELECT o.network FROM origins o JOIN accounts a ON a.id = o.account WHERE a.name_key = ? AND o.network = ?`
)

// newToken returns 128 random bits as text.
func newToken() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenHash is what the store keeps of a token. It needs no salt and no slowness:
// nobody guesses 128 random bits.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// NewSession makes a token for a character of whom it is known who plays it. The one
// it had before is over. network is where the player is, "" for where they were.
func (s *Store) NewSession(ctx context.Context, c Character, network string) (token string, err error) {
	token = newToken()
	err = s.change(nobodys(ctx), "new session", func(t *tx) error {
		now := s.now()
		if _, err := t.exec(expireSessions, now-s.opt.SessionIdle.Microseconds(), now-sessionMost.Microseconds()); err != nil {
			return err
		}
		if _, err := t.exec(upsertSession, tokenHash(token), c.Account, c.ID, now); err != nil {
			return err
		}
		if network == "" {
			return nil
		}
		if _, err := t.exec(upsertOrigin, c.Account, network, now); err != nil {
			return err
		}
		_, err := t.exec(forgetOrigins, c.Account, mostOrigins)
		return err
	})
	return token, err
}

// Resume returns the character of a token. Errors: ErrToken for one that was never
// given out, is too old or was revoked, ErrBanned.
func (s *Store) Resume(ctx context.Context, token string) (Character, error) {
	const op = "resume"
	type session struct {
		account       AccountID
		character     int64
		created, used int64
	}
	hash := tokenHash(token)
	v, found, err := queryOne(ctx, s, op, func(row scanner) (v session, err error) {
		return v, row.Scan(&v.account, &v.character, &v.created, &v.used)
	}, selectSession, hash)
	if err != nil {
		return Character{}, err
	}
	now := s.now()
	if !found || now-v.used > s.opt.SessionIdle.Microseconds() || now-v.created > sessionMost.Microseconds() {
		return Character{}, fail(op, ErrToken, "that session is over: sign in again")
	}
	if err := s.banOf(ctx, op, v.account); err != nil {
		return Character{}, err
	}
	if now-v.used > touchAfter.Microseconds() {
		if err := s.change(nobodys(ctx), op, func(t *tx) error {
			_, err := t.exec(touchSession, now, hash)
			return err
		}); err != nil {
			return Character{}, err
		}
	}
	return s.oneCharacter(ctx, selectCharacter, v.character)
}

// RevokeToken makes a token worthless.
func (s *Store) RevokeToken(ctx context.Context, token string) error {
	return s.change(nobodys(ctx), "revoke", func(t *tx) error {
		_, err := t.exec(deleteSession, tokenHash(token))
		return err
	})
}

// KnownFrom says whether an account has signed in from a network before.
func (s *Store) KnownFrom(ctx context.Context, name, network string) (bool, error) {
	_, found, err := queryOne(ctx, s, "known", scanText, selectKnownFrom, nameKey(name), network)
	return found, err
}

// Origins returns the networks from which an account has signed in, the latest first.
func (s *Store) Origins(ctx context.Context, id AccountID) ([]string, error) {
	return query(ctx, s, "origins", scanText, selectOrigins, id)
}
