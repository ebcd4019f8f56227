package opspage

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// actor is a system of which a test says how it does.
type actor struct {
	address world.Address
	now     system.Glance
}

func (a *actor) Address() world.Address                 { return a.address }
func (a *actor) Glance(uint64, time.Time) system.Glance { return a.now }

// ticks lets it tick so often, so long each.
func (a *actor) ticks(n int, each time.Duration) {
	a.now.Awake, a.now.Dilation = true, 1
	a.now.Ticks += uint64(n)
	a.now.Busy += time.Duration(n) * each
	a.now.Longest = each
}

// stage is a shard of such systems.
type stage struct {
	actors []*actor
	totals Totals
	memory map[world.Address]int64
}

func (s *stage) AppendActors(list []Actor) []Actor {
	for _, a := range s.actors {
		list = append(list, a)
	}
	return list
}
func (s *stage) Memory(a world.Address) int64 { return s.memory[a] }
func (s *stage) Totals() Totals               { return s.totals }

// newStage is a shard of which everything runs, and a feed of it.
func newStage(n int) (*stage, *Feed) {
	s := &stage{memory: map[world.Address]int64{}}
	names := make([]string, n)
	for i := range n {
		names[i] = fmt.Sprintf("System %d", i)
		s.actors = append(s.actors, &actor{address: world.SystemAddress(names[i]), now: system.Glance{Dilation: 1}})
	}
	return s, NewFeed(s, names)
}

// began is a moment at which a slot of every span begins.
var began = time.Unix(1_800_000_000, 0)

// picture is what a reader of the messages knows.
type picture struct {
	t     *testing.T
	at    uint64
	mean  map[int]map[metric]uint64
	most  map[int]uint64
	awake map[int]bool
	told  int // entries of the last message
}

func newPicture(t *testing.T) *picture {
	return &picture{t: t, mean: map[int]map[metric]uint64{}, most: map[int]uint64{}, awake: map[int]bool{}}
}

// uints reads a message as the page does.
type uints struct {
	t *testing.T
	b []byte
}

func (u *uints) next() uint64 {
	u.t.Helper()
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.t.Fatalf("no number in % x", u.b)
	}
	u.b = u.b[n:]
	return v
}

func (u *uints) int() int64 {
	u.t.Helper()
	v, n := binary.Varint(u.b)
	if n <= 0 {
		u.t.Fatalf("no number in % x", u.b)
	}
	u.b = u.b[n:]
	return v
}

func (p *picture) take(message []byte) {
	p.t.Helper()
	r := &uints{p.t, message[1:]}
	if message[0] == kindAll {
		clear(p.mean)
		clear(p.most)
		clear(p.awake)
	}
	p.at = r.next()
	r.next()
	r.next()
	p.told = 0
	for i := -1; len(r.b) > 0; p.told++ {
		i += int(r.next())
		bits := r.b[0]
		r.b = r.b[1:]
		if p.mean[i] == nil {
			p.mean[i] = map[metric]uint64{}
		}
		p.awake[i] = bits&tellsAwake != 0
		for m := range metrics {
			if bits&(1<<m) != 0 {
				p.mean[i][m] = r.next()
			}
		}
		if bits&tellsLongest != 0 {
			p.most[i] = r.next()
		}
	}
}

func TestTheFeedTellsWhatHasChanged(t *testing.T) {
	s, f := newStage(3)
	s.totals = Totals{Players: 7, RSS: 100 * wholeUnit}
	hot := s.actors[1]
	f.Look(began)
	out, leave := f.Watch()
	defer leave()
	p := newPicture(t)
	p.take(<-out)

	hot.ticks(10, 40*time.Millisecond)
	hot.now.Players, hot.now.Dilation = 5, 0.4
	f.Look(began.Add(time.Second))
	p.take(<-out)
	const of = 2 // the shard is before them
	if got := p.mean[of]; got[cpu] != 400 || got[players] != 5 || got[tick] != 2000 || got[slow] != 600 || p.most[of] != 2000 || !p.awake[of] {
		t.Errorf("of the hot one: %v, longest %d, awake %v", got, p.most[of], p.awake[of])
	}
	if got := p.mean[shard]; got[players] != 7 || got[memory] != 100 || got[slow] != 600 || p.most[shard] != 2000 {
		t.Errorf("of the shard: %v, longest %d", got, p.most[shard])
	}

	hot.ticks(10, 40*time.Millisecond)
	hot.now.Dilation = 0.4
	f.Look(began.Add(2 * time.Second))
	if p.take(<-out); p.told != 0 || p.at != uint64(began.Unix())+2 {
		t.Errorf("where nothing has changed, %d entries are told at %d", p.told, p.at)
	}

	s.actors = s.actors[:1] // the others are unloaded
	f.Look(began.Add(3 * time.Second))
	p.take(<-out)
	if got := p.mean[of]; got[cpu] != 0 || got[players] != 0 || p.awake[of] {
		t.Errorf("of one that is unloaded: %v", got)
	}
	s.actors = append(s.actors, &actor{address: hot.address, now: system.Glance{Awake: true, Players: 2, Dilation: 1}})
	f.Look(began.Add(4 * time.Second))
	if p.take(<-out); p.mean[of][players] != 2 || !p.awake[of] {
		t.Errorf("of one that is back: %v", p.mean[of])
	}
}

