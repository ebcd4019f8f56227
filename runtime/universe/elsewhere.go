package universe

import (
	"context"
	"errors"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Elsewhere is the rest of a universe that runs in several processes. Its methods may be
// called from any goroutine, and none blocks.
type Elsewhere interface {
	// Here says whether this process runs an actor, and may begin to.
	Here(a world.Address) bool
	// Prepare completes what an actor is made of that runs here.
	Prepare(cfg *system.Config)
	// Send carries a message to an actor that is not here. An error says that it was
	// certainly not reached; what is lost later, whoever sent it hears of in its own way.
	Send(to world.Address, m system.Message) error
	// Jump carries a player from a system that is here to one that is not. Where they cannot
	// come in, stay is called, from another goroutine.
	Jump(from, to world.Address, m system.Enter, stay func(error))
	// Crowd tells how full a system is that is not here.
	Crowd(a world.Address) system.Crowd
	// Arrived says that a player of this process is in a system by now, and Left that they
	// are out of the game.
	Arrived(p world.CharacterID, at world.Address)
	Left(p world.CharacterID)
}

// ErrElsewhere is that another process runs an actor.
var ErrElsewhere = errors.New("it runs on another node")

// elsewhere says whether an actor is another process's.
func (u *Universe) elsewhere(a world.Address) bool {
	return u.cfg.Elsewhere != nil && !u.cfg.Elsewhere.Here(a)
}

// Canonical is the one address under which an actor is known.
func (u *Universe) Canonical(a world.Address) world.Address { return u.canonical(a) }

// Take gives an actor that runs here a message of another process's. Errors: ErrElsewhere.
func (u *Universe) Take(a world.Address, m system.Message) error {
	if u.elsewhere(a) {
		return ErrElsewhere
	}
	return u.deliver(a, m)
}

// Route gives a message to an actor, wherever it runs.
func (u *Universe) Route(a world.Address, m system.Message) error {
	return u.deliver(u.canonical(a), m)
}

// Moved says where a character is by now whom another process has moved.
func (u *Universe) Moved(c world.CharacterID, to world.Address) { u.move(c, to) }

// Gone says that a character is not in the game any more or, with a system, not of this
// process's concern if they are there still.
func (u *Universe) Gone(c world.CharacterID, at world.Address) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at == "" || u.where[c] == at {
		delete(u.where, c)
	}
}

// Again brings somebody in anew who was in a system that has lost them, as the store has
// them. It may take as long as loading them does.
func (u *Universe) Again(c world.CharacterID, lost world.Address, client system.Client) {
	u.Gone(c, lost)
	u.enter(c, client)
}

// LoadCharacter reads what is kept of a character.
func (u *Universe) LoadCharacter(ctx context.Context, c world.CharacterID) (system.Character, error) {
	return u.cfg.Characters.Load(ctx, c)
}

// emigrate sends a player to a system of another process.
func (u *Universe) emigrate(from, to world.Address, m system.Enter) {
	u.cfg.Elsewhere.Jump(from, to, m, func(err error) {
		u.log.Error("a jump failed; the player stays", "player", m.Character.ID, "to", to, "error", err)
		u.move(m.Character.ID, from)
		if here := u.cfg.Map.ByName(string(from)[1:]); here != nil {
			m.Character.System, m.Reason, m.Gate = here.ID, system.ReasonRestore, 0
		}
		if err := u.deliver(from, m); err != nil {
			u.left(m.Character.ID)
			m.Client.Close(err.Error())
		}
	})
}
