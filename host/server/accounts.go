package server

import (
	"context"
	"errors"
	"strings"

	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// accounts implements gate.Accounts over the store.
type accounts struct {
	store *store.Store
	home  world.SystemID
}

// first is where a new character begins: in the home system, in space and
// without a ship; the scripts see to the rest.
func (a accounts) first() store.Character { return store.Character{System: a.home} }

// Register implements gate.Accounts.
func (a accounts) Register(ctx context.Context, name, password string) (world.CharacterID, error) {
	c, err := a.store.Register(ctx, name, password, a.first())
	return c.ID, forPlayer(err)
}

// Login implements gate.Accounts.
func (a accounts) Login(ctx context.Context, name, password string) (world.CharacterID, string, error) {
	c, err := a.store.Login(ctx, name, password, a.first())
	return c.ID, c.Name, forPlayer(err)
}

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
