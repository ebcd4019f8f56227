package gate

// bucket is a token bucket: it holds up to burst tokens, gains rate of them a
// second, and loses one at every take.
type bucket struct {
	tokens float64
	last   int64 // ns
}

// take takes a token if there is one.
func (b *bucket) take(now int64, rate, burst float64) bool {
	if b.last == 0 {
		b.tokens = burst
	} else if now > b.last {
		b.tokens = min(burst, b.tokens+float64(now-b.last)*rate/1e9)
	}
	b.last = max(b.last, now)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
