package record

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// deck makes a deck of what the shard has recorded, and closes it in the end.
func (s *shard) deck(hooks Hooks) *Deck {
	s.t.Helper()
	rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := rec.NewDeck(setup(), time.Time{}, hooks)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(d.Close)
	return d
}

// moment is a system behind a step: its digests and its transcript.
type moment struct {
	system.Digests
	at    time.Time
	state state
}

func (s *shard) moment(d *Deck, st system.Stepped) moment {
	s.t.Helper()
	now, err := stateOf(d.System())
	if err != nil {
		s.t.Fatal(err)
	}
	if len(st.Parts) > 0 || st.Now != st.Recorded {
		s.t.Fatalf("at tick %d it is not as it was recorded in %v", st.Tick, st.Parts)
	}
	return moment{st.Now, st.At, now}
}

// straight runs a deck from where it stands to the end.
func (s *shard) straight(d *Deck) (ticks []world.Tick, all map[world.Tick]moment) {
	s.t.Helper()
	all = map[world.Tick]moment{}
	for {
		st, err := d.Step()
		if errors.Is(err, io.EOF) {
			return ticks, all
		} else if err != nil {
			s.t.Fatal(err)
		}
		ticks = append(ticks, st.Tick)
		all[st.Tick] = s.moment(d, st)
	}
}

// TestADeckComesToEveryTickFromEverywhere seeks the ticks of random lives in random order,
// with releases and operators' lines in them, and holds the state there against the one that
// a run in one go has.
func TestADeckComesToEveryTickFromEverywhere(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			s, r := newShard(t), rand.New(rand.NewPCG(seed, 2))
			s.live(r, 130)
			var last system.Stepped
			d := s.deck(Hooks{Stepped: func(st system.Stepped) { last = st }})
			ticks, straight := s.straight(d)
			if end := ticks[len(ticks)-1]; end != s.Tick() || d.Last().Tick != end || len(d.Takes()) != 1 || len(d.Takes()[0].Images) < 3 {
				t.Fatalf("it runs to tick %d of %d: %+v", end, s.Tick(), d.Takes())
			}
			for range 40 {
				tick := ticks[r.IntN(len(ticks))]
				seek := func() error { return d.Seek(tick) }
				if r.IntN(2) == 0 {
					seek = func() error { return d.SeekTime(straight[tick].at) }
				}
				if err := seek(); err != nil {
					t.Fatal(err)
				}
				if d.Here().Tick != tick || d.Here().At != straight[tick].at || d.Parted() != nil {
					t.Fatalf("seeking tick %d at %v it stands at %+v: %+v", tick, straight[tick].at, d.Here(), d.Parted())
				}
				if got := s.moment(d, last); !reflect.DeepEqual(got, straight[tick]) {
					t.Fatalf("tick %d is another after a seek", tick)
				}
				for range r.IntN(12) { // and on from there, over images and batches
					st, err := d.Step()
					if errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatal(err)
					}
					if got := s.moment(d, st); !reflect.DeepEqual(got, straight[st.Tick]) {
						t.Fatalf("tick %d is another, run on from tick %d", st.Tick, tick)
					}
				}
			}
		})
	}
}

// TestADeckStopsAtBothEnds seeks what is not there.
func TestADeckStopsAtBothEnds(t *testing.T) {
	s := newShard(t)
	s.live(rand.New(rand.NewPCG(3, 3)), 80)
	d := s.deck(Hooks{})
	for _, to := range []struct {
		seek func() error
		want Place
	}{
		{func() error { return d.Seek(1 << 40) }, d.Last()},
		{func() error { return d.Seek(0) }, d.First()},
		{func() error { return d.SeekTime(epoch.Add(time.Hour)) }, d.Last()},
		{func() error { return d.SeekTime(epoch.Add(-time.Hour)) }, d.First()},
	} {
		if err := to.seek(); err != nil || d.Here() != to.want {
			t.Errorf("it stands at %+v, not %+v: %v", d.Here(), to.want, err)
		}
	}
	if err := d.Seek(d.Last().Tick); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Step(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last step comes %v", err)
	}
	if err := d.Seek(d.Last().Tick - 1); err != nil {
		t.Fatal(err)
	}
	if st, err := d.Step(); err != nil || st.Tick != d.Last().Tick {
		t.Errorf("back from the end the last step is %d: %v", st.Tick, err)
	}
}

// TestAChangedCopyIsForgottenByASeek changes the copy, sees it part, and seeks on.
func TestAChangedCopyIsForgottenByASeek(t *testing.T) {
	s := newShard(t)
	s.live(rand.New(rand.NewPCG(4, 4)), 80)
	d := s.deck(Hooks{})
	ticks, straight := s.straight(d)
	at, later := ticks[20], ticks[40]
	if err := d.Seek(at); err != nil {
		t.Fatal(err)
	}
	d.System().State().Eval("main.n = main.n + 1000 math.random()", "amy", func(_ []world.Value, err error) {
		if err != nil {
			t.Error(err)
		}
	})
	d.Touch()
	for d.Here().Tick < later {
		if _, err := d.Step(); err != nil {
			t.Fatal(err)
		}
	}
	now, err := stateOf(d.System())
	if err != nil {
		t.Fatal(err)
	}
	if p := d.Parted(); reflect.DeepEqual(now, straight[later].state) || p == nil || p.Tick != ticks[21] || !slices.Contains(p.Parts, "scripts") {
		t.Errorf("the copy was changed behind tick %d, and parts at %+v", at, p)
	}
	if err := d.Seek(later); err != nil {
		t.Fatal(err)
	}
	now, err = stateOf(d.System())
	if err != nil || !reflect.DeepEqual(now, straight[later].state) || d.Touched() || d.Parted() != nil {
		t.Errorf("after the seek it is still another: %v %v %v", d.Touched(), d.Parted(), err)
	}
}

// TestADeckGoesOnBehindAGap has a recording begin anew in its middle: there are two takes, and
// both can be seen.
func TestADeckGoesOnBehindAGap(t *testing.T) {
	s := newShard(t)
	r := rand.New(rand.NewPCG(5, 5))
	s.live(r, 60)
	gap := s.Tick()
	s.Turn(s.clock.Now().Add(50 * time.Millisecond)) // one that no batch has
	s.stream.drop(errBehind)
	s.live(r, 130)
	d := s.deck(Hooks{})
	takes := d.Takes()
	if len(takes) != 2 || takes[0].Last.Tick < gap-12 || takes[1].First.Tick <= takes[0].Last.Tick {
		t.Fatalf("the takes are %+v", takes)
	}
	ticks, _ := s.straight(d)
	if !slices.IsSorted(ticks) || ticks[len(ticks)-1] != s.Tick() || d.Here().Take != 1 {
		t.Errorf("it ends at %+v", d.Here())
	}
	for _, want := range []world.Tick{ticks[3], ticks[len(ticks)-3], takes[0].Last.Tick, takes[1].First.Tick} {
		if err := d.Seek(want); err != nil || d.Here().Tick != want {
			t.Errorf("seeking %d it stands at %+v: %v", want, d.Here(), err)
		}
	}
}
