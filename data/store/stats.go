package store

import (
	"slices"
	"sync"
	"time"
)

// Stats is what the operator's console shows of the store. Times are of whole
// commits, from BEGIN to the disk's word that it has them.
type Stats struct {
	Queue    int // changes waiting for the writer
	QueueCap int
	Commits  uint64 // transactions since the store was opened
	Changes  uint64 // changes that were kept
	Refused  uint64 // changes that were not: taken names, too few items, a full disk
	Largest  int    // most changes in one commit

	CommitP50 time.Duration // over the last 1,024 commits, as are the next two
	CommitP99 time.Duration
	CommitMax time.Duration

	AuditBehind int64 // audit entries that audit.jsonl does not have yet
}

// Stats returns the present figures.
func (s *Store) Stats() Stats {
	st := s.writer.stats.snapshot()
	st.Queue, st.QueueCap = len(s.writer.queue), cap(s.writer.queue)
	st.AuditBehind = s.mirror.behind()
	return st
}

// recent is how many commit times are kept: enough that the 99th percentile
// rests on ten of them, few enough that last night's stall is not in it.
const recent = 1024

type writerStats struct {
	mu               sync.Mutex
	commits          uint64
	changes, refused uint64
	largest          int
	times            [recent]time.Duration
}

func (s *writerStats) committed(requests int, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times[s.commits%recent] = took
	s.commits++
	s.largest = max(s.largest, requests)
}

func (s *writerStats) answered(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.changes++
	} else {
		s.refused++
	}
}

func (s *writerStats) snapshot() Stats {
	s.mu.Lock()
	st := Stats{Commits: s.commits, Changes: s.changes, Refused: s.refused, Largest: s.largest}
	times := slices.Clone(s.times[:min(s.commits, recent)])
	s.mu.Unlock()
	if len(times) > 0 {
		slices.Sort(times)
		st.CommitP50 = times[len(times)/2]
		st.CommitP99 = times[len(times)*99/100]
		st.CommitMax = times[len(times)-1]
	}
	return st
}
