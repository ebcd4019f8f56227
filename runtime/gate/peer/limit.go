package peer

import (
	"sync"
	"time"
)

// Limit is so many at once, and one more after each so long.
type Limit struct {
	Burst int
	Every time.Duration
}

// mostKnown bounds what a Limiter remembers. Whoever is forgotten begins anew: it
// takes an attacker with that many networks, whom no count by network holds.
const mostKnown = 1 << 16

// Limiter holds each of many to a Limit.
type Limiter[K comparable] struct {
	limit Limit

	mu sync.Mutex
	by map[K]level
}

// level is how much somebody has used up, as of a moment.
type level struct {
	used float64
	at   time.Time
}

// NewLimiter makes a limiter.
func NewLimiter[K comparable](l Limit) *Limiter[K] {
	return &Limiter[K]{limit: l, by: map[K]level{}}
}

// now is the level at a moment.
func (l *Limiter[K]) now(k K, at time.Time) float64 {
	v, ok := l.by[k]
	if !ok {
		return 0
	}
	gone := max(0, at.Sub(v.at)) // of two who look at the clock the earlier may come second
	return max(0, v.used-float64(gone)/float64(l.limit.Every))
}

// Take uses one up, and says whether there was one.
func (l *Limiter[K]) Take(k K, at time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := l.now(k, at)
	if used+1 > float64(l.limit.Burst) {
		return false
	}
	l.set(k, used+1, at)
	return true
}

// Add uses one up, whether there is one or not, up to one more than there are.
func (l *Limiter[K]) Add(k K, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(k, min(l.now(k, at)+1, float64(l.limit.Burst)+1), at)
}

// Wait is how long it is until there is one, 0 where there is.
func (l *Limiter[K]) Wait(k K, at time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	over := l.now(k, at) + 1 - float64(l.limit.Burst)
	return time.Duration(max(0, over) * float64(l.limit.Every))
}

// Used is how many are used up.
func (l *Limiter[K]) Used(k K, at time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.now(k, at) + 0.5)
}

func (l *Limiter[K]) set(k K, used float64, at time.Time) {
	if _, known := l.by[k]; !known && len(l.by) >= mostKnown {
		l.forget(at)
	}
	if was := l.by[k].at; was.After(at) {
		at = was
	}
	l.by[k] = level{used, at}
}

// forget drops everybody whose count has run out and, where that is nobody, half.
func (l *Limiter[K]) forget(at time.Time) {
	for k := range l.by {
		if l.now(k, at) == 0 {
			delete(l.by, k)
		}
	}
	for k := range l.by {
		if len(l.by) <= mostKnown/2 {
			return
		}
		delete(l.by, k)
	}
}

// Used is how much somebody has used up, as of a moment.
type Used[K comparable] struct {
	Key  K
	Used float64
	At   time.Time
}

// All is what the limiter knows.
func (l *Limiter[K]) All() []Used[K] {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Used[K], 0, len(l.by))
	for k, v := range l.by {
		out = append(out, Used[K]{k, v.used, v.at})
	}
	return out
}

// Restore takes in what another limiter knew.
func (l *Limiter[K]) Restore(all []Used[K]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, u := range all {
		l.set(u.Key, u.Used, u.At)
	}
}
