package simulation

import (
	"fmt"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// drift is how much faster or slower than the true time a clock is at most.
const drift = 0.005

// server is a machine with a process on it that may die, and starts again as another node.
type server struct {
	w       *universe
	number  int
	life    int
	id      world.NodeID
	machine *cluster.Node
	crashed int // reasons why it is not up
	paused  int
	waiting []func() // what has come while it was paused

	suspended int // reasons why its clock stands, since when
	since     time.Duration
	rate      float64
	begun     time.Duration // what the clock says at the beginning
	lost      time.Duration // while which the clock stood
	set       time.Duration // by how much somebody has set the other clock, the one that can be set

	wakeAt   time.Duration
	memory   map[world.Address]*memory
	prepared map[cluster.MoveID]*memory
	images   map[world.Address]cluster.Image // the last of each, for OldImage
}

func newServer(w *universe, number int) *server {
	return &server{w: w, number: number, rate: 1 + drift*(2*w.rand.Float64()-1), begun: w.between(0, time.Hour)}
}

// start is a new process.
func (s *server) start() {
	s.life++
	s.id = world.NodeID(fmt.Sprintf("n%d/%d", s.number, s.life))
	s.machine = cluster.New(s.id, cluster.Config{})
	s.memory, s.prepared, s.images = map[world.Address]*memory{}, map[cluster.MoveID]*memory{}, map[world.Address]cluster.Image{}
	s.wakeAt, s.waiting = 0, nil
	s.hear(cluster.Wake{})
	s.tickLater(s.life)
}

// crash ends the process, with all it has in memory.
func (s *server) crash() {
	s.crashed++
	s.life++ // answers to it come to nobody
	s.id, s.machine, s.memory, s.prepared, s.waiting = "", nil, nil, nil, nil
}

func (s *server) restart() {
	if s.crashed--; s.crashed == 0 {
		s.start()
	}
}

func (s *server) resume() {
	if s.paused--; s.paused > 0 {
		return
	}
	held := s.waiting
	s.waiting = nil
	for _, do := range held {
		s.do(do)
	}
}

// clock is the process's own, which nobody sets.
func (s *server) clock() time.Duration {
	t := s.begun + time.Duration(float64(s.w.now-s.lost)*s.rate)
	if s.w.bug == WrongClock {
		t += s.set
	}
	return t
}

// do runs something in the process, now or when it is not paused any more.
func (s *server) do(do func()) {
	switch {
	case s.machine == nil:
	case s.paused > 0:
		s.waiting = append(s.waiting, do)
	default:
		do()
	}
}

// later runs something in this life of the process.
func (s *server) later(d time.Duration, do func()) {
	life := s.life
	s.w.after(d, func() {
		if s.life == life {
			s.do(do)
		}
	})
}

// hear gives the machine an event, and does what it says.
func (s *server) hear(e cluster.Event) {
	s.do(func() {
		for _, a := range s.machine.Handle(s.clock(), e) {
			s.perform(a)
		}
		s.wakeLater()
	})
}

// wakeLater sees to it that the machine is woken when it wants to be.
func (s *server) wakeLater() {
	wait := max(time.Duration(float64(s.machine.Next()-s.clock())/s.rate), 0) + 100*time.Microsecond
	if t := s.w.now + wait; s.wakeAt <= s.w.now || t < s.wakeAt {
		s.wakeAt = t
		s.later(wait, func() {
			if s.wakeAt == t {
				s.wakeAt = 0
			}
			s.hear(cluster.Wake{})
		})
	}
}

// perform does one action. What comes of it comes later.
func (s *server) perform(a cluster.Action) {
	switch a := a.(type) {
	case cluster.Acquire:
		s.acquire(a)
	case cluster.Renew:
		s.renew(a)
	case cluster.Release:
		s.ask(a.Ask, func() cluster.Event {
			s.w.db.release(s.id, a.Fence)
			return cluster.Released{Ask: a.Ask}
		})
	case cluster.Look:
		if s.w.bug != Hibernating {
			s.ask(a.Ask, func() cluster.Event {
				return cluster.Looked{Ask: a.Ask, Orphans: s.w.db.Table.Orphans(s.w.db.clock())}
			})
		}
	case cluster.Send:
		s.w.net.send(s, a.To, s.spoilt(a.Message))
	case cluster.Moved:
		s.moved(a)
	default:
		s.play(a)
	}
}

// ask makes a request of the table in this process's name, whatever becomes of it meanwhile.
func (s *server) ask(number uint64, do func() cluster.Event) {
	s.w.db.request(s, func() any { return do() }, func(answer any) {
		if e, ok := answer.(cluster.Event); ok {
			s.hear(e)
			return
		}
		s.hear(cluster.Failed{Ask: number})
	})
}

func (s *server) acquire(a cluster.Acquire) {
	me, lease := s.id, cluster.Config{}.Filled().Lease
	if s.w.bug == EarlyThaw && a.From != "" {
		s.later(0, func() { s.hear(cluster.Granted{Ask: a.Ask, Epoch: a.After + 1}) })
	}
	s.ask(a.Ask, func() cluster.Event { return s.w.db.acquire(me, a, lease) })
}

func (s *server) renew(a cluster.Renew) {
	me, lease := s.id, cluster.Config{}.Filled().Lease
	if s.w.bug == StaleGet {
		var lost []cluster.Row
		for _, f := range a.Held {
			if row := s.w.db.bus[f.Subject]; row.Epoch > f.Epoch {
				lost = append(lost, row)
			}
		}
		s.later(time.Millisecond, func() { s.hear(cluster.Renewed{Ask: a.Ask, Lost: lost}) })
	}
	s.ask(a.Ask, func() cluster.Event {
		return cluster.Renewed{Ask: a.Ask, Lost: s.w.db.Table.Renew(me, a.Held, lease, s.w.db.clock())}
	})
}

// spoilt is a message with the image of the move before, where that is planted.
func (s *server) spoilt(m cluster.Message) cluster.Message {
	h, ok := m.(cluster.Handed)
	if !ok || s.w.bug != OldImage {
		return m
	}
	if old, found := s.images[h.Fence.Subject]; found {
		h.Image = old
		return h
	}
	s.images[h.Fence.Subject] = h.Image
	return h
}

func (s *server) moved(a cluster.Moved) {
	text := "it is on " + string(a.To)
	if s.w.result.Moves++; a.Why != "" {
		s.w.result.Moves--
		s.w.result.Stayed++
		text = a.Why
	}
	s.w.note(Entry{Kind: MoveOver, Node: s.id, Subject: a.Subject, Text: text})
}
