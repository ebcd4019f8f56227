package testworld

import (
	"context"
	"strings"
	"sync"

	"hotshard/bindings"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// everybody are the characters of a test: those who have ever joined. Where one who has
// left is placed is remembered, and that is all that comes of it.
type everybody struct {
	mu     sync.Mutex
	world  *testWorld
	people map[world.CharacterID]bindings.Character
}

func (e *everybody) join(id world.CharacterID, name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.people[id] = bindings.Character{ID: id, Name: name, System: e.world.setup.System, LastSeen: started}
}

// Get implements bindings.Characters. The test's one system stands still meanwhile.
func (e *everybody) Get(_ context.Context, id world.CharacterID) (bindings.Character, bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, ok := e.people[id]
	if p := e.world.system.Player(id); p != nil {
		c.Playing, c.Station = true, p.Station
	}
	return c, ok, nil
}

// Find implements bindings.Characters.
func (e *everybody) Find(ctx context.Context, name string) (bindings.Character, bool, error) {
	e.mu.Lock()
	var id world.CharacterID
	for _, c := range e.people {
		if strings.EqualFold(c.Name, name) {
			id = c.ID
		}
	}
	e.mu.Unlock()
	return e.Get(ctx, id)
}

// Place implements bindings.Characters.
func (e *everybody) Place(ctx context.Context, id world.CharacterID, to world.SystemID, station world.EntityID) error {
	c, ok, _ := e.Get(ctx, id)
	switch {
	case !ok:
		return bindings.Refused("there is no such character")
	case c.Playing:
		return bindings.Refused("the character is in the game")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c.System, c.Station = e.world.setup.Map.System(to).Name, station
	e.people[id] = c
	return nil
}

// Saved needs no doing.
func (e *everybody) Saved(context.Context, world.CharacterID) error { return nil }

// Tell implements bindings.Characters.
func (e *everybody) Tell(id world.CharacterID, f *wire.Frame) bool {
	p := e.world.system.Player(id)
	if p != nil {
		e.world.system.Tell(p, f)
	}
	return p != nil
}
