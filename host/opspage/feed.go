package opspage

import (
	"strings"
	"sync"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Actor is a system or service as the Feed looks at it. *system.System is one.
type Actor interface {
	Address() world.Address
	Glance(since uint64, now time.Time) system.Glance
}

// Source is where the Feed looks. Nothing it asks may hold up a tick.
type Source interface {
	// AppendActors adds everything that runs now to a list, in any order.
	AppendActors([]Actor) []Actor
	// Memory is what the Lua of one holds, in bytes, as far as is known.
	Memory(world.Address) int64
	// Totals is how the whole shard does.
	Totals() Totals
}

// Totals is what is known of the whole shard.
type Totals struct {
	Players int
	CPU     time.Duration // used by the process so far
	RSS     int64         // bytes
	Errors  uint64        // of scripts, so far
}

// weighEvery is how many seconds pass between two questions for memory, which changes
// slowly.
const weighEvery = 5

// Feed looks at everything that runs once a second, remembers an hour of it, and tells
// those who watch. Nobody waits for it but those who ask it for history.
type Feed struct {
	source Source

	mu       sync.Mutex
	tracks   []track // the first is the whole shard, then the map's systems, then services
	byName   map[string]int
	byActor  map[Actor]*seat
	list     []Actor
	round    uint64
	last     time.Time
	cpu      time.Duration
	errors   uint64
	turnings [len(spans)]turning
	viewers  viewers
	frame    []byte
}

// track is one system, whether it runs or not.
type track struct {
	now     figures
	changed uint8  // what differs from the second before, as the wire has it
	round   uint64 // that it was last looked at
	past    *past  // nil where nothing was seen for an hour
}

// seat is where an actor's figures go, and how it was when last looked at.
type seat struct {
	track int
	round uint64
	last  system.Glance
	seen  bool
}

// NewFeed makes a feed of these systems, by name in the order of the map.
func NewFeed(source Source, names []string) *Feed {
	f := &Feed{source: source, byName: make(map[string]int, len(names)), byActor: map[Actor]*seat{}}
	f.tracks = make([]track, 1, len(names)+1)
	for _, name := range names {
		f.find(name)
	}
	return f
}

// shard is the track of the whole shard.
const shard = 0

// find returns the track of a name, a new one where there is none.
func (f *Feed) find(name string) int {
	if i, known := f.byName[name]; known {
		return i
	}
	f.tracks = append(f.tracks, track{})
	f.byName[name] = len(f.tracks) - 1
	return len(f.tracks) - 1
}

// Names are what the tracks are called, by their numbers; the first has no name.
func (f *Feed) Names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := make([]string, len(f.tracks))
	for name, i := range f.byName {
		names[i] = name
	}
	return names
}

// Look looks at everything, once a second.
func (f *Feed) Look(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	since := now.Sub(f.last)
	if f.last.IsZero() {
		since = 0
	}
	f.last = now
	f.round++
	f.turn(now)
	whole := f.actors(now, since)
	f.whole(whole, since)
	f.tell(now)
	for i := range f.tracks {
		f.tracks[i].keep()
	}
}

// keep remembers the second.
func (t *track) keep() {
	t.changed = 0
	if t.past == nil && !t.now.zero() {
		t.past = new(past)
	}
	if t.past != nil {
		t.past.add(&t.now)
	}
}

// turn closes the slots that have ended.
func (f *Feed) turn(now time.Time) {
	for i, length := range spans {
		f.turnings[i].turn(now, length, func(at int, seconds uint32) {
			for k := range f.tracks {
				if p := f.tracks[k].past; p != nil {
					p[i].close(at, seconds)
				}
			}
			if i == len(spans)-1 {
				f.forget()
			}
		})
	}
}

// forget lets go of the history of those who did nothing for as long as it goes back.
func (f *Feed) forget() {
	for k := range f.tracks {
		if t := &f.tracks[k]; t.past != nil && t.now.zero() && t.past[len(spans)-1].blank() {
			t.past = nil
		}
	}
}

// actors takes the figures of all that runs. It returns their sum: the longest tick, the
// most that game time is slowed down.
func (f *Feed) actors(now time.Time, since time.Duration) (whole figures) {
	f.list = f.source.AppendActors(f.list[:0])
	ticks, spent := 0, 0
	for _, a := range f.list {
		s := f.byActor[a]
		if s == nil {
			s = &seat{track: f.find(strings.TrimPrefix(string(a.Address()), "@"))}
			f.byActor[a] = s
		}
		s.round = f.round
		glance := a.Glance(s.last.Ticks, now)
		if !s.seen {
			s.last, s.seen = glance, true
		}
		seen := measure(s.last, glance, since)
		s.last = glance
		t := &f.tracks[s.track]
		t.round = f.round
		seen.mean[memory] = t.now.mean[memory]
		if f.round%weighEvery == 1 {
			seen.mean[memory] = weight(f.source.Memory(a.Address()), memoryUnit)
		}
		t.set(seen)
		if seen.mean[tick] > 0 {
			ticks, spent = ticks+1, spent+int(seen.mean[tick])
		}
		whole.longest = max(whole.longest, seen.longest)
		whole.mean[slow] = max(whole.mean[slow], seen.mean[slow])
	}
	if ticks > 0 {
		whole.mean[tick] = uint16(spent / ticks)
	}
	if len(f.byActor) > len(f.list) {
		f.leave()
	}
	clear(f.list)
	return whole
}

// leave puts those at zero that run no more.
func (f *Feed) leave() {
	for a, s := range f.byActor {
		if s.round == f.round {
			continue
		}
		delete(f.byActor, a)
		if t := &f.tracks[s.track]; t.round != f.round { // or it was unloaded, and is back
			t.set(figures{})
		}
	}
}

// whole takes the figures of the shard.
func (f *Feed) whole(w figures, since time.Duration) {
	totals := f.source.Totals()
	w.awake = true
	w.mean[players] = small(int64(totals.Players))
	w.mean[memory] = weight(totals.RSS, wholeUnit)
	if since > 0 && f.cpu > 0 && totals.CPU >= f.cpu {
		w.mean[cpu] = share(totals.CPU-f.cpu, since)
	}
	f.cpu, f.errors = totals.CPU, totals.Errors
	f.tracks[shard].set(w)
}

func weight(bytes, unit int64) uint16 { return small((bytes + unit - 1) / unit) }