func TestWhoIsSlowToReadMissesNothingInTheEnd(t *testing.T) {
	s, f := newStage(2)
	f.Look(began)
	slow, leave := f.Watch()
	defer leave()
	f.Tell([]byte(`{"release":1}`))
	for i := range 10 {
		s.actors[0].now.Players = i + 1
		f.Look(began.Add(time.Duration(i+1) * time.Second))
	}
	s.actors[0].now.Players = 0
	s.actors[1].now.Players = 3
	f.Tell([]byte(`{"release":2}`))
	p, facts := newPicture(t), ""
	read := func() {
		for len(slow) > 0 {
			if m := <-slow; m[0] == kindFacts {
				facts = string(m[1:])
			} else {
				p.take(m)
			}
		}
	}
	read()
	f.Look(began.Add(20 * time.Second))
	read()
	if p.mean[1][players] != 0 || p.mean[2][players] != 3 || facts != `{"release":2}` {
		t.Errorf("known at last: %v, %s", p.mean, facts)
	}
}

func TestNothingIsEncodedForNobody(t *testing.T) {
	s, f := newStage(100)
	second := 0
	look := func() {
		second++
		for _, a := range s.actors {
			a.ticks(10, time.Duration(second)*time.Microsecond)
		}
		f.Look(began.Add(time.Duration(second) * time.Second))
	}
	for range 130 {
		look() // the rings are there
	}
	if n := testing.AllocsPerRun(50, look); n != 0 {
		t.Errorf("a look that nobody sees allocates %v times", n)
	}
	if f.frame != nil {
		t.Error("a message was made for nobody")
	}
}

// values reads a history of one metric.
func values(t *testing.T, b []byte) (slot uint64, mean, most map[int][]int64) {
	t.Helper()
	r := &uints{t, b}
	r.next()
	slot = r.next()
	if r.next() != slots || r.next() != 1 {
		t.Fatal("not the history of one metric")
	}
	r.next()
	mean, most = map[int][]int64{}, map[int][]int64{}
	line := func() []int64 {
		v, out := int64(0), make([]int64, slots)
		for i := range out {
			v += r.int()
			out[i] = v
		}
		return out
	}
	for i := -1; len(r.b) > 0; {
		i += int(r.next())
		mean[i], most[i] = line(), line()
	}
	return slot, mean, most
}

func TestHistoryHasAverageAndMaximumOfEverySlot(t *testing.T) {
	s, f := newStage(2)
	for i := range 301 {
		a := s.actors[0]
		a.now.Players = 0
		if i%5 == 2 {
			a.now.Players = 10 * (i/5 + 1) // once in each slot of five seconds
		}
		f.Look(began.Add(time.Duration(i) * time.Second))
	}
	_, mean, most := values(t, f.History(0, []metric{players}, 1))
	if len(mean) != 2 || mean[2] != nil {
		t.Fatalf("asked for one and the shard: %v", mean)
	}
	for i := range slots {
		if mean[1][i] != int64(2*(i+1)) || most[1][i] != int64(10*(i+1)) {
			t.Fatalf("slot %d: average %d, maximum %d", i, mean[1][i], most[1][i])
		}
	}
	slot, mean, most := values(t, f.History(1, []metric{players}, -1))
	if slot != uint64(began.Unix()/60+5) || mean[1][slots-1] != int64((490+500+510+520+530+540+550+560+570+580+590+600)/60) || most[1][slots-1] != 600 || most[1][slots-6] != 0 {
		t.Errorf("by the minute, until slot %d: %v and %v", slot, mean[1], most[1])
	}
}

