package server

import (
	"context"
	"errors"
	"fmt"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// everybody implements bindings.Characters.
type everybody struct{ s *Server }

// Get implements bindings.Characters.
func (e everybody) Get(ctx context.Context, id world.CharacterID) (bindings.Character, bool, error) {
	row, err := e.s.store.Character(ctx, id)
	return e.known(ctx, row, err)
}

// Find implements bindings.Characters.
func (e everybody) Find(ctx context.Context, name string) (bindings.Character, bool, error) {
	row, err := e.s.store.CharacterByName(ctx, name)
	return e.known(ctx, row, err)
}

// known is a character as it is now: what waits to be saved is newer than its row.
func (e everybody) known(ctx context.Context, row store.Character, err error) (bindings.Character, bool, error) {
	if errors.Is(err, store.ErrNotFound) {
		return bindings.Character{}, false, nil
	}
	if err != nil {
		return bindings.Character{}, false, err
	}
	now, err := e.s.saves.Load(ctx, row.ID)
	if err != nil {
		return bindings.Character{}, false, err
	}
	c := bindings.Character{ID: row.ID, Name: row.Name, Station: now.Station, Data: now.Data, LastSeen: row.LastSeen}
	at := now.System
	if m := e.s.universe.Map().System(at); m != nil {
		c.System = m.Name
	}
	if address, in := e.s.universe.Where(row.ID); in {
		c.Playing, c.System = true, bare(string(address))
	}
	return c, true, nil
}

// Place implements bindings.Characters.
func (e everybody) Place(ctx context.Context, id world.CharacterID, to world.SystemID, station world.EntityID) error {
	playing := func() error {
		if at, in := e.s.universe.Where(id); in {
			return bindings.Refused(fmt.Sprintf("the character %d is in the game, in %s", id, bare(string(at))))
		}
		return nil
	}
	if err := playing(); err != nil {
		return err
	}
	if err := e.s.saves.flush(); err != nil { // or what still waits would put them back
		return err
	}
	if err := e.s.store.PlaceCharacter(ctx, id, to, station); err != nil {
		return refusal(err)
	}
	return playing() // who came meanwhile has been where they were
}

// Saved implements bindings.Characters.
func (e everybody) Saved(ctx context.Context, id world.CharacterID) error {
	return e.s.saves.settle(ctx, id)
}

// Tell implements bindings.Characters.
func (e everybody) Tell(id world.CharacterID, f *wire.Frame) bool {
	return e.s.universe.Deliver(id, system.Tell{Player: id, Event: f})
}
