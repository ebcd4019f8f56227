package system

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// SeatKept is how long, in real time, a seat in a full system is kept for a
// player in another one whose turn to jump has come.
const SeatKept = time.Minute

// placesEvery is how often those who wait hear of their place.
const placesEvery = 2 * time.Second

// door is the bound on how many players a system lets in, and those who wait
// before it. A player who drops out of a full system keeps the seat until the
// session ends; after that, and after a restart, they are first in line.
type door struct {
	cap    int // 0 for no bound
	line   []*waiter
	kept   map[world.CharacterID]seat
	told   time.Time // when the places in line were last told
	landed int64     // arrivals since the last publish
}

// waiter is somebody in line: after a login or, where a gate was taken in the
// very moment in which the last seat went, a jump, with the arrival that is to
// come; otherwise still in the system from which they want to jump.
type waiter struct {
	id     world.CharacterID
	enter  Enter
	from   world.Address // where they play meanwhile, "" for nowhere
	first  bool          // goes before those who are not
	place  int           // as last told, with
	length int
}

type seat struct {
	from  world.Address
	until time.Time // real
}

// SetCap bounds how many players the system lets in, 0 for no bound. Nobody who
// is in it has to leave.
func (s *System) SetCap(n int) error {
	switch {
	case s.cfg.Static == nil:
		return errors.New("a service has no players")
	case n < 0:
		return fmt.Errorf("a system cannot let in %d players; 0 stands for no limit", n)
	}
	s.door.cap = n
	return nil
}

// Cap is how many players the system lets in, 0 for no bound.
func (s *System) Cap() int { return s.door.cap }

// Waiting is how many players wait for a seat.
func (s *System) Waiting() int { return len(s.door.line) }

func (s *System) room() bool {
	return s.door.cap == 0 || len(s.players)+len(s.door.kept) < s.door.cap
}

// active says that the door has something to do at the next tick.
func (d *door) active() bool { return len(d.line)+len(d.kept) > 0 }

func (d *door) find(id world.CharacterID) *waiter {
	for _, w := range d.line {
		if w.id == id {
			return w
		}
	}
	return nil
}

// here is the waiter who has come to the system itself, or nil.
func (d *door) here(id world.CharacterID) *waiter {
	if w := d.find(id); w != nil && w.from == "" {
		return w
	}
	return nil
}

func (d *door) remove(w *waiter) {
	d.line = slices.DeleteFunc(d.line, func(o *waiter) bool { return o == w })
}

// add puts somebody into the line: at the end or, for those who go first, behind
// the last of these.
func (d *door) add(w *waiter) {
	at := len(d.line)
	for w.first && at > 0 && !d.line[at-1].first {
		at--
	}
	d.line = slices.Insert(d.line, at, w)
}

// arrive brings a player in, or puts them in line.
func (s *System) arrive(m Enter) {
	d := &s.door
	id := m.Character.ID
	_, kept := d.kept[id]
	if kept || s.players[id] != nil || (len(d.line) == 0 && s.room()) {
		delete(d.kept, id)
		s.admit(m)
		return
	}
	if m.Reason == "jump" {
		s.land(&m)
	}
	w := d.find(id)
	if w == nil {
		w = &waiter{id: id, first: m.Back || m.Reason == "jump"}
		d.add(w)
	}
	w.enter, w.from = m, ""
	s.tellPlace(w)
}

// land puts the ship of somebody who waits between two systems before the gate
// of this one, so that what is saved of them is a place in it.
func (s *System) land(m *Enter) {
	if m.Character.Ship != nil {
		ship := *m.Character.Ship
		ship.Pos, ship.Vel = s.exit(m.Gate), world.Vec3{}
		m.Character.Ship = &ship
	}
	s.cfg.Saver.Save([]Character{m.Character})
}

// letIn lets in those whose turn has come. Who is in another system gets a seat
// kept, and has to come and take it.
func (s *System) letIn() {
	d := &s.door
	if !d.active() {
		return
	}
	s.expireSeats()
	if s.down != nil {
		s.turnAway()
		return
	}
	for len(d.line) > 0 && s.room() {
		w := d.line[0]
		d.line = slices.Delete(d.line, 0, 1)
		if w.from != "" {
			s.keepSeat(w)
			continue
		}
		s.current = w.enter
		s.admit(w.enter)
		s.settle()
		s.current = nil
	}
	s.tellPlaces()
}

func (s *System) keepSeat(w *waiter) {
	if s.door.kept == nil {
		s.door.kept = make(map[world.CharacterID]seat)
	}
	s.door.kept[w.id] = seat{from: w.from, until: s.real.Add(SeatKept)}
	s.sendTicket(w.from, Ticket{Player: w.id, Granted: true})
}

