package system

import (
	"errors"
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

var (
	errNoSpace  = errors.New("a service has no space")
	errNoPlayer = errors.New("no such player in this system")
)

// Player is somebody who is in the system, docked or in space, connected or
// within the grace time after their connection went.
type Player struct {
	// What every tick asks of every player stands together, on one line of a cache.
	client   Client
	view     *view
	held     []*wire.Frame // events that wait until it has a snapshot
	place    bool          // the client must be told where it is
	snapshot bool          // ... and what is around
	attended bool          // is in System.attended
	cohort   uint8         // of the view,
	seat     int           // and where in it
	shown    world.Tick    // when it was last sent a snapshot
	answered uint64        // the tick, in turns, in which a command was last answered

	ID      world.CharacterID
	Name    string
	Station world.EntityID // 0 in space
	Ship    world.EntityID // 0 without a ship
	Data    *lua.LTable    // the scripts' table about the player

	saved  Character // what was last given to the store
	bucket int       // in which part of the save interval its turn is
	inputs inputs    // commands that wait
	ticket *ticket   // a place in the line of another system

	leaving string     // "" or the reason why it is about to go
	jump    *departure // or where to
}

type departure struct {
	to   world.SystemID
	gate world.EntityID // where it comes out
}

// Player returns the player with the id, or nil.
func (s *System) Player(id world.CharacterID) *Player { return s.players[id] }

// Players lists everybody in the order in which they came.
func (s *System) Players() []*Player { return s.order }

// Online says whether the player has a connection right now.
func (p *Player) Online() bool { return p.client != nil }

// enter is the arrival of a player from a login or through a gate.
func (s *System) enter(m Enter) {
	s.lastUse = s.real
	s.door.landed++
	if s.down != nil {
		s.refuse(m, s.down)
		return
	}
	s.arrive(m)
}

// refuse turns a player away from a system that does not run. They are saved as
// being here, and come in when it runs again.
func (s *System) refuse(m Enter, why error) {
	s.cfg.Saver.Save([]Character{m.Character})
	s.cfg.Router.Left(m.Character.ID)
	if m.Client != nil {
		m.Client.Close(fmt.Sprintf("%s does not run at the moment: %v", s.cfg.Static.Name, why))
	}
}

func (s *System) admit(m Enter) {
	c := m.Character
	if old := s.players[c.ID]; old != nil { // a login that crossed the old session's end
		s.takeOver(old, m.Client)
		return
	}
	p := &Player{ID: c.ID, Name: c.Name, Station: c.Station, saved: c, bucket: bucketOf(c.ID)}
	p.Data = s.dataTable(c.Data)
	s.players[p.ID] = p
	s.order = append(s.order, p)
	s.saveTurns[p.bucket] = append(s.saveTurns[p.bucket], p)
	if p.Station != 0 && s.cfg.Static.Find(p.Station) == nil {
		p.Station = 0 // a station of an older map
	}
	if c.Ship != nil && p.Station == 0 {
		ship := *c.Ship
		if m.Gate != 0 {
			ship.Pos, ship.Vel = s.exit(m.Gate), world.Vec3{}
		}
		if id, err := s.Spawn(Spawn{Ship: ship, Owner: p.ID}); err != nil {
			s.log.Error("a ship could not be put into space", "player", p.ID, "error", err)
		} else {
			s.board(p, id)
		}
	}
	s.connect(p, m.Client)
	s.save(p)
	s.raise(func(e Events) { e.PlayerEntered(p.ID, m.Reason) })
	if m.Reason == "jump" {
		s.raise(func(e Events) { e.PlayerArrived(p.ID, m.From, m.Gate) })
	} else {
		s.raiseConnected(p)
	}
}

// exit is a place to come out at: in a random direction from the gate, some
// kilometres off its hull, so that a crowd does not come out in one point.
func (s *System) exit(gate world.EntityID) world.Vec3 {
	g := s.cfg.Static.Find(gate)
	if g == nil {
		return world.Vec3{}
	}
	z := 2*s.rand.Float64() - 1
	a := 2 * math.Pi * s.rand.Float64()
	r := math.Sqrt(1 - z*z)
	dir := world.Vec3{X: r * math.Cos(a), Y: r * math.Sin(a), Z: z}
	return g.Pos.Add(dir.Scale(g.Radius + 5e3 + 7e3*s.rand.Float64()))
}

func (s *System) dataTable(v world.Value) *lua.LTable {
	if t, ok := script.ToLua(s.state.L(), v).(*lua.LTable); ok {
		return t
	}
	return s.state.L().NewTable()
}

func (s *System) attach(m Attach) {
	if p := s.players[m.Player]; p != nil {
		s.takeOver(p, m.Client)
		return
	}
	if !s.reconnect(m) {
		s.cfg.Router.Forward(m.Player, m)
	}
}

// Why a client is gone while its session goes on; otherwise the reason is that for
// which the session ends.
const (
	ReasonLost      = "lost"       // its connection broke
	ReasonTakenOver = "taken over" // the player came from another place
	ReasonRestart   = "restart"    // the system starts anew and meets it again
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
	p := s.players[m.Player]
	switch {
	case p == nil && !s.unheard(m):
		s.cfg.Router.Forward(m.Player, m)
	case p != nil && p.client == m.Client:
		s.raiseDisconnected(p, ReasonLost)
		p.client, p.held = nil, nil
	}
}

// connect gives the player a connection; it starts with where and what.
func (s *System) connect(p *Player, c Client) {
	p.client = c
	p.place, p.snapshot = true, true
	p.held = nil
	s.attend(p)
}

// raiseConnected tells the scripts that the player's client knows nothing yet: it
// has come with a login, or again after a break or a reload of its page.
func (s *System) raiseConnected(p *Player) {
	if p.client != nil {
		s.raise(func(e Events) { e.PlayerConnected(p.ID) })
	}
}

// raiseDisconnected tells the scripts that the player's client is about to be gone:
// once for each that they were told of.
func (s *System) raiseDisconnected(p *Player, reason string) {
	if p.client != nil {
		s.raise(func(e Events) { e.PlayerDisconnected(p.ID, reason) })
	}
}

// leave takes a player out of the game.
func (s *System) leave(m Leave) {
	if p := s.players[m.Player]; p != nil {
		s.Kick(p, m.Reason)
		return
	}
	if !s.giveUp(m) {
		s.cfg.Router.Forward(m.Player, m)
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
	if err := s.claimSeat(p, g.Dest); err != nil {
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
		reason = "jump"
	}
	if p.jump == nil && p.client != nil {
		s.events.PlayerDisconnected(p.ID, reason)
	}
	s.events.PlayerLeft(p.ID, reason)
	c := s.character(p)
	if p.Ship != 0 {
		s.Remove(p.Ship)
	}
	delete(s.players, p.ID)
	s.order = without(s.order, p)
	s.saveTurns[p.bucket] = without(s.saveTurns[p.bucket], p)
	s.lastUse = s.real
	s.useTicket(p)
	if p.jump == nil {
		s.cfg.Saver.Save([]Character{c})
		s.cfg.Router.Left(p.ID)
		s.sendAfter(p)
		if p.client != nil {
			p.client.Close(reason)
		}
		return
	}
	c.System, c.Station = p.jump.to, 0
	m := Enter{Character: c, Client: p.client, Reason: "jump", From: s.cfg.Static.Name, Gate: p.jump.gate}
	if err := s.cfg.Router.Jump(p.jump.to, m); err != nil {
		s.log.Error("a jump failed; the player stays", "player", p.ID, "to", p.jump.to, "error", err)
		m.Character.System, m.Reason, m.Gate = s.cfg.Static.ID, "restore", 0
		s.admit(m)
	}
	s.sendAfter(p)
}

// without removes p and keeps the order.
func without(ps []*Player, p *Player) []*Player {
	for i, q := range ps {
		if q == p {
			return append(ps[:i], ps[i+1:]...)
		}
	}
	return ps
}

// SetShip puts the player in command of a ship, or of none with 0. A ship has
// one pilot.
func (s *System) SetShip(p *Player, id world.EntityID) error {
	if id == p.Ship {
		return nil
	}
	if id == 0 {
		s.unboard(p)
		return nil
	}
	e := s.entities[id]
	switch {
	case e == nil:
		return fmt.Errorf("nothing in space has the id %d", id)
	case e.pilot != nil:
		return fmt.Errorf("ship %d is flown by %s", id, e.pilot.Name)
	case p.Station != 0:
		return errors.New("docked: undock first")
	}
	if p.Ship != 0 {
		s.unboard(p)
	}
	s.board(p, id)
	return nil
}

func (s *System) board(p *Player, id world.EntityID) {
	e := s.entities[id]
	e.pilot, p.Ship = p, id
	s.look(p, e.view)
	p.place, p.snapshot = true, true
	s.attend(p)
}

func (s *System) unboard(p *Player) {
	if e := s.entities[p.Ship]; e != nil {
		e.pilot = nil
	}
	s.look(p, nil)
	p.Ship, p.place = 0, true
	s.attend(p)
}

// Dock puts the player into a station and takes their ship out of space.
func (s *System) Dock(p *Player, station world.EntityID) error {
	if s.cfg.Static == nil {
		return errNoSpace
	}
	c := s.cfg.Static.Find(station)
	if c == nil || c.Kind != world.KindStation {
		return fmt.Errorf("there is no station with the id %d in %s", station, s.cfg.Static.Name)
	}
	ship, from := p.Ship, p.Station
	if ship != 0 {
		s.Remove(ship)
	}
	p.Station, p.place = station, true
	s.attend(p)
	s.save(p)
	if from != station {
		s.raise(func(e Events) { e.ShipDocked(ship, station, p.ID) })
	}
	return nil
}

// Undock puts the player outside the station they are in, without a ship yet,
// and returns a place for one: off the hull, in a random direction.
func (s *System) Undock(p *Player) (world.Vec3, error) {
	if p.Station == 0 {
		return world.Vec3{}, errors.New("not docked")
	}
	from := p.Station
	at := s.exit(from)
	p.Station, p.place = 0, true
	s.attend(p)
	s.raise(func(e Events) { e.ShipUndocked(p.Ship, from, p.ID) }) // by then it has been launched
	return at, nil
}
