package remote

import (
	"sync"
	"time"
)

const (
	mostFailures = 5                // by one address within failureTime
	failureTime  = time.Minute      // after which a failure is forgotten
	mostKnown    = 4096             // addresses remembered
	mostAtOnce   = 16               // handshakes under way
	handshake    = 10 * time.Second // for one of them
)

// limiter counts failed attempts by address. Beyond mostFailures an address is
// turned away at once until its failures are forgotten.
type limiter struct {
	now func() time.Time

	mu     sync.Mutex
	failed map[string][]time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, failed: map[string][]time.Time{}}
}

// recent drops what is forgotten of one address and returns the rest.
func (l *limiter) recent(addr string) []time.Time {
	times := l.failed[addr]
	for len(times) > 0 && l.now().Sub(times[0]) >= failureTime {
		times = times[1:]
	}
	if len(times) == 0 {
		delete(l.failed, addr)
		return nil
	}
	l.failed[addr] = times
	return times
}

// allows says whether an address may try.
func (l *limiter) allows(addr string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.recent(addr)) < mostFailures
}

// fail notes a failed attempt.
func (l *limiter) fail(addr string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failed) >= mostKnown {
		for a := range l.failed {
			l.recent(a)
		}
		if len(l.failed) >= mostKnown {
			return // a flood from everywhere: mostAtOnce holds it
		}
	}
	l.failed[addr] = append(l.recent(addr), l.now())
}
