package system

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

var (
	errNoSpace  = errors.New("a service has no space")
	errNoPlayer = errors.New("no such player in this system")
)

func noEntity(id world.EntityID) error { return fmt.Errorf("nothing in space has the id %d", id) }

// Player is somebody who is in the system, docked or in space, connected or
// within the grace time after their connection went.
type Player struct {
	// What every tick asks of every player stands together, on one line of a cache.
	client Client
	view   *view
	held   []*wire.Frame // events that wait until it has a snapshot
	cohort uint8         // of the view,
	index  int           // and where in it
	spot   int           // where in the view's spots
	shown  world.Tick    // when it was last sent a snapshot
	first  int32         // of the notes that it has in this tick, from 1 on,
	last   int32         // and the last one

	corked   Client // that has not been let go
	answered uint64 // the step in which a command of its was last answered

	wantsSystem   bool // the client must be told which system it is in
	wantsSnapshot bool // ... and what is around
	attended      bool // has the attention
	kept          bool // still looks at the view of a ship that is no more, or no longer theirs

	ID      world.CharacterID
	Name    string
	Station world.EntityID // 0 in space
	Ship    world.EntityID // 0 without a ship
	Data    *lua.LTable    // the scripts' table about the player

	heeds  []heed // what it heeds,
	heeded        // and who heeds it

	saved  Character // what was last given to the store
	bucket int       // in which part of the save interval it is saved
	inputs inputs    // commands that wait
	ticket *ticket   // a place in the line of another system

	leaving string     // "" or the reason why it is about to go
	jump    *departure // or where to
}

type departure struct {
	to   world.SystemID
	gate world.EntityID // where it comes out
}

// Online says whether the player has a connection right now.
func (p *Player) Online() bool { return p.client != nil }

// keeps says whether the player's client can go on from what it sees with another ship.
func (p *Player) keeps() bool {
	k, ok := p.client.(Keeper)
	return ok && p.view != nil && !p.waits() && k.KeepsView()
}

// waits says whether the player has yet to be told which system this is and what is
// around.
func (p *Player) waits() bool { return p.wantsSystem || (p.Ship != 0 && p.wantsSnapshot) }

func (s *System) attach(m Attach) {
	if p := s.people.byID[m.Player]; p != nil {
		s.takeOver(p, m.Client)
		return
	}
	if !s.door.reconnect(m) {
		s.cfg.Router.Forward(m.Player, m)
	}
}

// Why a client is gone while its session goes on; otherwise the reason is that for
// which the session ends.
const (
	ReasonLost      = "lost"       // its connection broke
	ReasonTakenOver = "taken over" // the player came from another place
	ReasonRestart   = "restart"    // the scripts start anew and meet it again
	ReasonShutdown  = "shutdown"   // the system or the shard stops
)

// takeOver gives somebody who is here another client.
func (s *System) takeOver(p *Player, c Client) {
	s.raiseDisconnected(p, ReasonTakenOver)
	s.connect(p, c)
	s.raiseConnected(p)
}

// detach leaves a player without a client, unless another has come meanwhile.
func (s *System) detach(m Detach) {
	p := s.people.byID[m.Player]
	switch {
	case p == nil && !s.door.unheard(m):
		s.cfg.Router.Forward(m.Player, m)
	case p != nil && p.client == m.Client:
		s.raiseDisconnected(p, ReasonLost)
		p.client, p.held = nil, nil
	}
}

// connect gives the player a connection; it starts with where and what.
func (s *System) connect(p *Player, c Client) {
	p.client = c
	p.wantsSystem, p.wantsSnapshot = true, true
	p.held = nil
	s.attention.call(p)
}

// raiseConnected tells the scripts that the player's client knows nothing yet: it
// has come with a login, or again after a break or a reload of its page.
func (s *System) raiseConnected(p *Player) {
	if p.client != nil {
		s.scripts.raise(func(e Events) { e.PlayerConnected(p.ID) })
	}
}

