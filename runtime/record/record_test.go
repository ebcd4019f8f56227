package record

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// live lets the shard live a random life, with releases in the middle of it.
func (s *shard) live(r *rand.Rand, ticks int) {
	for range ticks {
		for range r.IntN(4) {
			s.act(r)
		}
		if r.IntN(25) == 0 {
			s.release(2 + r.IntN(20))
		}
		s.turn(time.Duration(r.IntN(40)) * time.Millisecond)
	}
	s.flush()
}

// flush puts on disk what there is.
func (s *shard) flush() {
	s.t.Helper()
	s.HandOn()
	if err := s.recorder.Sync(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// run runs what was recorded from a time on.
func (s *shard) run(from time.Time) *Run {
	s.t.Helper()
	rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
	if err != nil {
		s.t.Fatal(err)
	}
	run := rec.NewRun(setup(), Options{From: from})
	if err := run.All(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(run.Close)
	return run
}

// TestWhatWasRecordedRunsAgain reads random lives back from the disk, releases, operators'
// lines and slow ticks included: every tick and every image has to be the same.
func TestWhatWasRecordedRunsAgain(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			s := newShard(t)
			s.live(rand.New(rand.NewPCG(seed, 1)), 220)
			run := s.run(epoch)
			if p := run.Parted; p != nil {
				t.Fatalf("it parts at tick %d, in %v", p.Tick, p.Parts)
			}
			if run.Ticks < 200 || run.Images < 3 || run.Last != s.Tick() || run.Gap {
				t.Errorf("%d ticks up to %d of %d were run, %d images compared, gap %v", run.Ticks, run.Last, s.Tick(), run.Images, run.Gap)
			}
			if late := s.run(time.Time{}); late.Ticks >= 60 || late.Parted != nil || late.Last != s.Tick() {
				t.Errorf("from the newest image on %d ticks were run: %+v", late.Ticks, late.Parted)
			}
		})
	}
}

// TestReplayAcrossReloads keeps a life with many releases, some of them the same again, others
// taken back, and runs it from the file alone: each release has to come
// after the same tick with the same hash, and the state has to be the same at every tick.
func TestReplayAcrossReloads(t *testing.T) {
	s := newShard(t)
	r := rand.New(rand.NewPCG(7, 7))
	for i := range 12 {
		s.live(r, 9)
		s.release([]int{2, 5, 1, 8, 5, 13, 13, 2}[i%8])
		s.turn(time.Millisecond)
	}
	s.live(r, 20)
	kept, err := Keep(s.recorder.cfg.Dir, "@Alpha", epoch, "reloads", "")
	if err != nil {
		t.Fatal(err)
	}
	rec, err := OpenFile(kept.Path)
	if err != nil {
		t.Fatal(err)
	}
	run := rec.NewRun(setup(), Options{From: epoch})
	defer run.Close()
	if err := run.All(); err != nil {
		t.Fatal(err)
	}
	if run.Parted != nil || run.Last != s.Tick() {
		t.Errorf("up to tick %d of %d it parts at %+v", run.Last, s.Tick(), run.Parted)
	}
	if fmt.Sprint(run.Changes) != fmt.Sprint(s.changes) || len(s.changes) < 10 {
		t.Errorf("the releases came at\n%v\nand were recorded at\n%v", run.Changes, s.changes)
	}
}
