package load

import (
	"math/rand/v2"
	"syscall"
	"time"
)

// readBytes is how much one read takes at most: as a rule all that has come for a
// player, however large a snapshot.
const readBytes = 256 << 10

// loop is the one thread that plays everybody.
type loop struct {
	poll    *poller
	began   time.Time
	now     int64 // ns since it began, at the last look
	byFD    map[int32]*player
	timers  timers
	rng     *rand.Rand
	buf     [readBytes]byte
	scratch []byte // the request that is being written
}

func newLoop(seed uint64) (*loop, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &loop{poll: p, began: time.Now(), byFD: map[int32]*player{}, rng: rand.New(rand.NewPCG(seed, 5))}, nil
}

// tellTime looks at the clock.
func (l *loop) tellTime() int64 {
	l.now = int64(time.Since(l.began))
	return l.now
}

// run plays until the time is up or enough says so, which is asked at least every
// 20 ms.
func (l *loop) run(d time.Duration, enough func() bool) error {
	for until := l.tellTime() + int64(d); l.now < until && !enough(); l.tellTime() {
		l.timers.fire(l.now)
		next := min(until, l.now+20e6)
		if at, ok := l.timers.next(); ok {
			next = min(next, at)
		}
		events, err := l.poll.wait(int(max(0, next-l.now+999_999) / 1e6))
		if err != nil {
			return err
		}
		for i := range events {
			if p := l.byFD[events[i].Fd]; p != nil {
				l.serve(p, events[i].Events)
			}
		}
		if n := len(events); n > 0 && n < maxEvents {
			if err := doze(); err != nil {
				return err
			}
		}
	}
	return nil
}

// doze lets messages gather for a moment. On one machine it is the sender who pays
// for waking a process that waits for its message, several microseconds each time:
// for players who are elsewhere a server does not, so it should not here.
func doze() error {
	moment := syscall.Timespec{Nsec: 1e6}
	if err := syscall.Nanosleep(&moment, nil); err != syscall.EINTR {
		return err
	}
	return nil
}

// serve reads and writes what goes for one player.
func (l *loop) serve(p *player, what uint32) {
	if what&syscall.EPOLLOUT != 0 {
		p.writable()
	}
	if p.fd < 0 || what&(syscall.EPOLLIN|syscall.EPOLLHUP|syscall.EPOLLRDHUP|syscall.EPOLLERR) == 0 {
		return
	}
	n, err := recv(p.fd, l.buf[:])
	l.tellTime()
	switch {
	case err != nil || n < 0:
		p.lost()
	case n > 0:
		p.read(l.buf[:n])
	}
}

// timers is a heap of what is to be done when. A timer that has been replaced
// stays in the heap and is passed over.
type timers struct{ heap []timer }

type timer struct {
	at  int64
	p   *player
	gen uint32
}

func (t *timers) next() (int64, bool) {
	if len(t.heap) == 0 {
		return 0, false
	}
	return t.heap[0].at, true
}

// set makes the player act at a time, instead of at the one set before.
func (t *timers) set(p *player, at int64) {
	p.gen++
	t.heap = append(t.heap, timer{at, p, p.gen})
	for i := len(t.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if t.heap[up].at <= t.heap[i].at {
			break
		}
		t.heap[up], t.heap[i] = t.heap[i], t.heap[up]
		i = up
	}
}

// fire lets all act whose time has come.
func (t *timers) fire(now int64) {
	for len(t.heap) > 0 && t.heap[0].at <= now {
		first := t.heap[0]
		t.drop()
		if first.gen == first.p.gen {
			first.p.act()
		}
	}
}

func (t *timers) drop() {
	end := len(t.heap) - 1
	t.heap[0] = t.heap[end]
	t.heap[end] = timer{}
	t.heap = t.heap[:end]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < end; c++ {
			if t.heap[c].at < t.heap[least].at {
				least = c
			}
		}
		if least == i {
			return
		}
		t.heap[i], t.heap[least] = t.heap[least], t.heap[i]
		i = least
	}
}
