package opspage

import (
	"bytes"
	"time"
)

// viewer is somebody who watches.
type viewer struct {
	out    chan []byte // what is to be sent to them; nobody changes it any more
	behind bool        // they missed something, and are to have everything
	unsaid bool        // they missed the facts
}

// backlog is how many messages may wait for a viewer who is slow to read.
const backlog = 3

type viewers struct {
	all   map[*viewer]struct{}
	facts []byte // the last that were told
}

// Watch begins to tell somebody; leave ends it. The channel has everything first.
func (f *Feed) Watch() (out <-chan []byte, leave func()) {
	v := &viewer{out: make(chan []byte, backlog)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.viewers.all == nil {
		f.viewers.all = map[*viewer]struct{}{}
	}
	f.viewers.all[v] = struct{}{}
	if f.viewers.facts != nil {
		v.out <- f.viewers.facts
	}
	if f.round > 0 {
		v.out <- f.appendAll(f.appendHead(nil, kindAll, f.last))
	} else {
		v.behind = true
	}
	return v.out, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.viewers.all, v)
	}
}

// Watched says whether anybody watches.
func (f *Feed) Watched() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.viewers.all) > 0
}

// tell gives everybody what has changed, or everything to who is behind. Either is made
// once, and only where somebody wants it. Who does not read is not waited for.
func (f *Feed) tell(now time.Time) {
	if len(f.viewers.all) == 0 {
		return
	}
	f.frame = f.appendChanges(f.appendHead(f.frame[:0], kindChanges, now))
	changes := bytes.Clone(f.frame)
	var all []byte
	for v := range f.viewers.all {
		message := changes
		if v.behind {
			if all == nil {
				all = f.appendAll(f.appendHead(nil, kindAll, now))
			}
			message = all
		}
		if v.unsaid {
			v.unsaid = !v.send(f.viewers.facts)
		}
		v.behind = !v.send(message)
	}
}

// send says whether there was room.
func (v *viewer) send(message []byte) bool {
	select {
	case v.out <- message:
		return true
	default:
		return false
	}
}

// Tell gives everybody the facts of the shard, in JSON, where they differ from before.
func (f *Feed) Tell(facts []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	message := append([]byte{kindFacts}, facts...)
	if bytes.Equal(message, f.viewers.facts) {
		return
	}
	f.viewers.facts = message
	for v := range f.viewers.all {
		v.unsaid = !v.send(message)
	}
}