func TestASecondNobodyLookedLeavesAHole(t *testing.T) {
	s, f := newStage(1)
	s.actors[0].now.Players = 4
	for _, second := range []int{0, 1, 2, 3, 4, 5, 30, 31} { // the machine slept
		f.Look(began.Add(time.Duration(second) * time.Second))
	}
	_, mean, _ := values(t, f.History(0, []metric{players}, -1))
	if got := fmt.Sprint(mean[1][slots-6:]); got != "[4 4 0 0 0 0]" {
		t.Errorf("the slots since the beginning: %s", got)
	}
	f.Look(began.Add(24 * time.Hour))
	if _, mean, _ = values(t, f.History(0, []metric{players}, -1)); mean[1][slots-1] != 0 || mean[1][0] != 0 {
		t.Errorf("a day later: %v", mean[1])
	}
	f.Look(began) // the clock was set back
	f.Look(began.Add(time.Second))
}

func TestWhoDoesNothingForAnHourIsForgotten(t *testing.T) {
	s, f := newStage(1)
	s.actors[0].now.Players = 1
	f.Look(began)
	s.actors[0].now.Players = 0
	f.Look(began.Add(time.Second))
	if f.tracks[1].past == nil {
		t.Fatal("nothing is remembered")
	}
	for m := range 2*slots + 2 {
		f.Look(began.Add(time.Duration(m+1) * time.Minute))
	}
	if f.tracks[1].past != nil {
		t.Error("it is remembered for ever")
	}
}

func TestFiguresFitTheirPlaces(t *testing.T) {
	before, now := system.Glance{}, system.Glance{Players: 1 << 20, Busy: time.Hour, Ticks: 1, Longest: time.Hour, Dilation: 0.1}
	f := measure(before, now, time.Second)
	if f.mean[players] != 1<<16-1 || f.mean[tick] != 1<<16-1 || f.longest != 1<<16-1 || f.mean[cpu] != oneCore || f.mean[slow] != 900 {
		t.Errorf("too much: %+v", f)
	}
	f = measure(system.Glance{}, system.Glance{Busy: time.Microsecond, Ticks: 1, Longest: time.Microsecond, Dilation: 1}, time.Second)
	if f.mean[cpu] != 1 || f.mean[tick] != 1 {
		t.Errorf("next to nothing is not nothing: %+v", f)
	}
	f = measure(system.Glance{Busy: time.Second, Ticks: 7}, system.Glance{Busy: 2 * time.Second, Ticks: 7, Longest: 2 * time.Second, Dilation: 1}, time.Second)
	if f.mean[cpu] != oneCore || f.mean[tick] != f.longest || f.longest == 0 {
		t.Errorf("in the middle of a long tick: %+v", f)
	}
	if f = measure(now, system.Glance{Dilation: 1}, time.Second); f.mean[cpu] != 0 {
		t.Errorf("one that has started anew: %+v", f)
	}
}

// BenchmarkLook is one second's look at 8,000 systems, all of them awake and each different
// from the second before, with somebody watching. By one refresh a second a thousandth of
// a core is a millisecond.
func BenchmarkLook(b *testing.B) {
	for _, watched := range []bool{true, false} {
		b.Run(fmt.Sprintf("8000 systems, watched=%v", watched), func(b *testing.B) {
			s, f := newStage(8000)
			second, size := 0, 0
			turn := func() {
				second++
				for i, a := range s.actors {
					a.ticks(10, time.Duration(50+(i*7+second*13)%400)*time.Microsecond)
					a.now.Players = (i + second) % 5
				}
			}
			turn()
			f.Look(began)
			if watched {
				out, leave := f.Watch()
				defer leave()
				go func() {
					for range out {
					}
				}()
			}
			for b.Loop() {
				b.StopTimer()
				turn()
				b.StartTimer()
				f.Look(began.Add(time.Duration(second) * time.Second))
				size += len(f.frame)
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*100, "%core")
			b.ReportMetric(float64(size)/float64(b.N), "bytes")
		})
	}
}
