package universe

import (
	"context"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Enter brings a character into the game, or gives one that is in it a new
// connection.
func (u *Universe) Enter(c world.CharacterID, client gate.Client) { u.enter(c, client) }

func (u *Universe) enter(c world.CharacterID, client system.Client) {
	u.mu.RLock()
	at, in := u.where[c]
	u.mu.RUnlock()
	if in {
		if err := u.deliver(at, system.Attach{Player: c, Client: client}); err != nil {
			client.Close(err.Error())
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	defer cancel()
	char, err := u.cfg.Characters.Load(ctx, c)
	if err != nil {
		u.log.Error("a character could not be loaded", "player", c, "error", err)
		client.Close("your character could not be loaded; try again in a moment")
		return
	}
	u.bring(char, client)
}

// bring sends a character to the system it was last in, or home.
func (u *Universe) bring(c system.Character, client system.Client) {
	m := u.cfg.Map.System(c.System)
	back := m != nil
	if !back {
		c.System, c.Station, c.Ship = u.cfg.Home, 0, nil
		m = u.cfg.Map.System(c.System)
	}
	to := world.SystemAddress(m.Name)
	u.move(c.ID, to)
	if err := u.deliver(to, system.Enter{Character: c, Client: client, Reason: "login", Back: back}); err != nil {
		u.left(c.ID)
		client.Close(err.Error())
	}
}

// Away says that a character's connection is gone; it stays in the game until Leave.
func (u *Universe) Away(c world.CharacterID, client gate.Client) {
	u.follow(c, system.Detach{Player: c, Client: client})
}

// Leave takes a character out of the game.
func (u *Universe) Leave(c world.CharacterID, reason string) {
	u.follow(c, system.Leave{Player: c, Reason: reason})
}

// Command hands a player's request to the system they are in.
func (u *Universe) Command(c world.CharacterID, req gate.Request) {
	u.command(system.Command{Player: c, Client: req.From, ID: req.ID, Name: req.Name, Args: req.Args, Work: req.Work})
}

func (u *Universe) command(m system.Command) {
	at, in := u.Where(m.Player)
	if !in {
		return // it came after the player had left: nobody waits for the answer
	}
	if err := u.deliver(at, m); err != nil {
		m.Client.Reply(m.ID, nil, wire.Errorf(wire.CodeBusy, "%v", err))
	}
}

// Where says in which system a character is, false for one who is not in the game.
func (u *Universe) Where(c world.CharacterID) (world.Address, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	a, in := u.where[c]
	return a, in
}

func (u *Universe) move(c world.CharacterID, to world.Address) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.where[c] = to
}

func (u *Universe) left(c world.CharacterID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.where, c)
}

// Deliver gives a message to the system where a character is; false where they are not in
// the game or it does not take it.
func (u *Universe) Deliver(c world.CharacterID, m system.Message) bool {
	at, in := u.Where(c)
	return in && u.deliver(at, m) == nil
}

// follow delivers a message to wherever the character is, if anywhere.
func (u *Universe) follow(c world.CharacterID, m system.Message) {
	at, in := u.Where(c)
	if !in {
		return
	}
	if err := u.deliver(at, m); err != nil {
		u.log.Warn("a message did not reach its player", "player", c, "at", at, "error", err)
	}
}
