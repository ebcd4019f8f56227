package watch

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"time"
)

// kind says what stands on disk under a path.
type kind uint8

const (
	absent kind = iota
	text
	empty
	unreadable
)

// state is what a file is: two states are equal when there is nothing to tell.
type state struct {
	kind   kind
	sum    [sha256.Size]byte // of a text
	detail string            // why it is unreadable
}

// entry is one path that is, or was, on disk.
type entry struct {
	path     string
	given    state // what the receiver was last told
	seen     state // what was last seen on disk
	content  []byte
	since    time.Time // when it first differed from given, while it does
	last     time.Time // when it last changed
	sequence uint64    // of its becoming different
	loaded   bool      // the receiver has had a text of it
	restless bool      // last handed over by the cap, not by rest: nobody waits for it
	verified bool      // read again after it came to rest
}

// hold says why the state of an entry is not a change to apply, if it is not.
func (e *entry) hold() (Hold, bool) {
	switch e.seen.kind {
	case absent:
		return Hold{Gone, e.path, "it was deleted on disk; the code that runs stays"}, true
	case empty:
		return Hold{Empty, e.path, "it is empty on disk; the code that runs stays"}, true
	case unreadable:
		return Hold{Read, e.path, e.seen.detail + "; the code that runs stays"}, true
	}
	return Hold{}, false
}

// settling holds the rules of coming to rest. It is a plain value: it reads no
// clock and no disk, it is told what was seen and when.
type settling struct {
	settle, cap time.Duration
	entries     map[string]*entry
	waiting     map[string]*entry // those whose seen differs from given
	sequence    uint64            // of the latest entry that became different
}

func newSettling(settle, cap time.Duration) *settling {
	return &settling{settle: settle, cap: cap, entries: map[string]*entry{}, waiting: map[string]*entry{}}
}

// observe takes down what a path is now, and says whether that is news. The
// content is kept until it has been handed over.
func (s *settling) observe(path string, st state, content []byte, now time.Time) bool {
	e := s.entries[path]
	if e == nil {
		if st.kind == absent {
			return false
		}
		e = &entry{path: path}
		s.entries[path] = e
	}
	if st == e.seen {
		return false
	}
	e.seen, e.content, e.verified, e.last = st, content, false, now
	if st == e.given || st.kind == absent && !e.loaded {
		s.rest(e)
		return true
	}
	if s.waiting[path] == nil {
		s.sequence++
		e.since, e.sequence = now, s.sequence
		s.waiting[path] = e
	}
	return true
}

// rest ends the waiting of an entry: the receiver knows what it is.
func (s *settling) rest(e *entry) {
	delete(s.waiting, e.path)
	e.content = nil
	if e.seen.kind == absent {
		delete(s.entries, e.path)
	}
}

// forget drops a path without telling anybody.
func (s *settling) forget(path string) {
	delete(s.waiting, path)
	delete(s.entries, path)
}

// due returns what may be handed over now, by path. Everything that rests goes
// together, as soon as nothing else moves or the oldest of it has waited for the
// cap. What moves beyond its own cap goes after that, by itself, so that a file
// that is written without end can neither starve nor hold up the others.
func (s *settling) due(now time.Time) []*entry {
	var calm, capped []*entry
	oldest, moving := now, false
	for _, e := range s.waiting {
		switch {
		case now.Sub(e.last) >= s.settle:
			calm = append(calm, e)
			if e.since.Before(oldest) {
				oldest = e.since
			}
		case now.Sub(e.since) >= s.cap:
			capped = append(capped, e)
		case !e.restless:
			moving = true
		}
	}
	if len(calm) > 0 {
		if moving && now.Sub(oldest) < s.cap {
			return nil
		}
		return byPath(calm)
	}
	return byPath(capped)
}

// next returns the earliest moment after now at which due may say something
// else, and whether there is one.
func (s *settling) next(now time.Time) (time.Time, bool) {
	var at time.Time
	for _, e := range s.waiting {
		for _, t := range [...]time.Time{e.last.Add(s.settle), e.since.Add(s.cap)} {
			if t.After(now) && (at.IsZero() || t.Before(at)) {
				at = t
			}
		}
	}
	return at, !at.IsZero()
}

// handOver takes down that the receiver has been given these entries; forced
// says that it asked for them before they had come to rest.
func (s *settling) handOver(entries []*entry, now time.Time, forced bool) {
	for _, e := range entries {
		e.given = e.seen
		e.loaded = e.loaded && e.seen.kind != absent || e.seen.kind == text
		e.restless = !forced && now.Sub(e.last) < s.settle
		s.rest(e)
	}
}

// pending returns everything that was not handed over yet, by path.
func (s *settling) pending() []*entry {
	list := make([]*entry, 0, len(s.waiting))
	for _, e := range s.waiting {
		list = append(list, e)
	}
	return byPath(list)
}

// waits says whether something that became different up to the sequence number
// is still waiting.
func (s *settling) waits(until uint64) bool {
	for _, e := range s.waiting {
		if e.sequence <= until {
			return true
		}
	}
	return false
}

// files counts the scripts that were last seen on disk.
func (s *settling) files() int {
	n := 0
	for _, e := range s.entries {
		if e.seen.kind != absent && isScriptPath(e.path) {
			n++
		}
	}
	return n
}

// held lists what is on disk and no text to apply, by path.
func (s *settling) held() []Hold {
	var holds []Hold
	for _, e := range s.entries {
		if h, held := e.hold(); held && e.seen.kind != absent {
			holds = append(holds, h)
		}
	}
	slices.SortFunc(holds, func(a, b Hold) int { return cmp.Compare(a.Path, b.Path) })
	return holds
}

func byPath(list []*entry) []*entry {
	slices.SortFunc(list, func(a, b *entry) int { return cmp.Compare(a.path, b.path) })
	return list
}
