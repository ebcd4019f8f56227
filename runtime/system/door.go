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
// player in another one who may jump now.
const SeatKept = time.Minute

// placesEvery is how often those who wait hear of their place.
const placesEvery = 2 * time.Second

// door is the bound on how many players a system lets in, and those who wait
// before it. A player who drops out of a full system keeps the seat until the
// session ends; after that, and after a restart, they are first in line.
type door struct {
	static *world.SolarSystem // nil for a service, which nobody enters
	router Router

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

// setCap bounds how many players are let in, 0 for no bound.
func (d *door) setCap(n int) error {
	switch {
	case d.static == nil:
		return errors.New("a service has no players")
	case n < 0:
		return fmt.Errorf("a system cannot let in %d players; 0 stands for no limit", n)
	}
	d.cap = n
	return nil
}

// room says whether there is a seat for one more than those inside.
func (d *door) room(inside int) bool { return d.cap == 0 || inside+len(d.kept) < d.cap }

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

// takeSeat takes the seat that is kept for a player, if one is.
func (d *door) takeSeat(id world.CharacterID) bool {
	_, kept := d.kept[id]
	delete(d.kept, id)
	return kept
}

// queue puts an arrival in line.
func (d *door) queue(m Enter) {
	id := m.Character.ID
	w := d.find(id)
	if w == nil {
		w = &waiter{id: id, first: m.Back || m.Reason == ReasonJump}
		d.add(w)
	}
	w.enter, w.from = m, ""
	d.tellPlace(w)
}

// next is the next of those in line who comes in now, false where nobody can. Who
// is in another system gets a seat kept, and has to come and take it.
func (d *door) next(inside int, real time.Time) (Enter, bool) {
	for len(d.line) > 0 && d.room(inside) {
		w := d.line[0]
		d.line = slices.Delete(d.line, 0, 1)
		if w.from == "" {
			return w.enter, true
		}
		d.keepSeat(w, real)
	}
	return Enter{}, false
}

func (d *door) keepSeat(w *waiter, real time.Time) {
	if d.kept == nil {
		d.kept = make(map[world.CharacterID]seat)
	}
	d.kept[w.id] = seat{from: w.from, until: real.Add(SeatKept)}
	d.sendTicket(w.from, Ticket{Player: w.id, Granted: true})
}

// expire gives seats that nobody came for to the next in line.
func (d *door) expire(real time.Time) {
	for _, id := range sortedKeys(d.kept) { // in order: others are told
		seat := d.kept[id]
		if !real.Before(seat.until) {
			delete(d.kept, id)
			d.sendTicket(seat.from, Ticket{Player: id, Lost: true})
		}
	}
}

// empty takes those who wait here out of the line.
func (d *door) empty() []Enter {
	var gone []Enter
	for _, w := range d.line {
		if w.from == "" {
			gone = append(gone, w.enter)
		}
	}
	d.line = slices.DeleteFunc(d.line, func(w *waiter) bool { return w.from == "" })
	return gone
}

// tellPlaces tells everybody whose place in line has changed, not too often.
func (d *door) tellPlaces(real time.Time) {
	if len(d.line) == 0 || real.Sub(d.told) < placesEvery {
		return
	}
	d.told = real
	for i, w := range d.line {
		if w.place != i+1 || w.length != len(d.line) {
			d.tellPlaceOf(w, i+1)
		}
	}
}

// tellPlace tells one of those who wait their place.
func (d *door) tellPlace(w *waiter) { d.tellPlaceOf(w, slices.Index(d.line, w)+1) }

func (d *door) tellPlaceOf(w *waiter, place int) {
	w.place, w.length = place, len(d.line)
	switch {
	case w.from != "":
		d.sendTicket(w.from, Ticket{Player: w.id, Place: place, Of: w.length})
	case w.enter.Client != nil:
		w.enter.Client.Send(queueEvent(d.static.Name, place, w.length))
	}
}

func (d *door) sendTicket(to world.Address, t Ticket) {
	t.System, t.Name = d.static.ID, d.static.Name
	// A system that cannot be reached is one in which nobody waits: the seat
	// expires.
	_ = d.router.Send(to, t)
}

// knock puts a player of another system into the line, or keeps a seat for them.
func (d *door) knock(m Knock) {
	if _, kept := d.kept[m.Player]; kept || d.static == nil {
		return
	}
	w := d.find(m.Player)
	if w == nil {
		w = &waiter{id: m.Player}
		d.add(w)
	}
	w.from = m.From
	d.tellPlace(w)
}

// withdraw is the end of a knock.
func (d *door) withdraw(m Withdraw) {
	if seat, kept := d.kept[m.Player]; kept && seat.from == m.From {
		delete(d.kept, m.Player)
	}
	if w := d.find(m.Player); w != nil && w.from == m.From {
		d.remove(w)
	}
}

// reconnect gives somebody who waits here a new connection.
func (d *door) reconnect(m Attach) bool {
	w := d.here(m.Player)
	if w == nil {
		return false
	}
	w.enter.Client = m.Client
	d.tellPlace(w)
	return true
}

// unheard notes that somebody who waits here has lost their connection, and says
// whether it was one.
func (d *door) unheard(m Detach) bool {
	w := d.here(m.Player)
	if w != nil && w.enter.Client == m.Client {
		w.enter.Client = nil
	}
	return w != nil
}

// giveUp takes somebody who waits here out of the line and of the game.
func (d *door) giveUp(m Leave) bool {
	w := d.here(m.Player)
	if w == nil {
		return false
	}
	d.remove(w)
	d.router.Left(m.Player)
	if w.enter.Client != nil {
		w.enter.Client.Close(m.Reason)
	}
	return true
}

// hold answers a command of somebody who waits here, and says whether it was one.
func (d *door) hold(m Command) bool {
	w := d.here(m.Player)
	if w != nil {
		m.Client.Reply(m.ID, nil, wire.Errorf("queued", "%s is full: you are number %d of %d in the queue.", d.static.Name, w.place, w.length))
	}
	return w != nil
}

// publish tells the others how full it is.
func (d *door) publish(c *counters, inside int) {
	c.cap.Store(int64(d.cap))
	c.waiting.Store(int64(len(d.line)))
	c.taken.Store(int64(inside + len(d.kept)))
	c.coming.Add(-d.landed)
	d.landed = 0
}

// Crowd is how full a system is, as others see it.
type Crowd struct {
	Name    string
	Address world.Address
	Cap     int
	Waiting int
	Full    bool // nobody gets in without waiting
}

// crowd may be asked for from any goroutine. Arrivals that are on the way count.
func (c *counters) crowd() Crowd {
	crowd := Crowd{Cap: int(c.cap.Load()), Waiting: int(c.waiting.Load())}
	taken := c.coming.Load() + c.taken.Load() // in this order: publish moves from one to the other
	crowd.Full = crowd.Cap > 0 && (crowd.Waiting > 0 || taken >= int64(crowd.Cap))
	return crowd
}

// expect counts an arrival that is on the way, if it can be sent.
func (c *counters) expect(send func() error) error {
	c.coming.Add(1)
	err := send()
	if err != nil {
		c.coming.Add(-1)
	}
	return err
}
