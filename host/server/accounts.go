package server

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// accounts implements gate.Accounts over the store.
type accounts struct {
	store     *store.Store
	sanctions *sanctions
	home      world.SystemID
	log       *slog.Logger
}

// registrations is the limit of accounts from one network, the gate's own for 0.
func registrations(atOnce int) peer.Limit {
	if atOnce == 0 {
		return peer.Limit{}
	}
	return peer.Limit{Burst: atOnce, Every: time.Minute}
}

// first is where a new character begins: in the home system, in space and
// without a ship; the scripts see to the rest.
func (a accounts) first() store.Character { return store.Character{System: a.home} }

// Admit implements gate.Accounts.
func (a accounts) Admit(from netip.Addr) error { return a.sanctions.admit(from) }

// Seat implements gate.Accounts.
func (a accounts) Seat(who world.CharacterID, from netip.Addr) error {
	return a.sanctions.seat(who, from)
}

// Register implements gate.Accounts.
func (a accounts) Register(ctx context.Context, from netip.Addr, name, password string) (gate.Pass, error) {
	c, err := a.store.Register(ctx, name, password, a.first())
	return a.pass(ctx, c, network(from), err)
}

// Login implements gate.Accounts.
func (a accounts) Login(ctx context.Context, from netip.Addr, name, password string) (gate.Pass, error) {
	c, err := a.store.Login(ctx, name, password, a.first())
	return a.pass(ctx, c, network(from), err)
}

// pass gives a character's player a token, if it is known who they are.
func (a accounts) pass(ctx context.Context, c store.Character, network string, err error) (gate.Pass, error) {
	if err != nil {
		return gate.Pass{}, forPlayer(err)
	}
	token, err := a.store.NewSession(ctx, c, network)
	return gate.Pass{Character: c.ID, Name: c.Name, Token: token}, forPlayer(err)
}

// Resume implements gate.Accounts.
func (a accounts) Resume(ctx context.Context, _ netip.Addr, token string) (gate.Pass, error) {
	c, err := a.store.Resume(ctx, token)
	return gate.Pass{Character: c.ID, Name: c.Name, Token: token}, forPlayer(err)
}

// Known implements gate.Accounts.
func (a accounts) Known(ctx context.Context, from netip.Addr, name string) bool {
	known, err := a.store.KnownFrom(ctx, name, network(from))
	return err == nil && known
}

// Password implements gate.Accounts.
func (a accounts) Password(ctx context.Context, id world.CharacterID, old, password string) (gate.Pass, error) {
	c, err := a.store.Character(ctx, id)
	if err == nil {
		err = a.store.ChangePassword(ctx, c.Account, old, password)
	}
	return a.pass(ctx, c, "", err)
}

// Revoke implements gate.Accounts.
func (a accounts) Revoke(ctx context.Context, token string) {
	if err := a.store.RevokeToken(ctx, token); err != nil {
		a.log.Error("a session could not be revoked", "error", err)
	}
}

// network is how the store writes down where somebody is.
func network(from netip.Addr) string { return peer.Show(peer.Network(from)) }

// answerable says whether an error is an answer to whoever asked, and not
// trouble with the database.
func answerable(err error) bool {
	var se *store.Error
	return errors.As(err, &se) && !strings.HasPrefix(string(se.Kind), "store_")
}

// forPlayer makes an answer of the store one that a player may read; anything
// else is kept from them and logged by the gate.
func forPlayer(err error) error {
	var se *store.Error
	if answerable(err) && errors.As(err, &se) {
		return &wire.Error{Code: string(se.Kind), Message: se.Message}
	}
	return err
}
