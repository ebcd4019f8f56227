package opspage

import (
	"encoding/binary"
	"time"
)

// The kinds of binary messages, their first byte.
const (
	kindChanges = 1 // what has changed since the message before
	kindAll     = 2 // everything that is not zero; whatever is not named is
	kindFacts   = 3 // what the shard is, in JSON
)

// What an entry tells, a bit each: the means of the metrics by their numbers, then these.
const (
	tellsLongest = 1 << metrics
	tellsAwake   = 1 << (metrics + 1) // it is awake; told with every entry
	tellsSleep   = 1 << (metrics + 2) // no figure: only that awake has changed
)

// set takes what was seen, and notes what differs.
func (t *track) set(now figures) {
	t.changed = differing(&t.now, &now)
	t.now = now
}

// differing are the bits of what differs between two seconds, 0 for nothing.
func differing(was, now *figures) (bits uint8) {
	for m := range metrics {
		if was.mean[m] != now.mean[m] {
			bits |= 1 << m
		}
	}
	if was.longest != now.longest {
		bits |= tellsLongest
	}
	if was.awake != now.awake {
		bits |= tellsSleep
	}
	return bits
}

// appendHead begins a message: when, how many names there are, how many errors.
func (f *Feed) appendHead(b []byte, kind byte, now time.Time) []byte {
	b = append(b, kind)
	b = binary.AppendUvarint(b, uint64(max(now.Unix(), 0)))
	b = binary.AppendUvarint(b, uint64(len(f.tracks)))
	return binary.AppendUvarint(b, f.errors)
}

// appendChanges adds an entry for each track that has changed, and takes note that they
// are told.
func (f *Feed) appendChanges(b []byte) []byte {
	before := -1
	for i := range f.tracks {
		if t := &f.tracks[i]; t.changed != 0 {
			b = appendEntry(b, i-before, &t.now, t.changed)
			before = i
		}
	}
	return b
}

// appendAll adds an entry for each track that has anything to tell.
func (f *Feed) appendAll(b []byte) []byte {
	before := -1
	for i := range f.tracks {
		if t := &f.tracks[i]; !t.now.zero() {
			b = appendEntry(b, i-before, &t.now, differing(&figures{}, &t.now))
			before = i
		}
	}
	return b
}

// appendEntry adds how far on from the entry before a track is, what is told, and that.
func appendEntry(b []byte, gap int, f *figures, bits uint8) []byte {
	b = binary.AppendUvarint(b, uint64(gap))
	bits &^= tellsAwake
	if f.awake {
		bits |= tellsAwake
	}
	b = append(b, bits)
	for m := range metrics {
		if bits&(1<<m) != 0 {
			b = binary.AppendUvarint(b, uint64(f.mean[m]))
		}
	}
	if bits&tellsLongest != 0 {
		b = binary.AppendUvarint(b, uint64(f.longest))
	}
	return b
}

// History is what is kept of some metrics over a span: of all tracks that have any, or of
// one and the whole shard. The bytes say, in unsigned varints: the seconds of a slot, the
// slot that runs (in such slots since 1970), how many slots, how many metrics and which;
// then for each track how far on it is, and of each metric the averages and the greatest
// values of all ended slots, the oldest first, each as its difference to the one before,
// in zigzag.
func (f *Feed) History(span int, which []metric, only int) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := binary.AppendUvarint(nil, uint64(spans[span]/time.Second))
	now := f.turnings[span].slot
	b = binary.AppendUvarint(b, uint64(now))
	b = binary.AppendUvarint(b, slots)
	b = binary.AppendUvarint(b, uint64(len(which)))
	for _, m := range which {
		b = append(b, byte(m))
	}
	before := -1
	for i := range f.tracks {
		p := f.tracks[i].past
		if p == nil || only >= 0 && i != only && i != shard {
			continue
		}
		b = binary.AppendUvarint(b, uint64(i-before))
		before = i
		for _, m := range which {
			b = appendRing(b, &p[span].mean[m], now)
			b = appendRing(b, &p[span].most[m], now)
		}
	}
	return b
}

// appendRing adds a ring from its oldest slot on.
func appendRing(b []byte, values *[slots]uint16, now int64) []byte {
	was := int64(0)
	for s := now; s < now+slots; s++ {
		v := int64(values[s%slots])
		b = binary.AppendVarint(b, v-was)
		was = v
	}
	return b
}
