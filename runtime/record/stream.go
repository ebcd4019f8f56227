package record

import (
	"errors"
	"sync/atomic"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/system"
)

// Stream implements system.Sink: it is where one system writes, on its own goroutine.
type Stream struct {
	r    *Recorder
	meta Meta
	next time.Time // when an image is due

	broken atomic.Bool // the writer has given it up: what comes is dropped until an image
	file   *segment    // the writer's
}

// Due implements system.Sink.
func (s *Stream) Due(now time.Time, _ bool) bool { return !now.Before(s.next) }

// Image implements system.Sink.
func (s *Stream) Image(b system.Beginning) {
	s.next = s.after(b.At)
	s.broken.Store(false)
	part := Part{At: b.At, Tick: b.Tick, Releases: named(b.Release), Follows: b.Follows, Image: b.Image}
	if !s.r.offer(chunk{of: s, part: part, releases: []*code.Release{b.Release}}) {
		s.drop(errBehind)
		s.next = b.At.Add(retry)
	}
}

// after is when the next image is due. Systems that began together do not go on so.
func (s *Stream) after(at time.Time) time.Time {
	every := s.r.cfg.Every
	phase := time.Duration(code.Seed(string(s.meta.System)) % uint64(every))
	next := at.Truncate(every).Add(phase)
	for next.Sub(at) < every/2 {
		next = next.Add(every)
	}
	return next
}

var errBehind = errors.New("the disk is too slow")

// Inputs implements system.Sink.
func (s *Stream) Inputs(b system.Batch) (room []byte, ok bool) {
	if s.broken.Load() {
		s.next = b.Until.Add(retry)
		return b.Data, false
	}
	if !s.r.offer(chunk{of: s, part: Part{At: b.Until, Tick: b.Tick, Releases: named(b.Releases...), Inputs: b.Data}, releases: b.Releases}) {
		s.drop(errBehind)
		s.next = b.Until.Add(retry)
		return b.Data, false
	}
	return s.r.room(), true
}

// After implements system.Sink.
func (s *Stream) After(do []func()) bool { return s.r.offer(chunk{of: s, then: do}) }

// Lost implements system.Sink.
func (s *Stream) Lost(now time.Time, why error) {
	s.next = now
	if unwritable := (*image.Unwritable)(nil); errors.As(why, &unwritable) {
		s.next = now.Add(s.r.cfg.Every)
		s.drop(why)
		return
	}
	s.r.log.Debug("a recording begins anew", "system", s.meta.System, "why", why)
}

// Ended implements system.Sink.
func (s *Stream) Ended(kept bool) {
	if !s.r.offer(chunk{of: s, end: true, kept: kept}) {
		s.drop(errBehind) // which says so in the segment, too
	}
}

// drop gives up what is recorded of the system until its next image. Any goroutine may.
func (s *Stream) drop(err error) {
	s.broken.Store(true)
	s.r.mu.Lock()
	s.r.torn = append(s.r.torn, s)
	s.r.mu.Unlock()
	s.r.figures.dropped.Add(1)
	level := s.r.log.Warn
	if s.r.told.Swap(true) {
		level = s.r.log.Debug // once: it is tried again and again, for all systems
	}
	level(CodeDropped+": a recording was dropped; the game goes on, and it is tried again", "system", s.meta.System, "error", err)
}
