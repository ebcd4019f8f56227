package bindings

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Characters knows everybody there is, in the game or not.
type Characters interface {
	// Get and Find return a character, by id or by name in any case; false where there is
	// none. They may block.
	Get(ctx context.Context, id world.CharacterID) (Character, bool, error)
	Find(ctx context.Context, name string) (Character, bool, error)
	// Place moves one who is not in the game to a system, docked at a station or, with 0,
	// where the scripts put who begins there. It is durable when it returns. A Refused says
	// why not.
	Place(ctx context.Context, id world.CharacterID, to world.SystemID, station world.EntityID) error
	// Saved returns when what a system has handed over of a character is durable.
	Saved(ctx context.Context, id world.CharacterID) error
	// Tell sends an event to the client of one who is in the game, wherever; false for who
	// is not. It does not block.
	Tell(id world.CharacterID, f *wire.Frame) bool
}

// Character is what is known of somebody's person in the game.
type Character struct {
	ID       world.CharacterID
	Name     string
	System   string
	Station  world.EntityID // 0 in space
	Data     world.Value    // as it was last saved
	Playing  bool           // is in the game
	LastSeen time.Time
}

var characterTable = table{
	Name: "character",
	Doc:  "Everybody there is: in this system, in another, or not in the game. What they own is under items, for all of them alike; player has the words for those who are here.",
	Funcs: []function{
		{Sig: "get(player: integer): Character?", Yields: true, Do: characterGet,
			Doc: "What is known of a character; nil where there is none."},
		{Sig: "find(name: string): Character?", Yields: true, Do: characterFind,
			Doc: "The same by name, in any case."},
		{Sig: "send(player: integer, event: string, fields?: table): boolean?, string?", Effect: true, Do: characterSend,
			Doc: "Sends an event to the client of a character who is in the game, in whatever system."},
		{Sig: "place(player: integer, system: string, station?: integer): boolean?, string?", Effect: true, Yields: true, Do: characterPlace,
			Doc: "Moves a character who is not in the game: they are docked at the station at their next login or, without one, begin where new ones do in that system. nil and a sentence for those who are in the game."},
	},
}

func (c Character) value() world.Value {
	v := map[string]world.Value{"id": float64(c.ID), "name": c.Name, "system": c.System, "data": c.Data, "playing": c.Playing, "last_seen": float64(c.LastSeen.Unix())}
	if c.Station != 0 {
		v["station"] = float64(c.Station)
	}
	return v
}

// characterBy answers with somebody, or nil.
func characterBy(e *env, L *lua.LState, word string, look func(context.Context) (Character, bool, error)) int {
	return outside(e, L, word, func(ctx context.Context) (world.Value, error) {
		c, ok, err := look(ctx)
		if err != nil || !ok {
			return nil, err
		}
		return c.value(), nil
	}, nil)
}

func characterGet(e *env, L *lua.LState) int {
	id := characterAt(L, 1)
	return characterBy(e, L, "character.get", func(ctx context.Context) (Character, bool, error) { return e.deps.Characters.Get(ctx, id) })
}

func characterFind(e *env, L *lua.LState) int {
	name := L.CheckString(1)
	return characterBy(e, L, "character.find", func(ctx context.Context) (Character, bool, error) { return e.deps.Characters.Find(ctx, name) })
}

func characterSend(e *env, L *lua.LState) int {
	id, event := characterAt(L, 1), eventAt(L, 2, "character.send")
	e.sys.Says(id, event)
	elsewhere := e.sys.Hear(system.Question{Word: "tell", ID: uint64(id)}, func() string {
		if e.deps.Characters.Tell(id, event) {
			return ""
		}
		return "not in the game"
	})
	if elsewhere != "" {
		return refuse(L, fmt.Errorf("the character %v is not in the game", L.Get(1)))
	}
	return done(L, nil)
}

func characterPlace(e *env, L *lua.LState) int {
	id, to := characterAt(L, 1), e.deps.Map.ByName(L.CheckString(2))
	if to == nil {
		return refuse(L, unknownSystem(L.CheckString(2)))
	}
	station := world.EntityID(0)
	if L.Get(3) != lua.LNil {
		station = entityAt(L, 3)
		if c := to.Find(station); c == nil || c.Kind != world.KindStation {
			return refuse(L, fmt.Errorf("%s has no station %v", to.Name, L.Get(3)))
		}
	}
	return outside(e, L, "character.place", func(ctx context.Context) (world.Value, error) {
		return true, e.deps.Characters.Place(ctx, id, to.ID, station)
	}, isRefused)
}