// raiseDisconnected tells the scripts that the player's client is about to be gone:
// once for each that they were told of.
func (s *System) raiseDisconnected(p *Player, reason string) {
	if p.client != nil {
		s.scripts.raise(func(e Events) { e.PlayerDisconnected(p.ID, reason) })
	}
}

// leave takes a player out of the game.
func (s *System) leave(m Leave) {
	if p := s.people.byID[m.Player]; p != nil {
		s.Kick(p, m.Reason)
		return
	}
	if !s.door.giveUp(m) {
		s.cfg.Router.Forward(m.Player, m)
	}
}

// ticket tells a player how it goes with a seat they wait for elsewhere.
func (s *System) ticket(m Ticket) {
	p := s.people.byID[m.Player]
	if f := s.tickets.heard(p, m); f != nil {
		s.sending.tell(p, f)
	}
}

// Kick takes the player out of the game, after the Lua that runs now has ended.
func (s *System) Kick(p *Player, reason string) {
	if p.leaving == "" && p.jump == nil {
		s.departs = append(s.departs, p)
	}
	p.jump = nil
	p.leaving = reason
}

// Jump sends the player through the gate, after the Lua that runs now has ended.
// How near to the gate one must be is the scripts' business. Towards a full system
// they get a place in its line, and the error names it.
func (s *System) Jump(p *Player, gate world.EntityID) error {
	if s.cfg.Static == nil {
		return errNoSpace
	}
	g := s.cfg.Static.Find(gate)
	switch {
	case g == nil || g.Kind != world.KindGate:
		return fmt.Errorf("there is no gate with the id %d in %s", gate, s.cfg.Static.Name)
	case p.Station != 0:
		return errors.New("docked: undock first")
	case p.Ship == 0:
		return errors.New("nobody jumps without a ship")
	case p.leaving != "":
		return errors.New("on the way out of the game")
	}
	if err := s.tickets.claim(p, g.Dest); err != nil {
		return err
	}
	if p.jump == nil {
		s.departs = append(s.departs, p)
	}
	p.jump = &departure{to: g.Dest, gate: g.DestGate}
	return nil
}

// depart is the end of Kick and Jump.
func (s *System) depart(p *Player) {
	reason := p.leaving
	if p.jump != nil {
		reason = ReasonJump
	}
	if p.jump == nil && p.client != nil {
		s.scripts.events.PlayerDisconnected(p.ID, reason)
	}
	s.scripts.events.PlayerLeft(p.ID, reason)
	c := s.saves.character(p)
	if p.Ship != 0 {
		s.Remove(p.Ship)
	}
	if p.kept {
		p.kept = false
		s.bubbles.look(p, nil)
	}
	p.unheed(func(heed) bool { return true })
	p.heeded.gone()
	s.people.remove(p)
	s.saves.part(p)
	s.used()
	s.did(ActMove, toPlayer(p.ID), reason, func() string { return p.Name })
	s.tickets.use(p)
	if p.jump != nil {
		s.jump(p, c)
	} else {
		s.saves.save([]Character{c})
		s.cfg.Router.Left(p.ID)
	}
	s.sendAfter(p)
	if p.jump == nil && p.client != nil {
		p.client.Close(reason)
	}
}

// jump hands a player who has left to the system behind the gate.
func (s *System) jump(p *Player, c Character) {
	c.System, c.Station = p.jump.to, 0
	m := Enter{Character: c, Client: p.client, Reason: ReasonJump, From: s.cfg.Static.Name, Gate: p.jump.gate}
	if err := s.cfg.Router.Jump(p.jump.to, m); err != nil {
		s.log.Error("a jump failed; the player stays", "player", p.ID, "to", p.jump.to, "error", err)
		m.Character.System, m.Reason, m.Gate = s.cfg.Static.ID, ReasonRestore, 0
		s.admit(m)
	}
}