// expireSeats gives seats that nobody came for to the next in line.
func (s *System) expireSeats() {
	for id, seat := range s.door.kept {
		if !s.real.Before(seat.until) {
			delete(s.door.kept, id)
			s.sendTicket(seat.from, Ticket{Player: id, Lost: true})
		}
	}
}

// turnAway tells those who wait here that the system does not run.
func (s *System) turnAway() {
	d := &s.door
	for _, w := range d.line {
		if w.from == "" {
			s.refuse(w.enter, s.down)
		}
	}
	d.line = slices.DeleteFunc(d.line, func(w *waiter) bool { return w.from == "" })
}

// tellPlaces tells everybody whose place in line has changed, not too often.
func (s *System) tellPlaces() {
	d := &s.door
	if len(d.line) == 0 || s.real.Sub(d.told) < placesEvery {
		return
	}
	d.told = s.real
	for i, w := range d.line {
		if w.place != i+1 || w.length != len(d.line) {
			s.tellPlaceOf(w, i+1)
		}
	}
}

// tellPlace tells one of those who wait their place.
func (s *System) tellPlace(w *waiter) { s.tellPlaceOf(w, slices.Index(s.door.line, w)+1) }

func (s *System) tellPlaceOf(w *waiter, place int) {
	w.place, w.length = place, len(s.door.line)
	switch {
	case w.from != "":
		s.sendTicket(w.from, Ticket{Player: w.id, Place: place, Of: w.length})
	case w.enter.Client != nil:
		w.enter.Client.Send(queueEvent(s.cfg.Static.Name, place, w.length))
	}
}

func (s *System) sendTicket(to world.Address, t Ticket) {
	t.System, t.Name = s.cfg.Static.ID, s.cfg.Static.Name
	// A system that cannot be reached is one in which nobody waits: the seat
	// expires.
	_ = s.cfg.Router.Send(to, t)
}

// reconnect gives somebody who waits here a new connection.
func (s *System) reconnect(m Attach) bool {
	w := s.door.here(m.Player)
	if w == nil {
		return false
	}
	w.enter.Client = m.Client
	s.tellPlace(w)
	return true
}

// unheard notes that somebody who waits here has lost their connection, and says
// whether it was one.
func (s *System) unheard(m Detach) bool {
	w := s.door.here(m.Player)
	if w != nil && w.enter.Client == m.Client {
		w.enter.Client = nil
	}
	return w != nil
}

// giveUp takes somebody who waits here out of the line and of the game.
func (s *System) giveUp(m Leave) bool {
	w := s.door.here(m.Player)
	if w == nil {
		return false
	}
	s.door.remove(w)
	s.cfg.Router.Left(m.Player)
	if w.enter.Client != nil {
		w.enter.Client.Close(m.Reason)
	}
	return true
}

// Crowd is how full a system is, as others see it.
type Crowd struct {
	Name    string
	Address world.Address
	Cap     int
	Waiting int
	Full    bool // nobody gets in without waiting
}

// Crowd may be asked for from any goroutine. Arrivals that are on the way count.
func (s *System) Crowd() Crowd {
	c := Crowd{Address: s.cfg.Address, Cap: int(s.stats.cap.Load()), Waiting: int(s.stats.waiting.Load())}
	if s.cfg.Static != nil {
		c.Name = s.cfg.Static.Name
	}
	taken := s.stats.coming.Load() + s.stats.taken.Load() // in this order: publish moves from one to the other
	c.Full = c.Cap > 0 && (c.Waiting > 0 || taken >= int64(c.Cap))
	return c
}

// publishCrowd tells the others how full it is.
func (s *System) publishCrowd() {
	d := &s.door
	s.stats.cap.Store(int64(d.cap))
	s.stats.waiting.Store(int64(len(d.line)))
	s.stats.taken.Store(int64(len(s.players) + len(d.kept)))
	s.stats.coming.Add(-d.landed)
	d.landed = 0
}

// expect counts an arrival that is on the way: whoever wants to jump meanwhile
// must not take it for a free seat.
func (s *System) expect(m Message) error {
	s.stats.coming.Add(1)
	err := s.inbox.push(m)
	if err != nil {
		s.stats.coming.Add(-1)
	}
	return err
}

// hold answers a command of somebody who waits here, and says whether it was one.
func (s *System) hold(m Command) bool {
	w := s.door.here(m.Player)
	if w != nil {
		m.Client.Reply(m.ID, nil, wire.Errorf("queued", "%s is full: you are number %d of %d in the queue.", s.cfg.Static.Name, w.place, w.length))
	}
	return w != nil
}
