package opspage

import "time"

// slots is how many steps a span is kept in.
const slots = 60

// spans are how far back one can look, by the length of a slot: five minutes, and an hour.
var spans = [...]time.Duration{5 * time.Second, time.Minute}

// ring is what one system did over one span: the average and the greatest value of every
// slot. Which slot is which the Feed knows: all rings turn at once.
type ring struct {
	sum        [metrics]uint32 // of the seconds of the slot that runs
	peak       [metrics]uint16
	mean, most [metrics][slots]uint16
}

// past is the history of one system: 2.4 KiB, of 8,000 some 20 MB.
type past [len(spans)]ring

// add takes a second in.
func (p *past) add(f *figures) {
	for i := range p {
		r := &p[i]
		for m := range metrics {
			r.sum[m] += uint32(f.mean[m])
			r.peak[m] = max(r.peak[m], f.most(m))
		}
	}
}

// close puts a slot of so many seconds into its place, and begins the next.
func (r *ring) close(at int, seconds uint32) {
	for m := range metrics {
		r.mean[m][at], r.most[m][at] = 0, 0
		if seconds > 0 {
			r.mean[m][at], r.most[m][at] = uint16((r.sum[m]+seconds/2)/seconds), r.peak[m]
		}
	}
	r.sum, r.peak = [metrics]uint32{}, [metrics]uint16{}
}

// blank says whether a ring holds nothing at all.
func (r *ring) blank() bool {
	return r.peak == [metrics]uint16{} && r.most == [metrics][slots]uint16{}
}

// turning is where a span stands: which slot runs, and how many seconds it has had.
type turning struct {
	slot    int64 // since 1970; 0 before the first second
	seconds uint32
}

// turn moves a span on to the slot that a moment lies in. passed is called for each slot
// that has ended on the way, a whole round at most; those in which nobody looked have no
// seconds.
func (t *turning) turn(now time.Time, length time.Duration, passed func(at int, seconds uint32)) {
	slot := now.Unix() / int64(length/time.Second)
	if t.slot == 0 || slot < t.slot { // the first, or the clock was set back
		t.slot, t.seconds = slot, 0
	}
	first := max(t.slot, slot-slots)
	for s := first; s < slot; s++ {
		seconds := uint32(0)
		if s == t.slot {
			seconds = t.seconds
		}
		passed(int(s%slots), seconds)
	}
	if slot > t.slot {
		t.slot, t.seconds = slot, 0
	}
	t.seconds++
}
