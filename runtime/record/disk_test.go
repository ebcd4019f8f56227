package record

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var errDisk = errors.New("no space left on device")

// badDisk is a disk that can be full, and stuck.
type badDisk struct {
	full  atomic.Bool
	stuck chan struct{} // nil, or what a write waits for
}

type badFile struct {
	file
	d *badDisk
}

func (d *badDisk) create(path string) (file, error) {
	f, err := createFile(path)
	return badFile{f, d}, err
}

func (f badFile) Write(b []byte) (int, error) {
	if f.d.stuck != nil {
		<-f.d.stuck
	}
	if f.d.full.Load() {
		n, err := f.file.Write(b[:len(b)/2])
		return n, errors.Join(err, errDisk)
	}
	return f.file.Write(b)
}

// TestADiskThatIsFullDropsTheRecordingAndNotTheGame fills the disk in the middle of a life and
// empties it later: the recording begins anew, nothing is brought back from what is missing its
// end, and the operator is warned once.
func TestADiskThatIsFullDropsTheRecordingAndNotTheGame(t *testing.T) {
	disk, logged := &badDisk{}, &strings.Builder{}
	s := newShard(t, func(c *Config) { c.create, c.Log = disk.create, slog.New(slog.NewTextHandler(logged, nil)) })
	r := rand.New(rand.NewPCG(1, 1))
	s.live(r, 40)
	before := s.Tick()
	disk.full.Store(true)
	for range 3 {
		s.live(r, 30)
	}
	if rec, err := Open(s.recorder.cfg.Dir, "@Alpha"); err == nil && !rec.Ended {
		t.Error("a system could be brought back to where the disk was full")
	}
	if s.Tick() < before+90 {
		t.Errorf("the game stood still at tick %d", s.Tick())
	}
	disk.full.Store(false)
	for range 5 {
		s.live(r, 40)
	}
	run := s.run(time.Time{})
	if run.Parted != nil || run.Last != s.Tick() || run.Ticks < 10 {
		t.Errorf("%d ticks up to %d of %d were run: %+v", run.Ticks, run.Last, s.Tick(), run.Parted)
	}
	if n := strings.Count(logged.String(), CodeDropped); n != 1 {
		t.Errorf("the operator was warned %d times:\n%s", n, logged)
	}
	if old := s.run(epoch); old.Gap != true || old.Last > before+10 {
		t.Errorf("a run went over the gap: %d ticks to %d", old.Ticks, old.Last)
	}
}

// TestADiskThatHangsIsNotWaitedFor stops the disk for a while: no tick waits, and when it goes
// on again so does the recording.
func TestADiskThatHangsIsNotWaitedFor(t *testing.T) {
	disk := &badDisk{stuck: make(chan struct{})}
	s := newShard(t, func(c *Config) { c.create = disk.create })
	r := rand.New(rand.NewPCG(2, 1))
	for range mostWaiting/10 + 200 { // hands on once a second of its life
		s.act(r)
		s.turn(time.Millisecond)
	}
	for range 1000 { // more than may wait
		s.HandOn()
		s.turn(time.Millisecond)
	}
	if s.recorder.Figures().Dropped == 0 {
		t.Error("nothing was dropped")
	}
	close(disk.stuck)
	for range 3 {
		s.live(r, 120)
	}
	if run := s.run(time.Time{}); run.Parted != nil || run.Last != s.Tick() {
		t.Errorf("run to %d of %d: %+v", run.Last, s.Tick(), run.Parted)
	}
}

// TestAfterTheEndNothingIsTaken: a system that outlives its recorder is refused, and no worse.
func TestAfterTheEndNothingIsTaken(t *testing.T) {
	s := newShard(t)
	s.turn(time.Millisecond)
	s.recorder.Close()
	if err := s.recorder.Sync(t.Context()); err == nil {
		t.Error("a recorder that has ended has written all")
	}
	for range 2 * mostWaiting {
		s.HandOn()
		s.turn(time.Millisecond)
	}
	s.recorder.Close()
}

// TestTheRingForgets keeps no more than it is to, by age and by size.
func TestTheRingForgets(t *testing.T) {
	for name, limit := range map[string]Config{"age": {Keep: 20 * time.Second}, "size": {Limit: 60 << 10, Keep: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			s := newShard(t, func(c *Config) { c.Keep, c.Limit = limit.Keep, limit.Limit })
			r := rand.New(rand.NewPCG(3, 1))
			for range 10 {
				s.live(r, 100)
			}
			rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
			if err != nil {
				t.Fatal(err)
			}
			span, err := rec.Span()
			if err != nil {
				t.Fatal(err)
			}
			if limit.Limit != 0 && span.Bytes > limit.Limit+limit.Limit/2 {
				t.Errorf("%d bytes are kept", span.Bytes)
			}
			if back := span.Until.Sub(span.From); limit.Limit == 0 && (back < 20*time.Second || back > 36*time.Second) {
				t.Errorf("it goes back %v", back)
			}
			if run := s.run(epoch); run.Parted != nil || run.Last != s.Tick() || run.Gap {
				t.Errorf("what is kept runs to %d of %d", run.Last, s.Tick())
			}
		})
	}
}

// TestWhatIsTornOffIsRunUpToThere cuts a segment at many places, as a power cut does.
func TestWhatIsTornOffIsRunUpToThere(t *testing.T) {
	s := newShard(t, func(c *Config) { c.Every = time.Hour })
	s.live(rand.New(rand.NewPCG(4, 1)), 60)
	paths, _ := filepath.Glob(filepath.Join(s.recorder.cfg.Dir, systemsDir, "*", "*"+suffix))
	whole, err := os.ReadFile(paths[len(paths)-1])
	if err != nil {
		t.Fatal(err)
	}
	longest := 0
	for cut := len(whole); cut > 0; cut -= len(whole)/15 + 1 {
		if err := os.WriteFile(paths[len(paths)-1], whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
		if err != nil {
			continue // not even its beginning
		}
		run := rec.NewRun(setup(), Options{From: epoch})
		if err := run.All(); err == nil && run.Parted != nil {
			t.Errorf("cut at %d it parts at tick %d", cut, run.Parted.Tick)
		}
		longest = max(longest, run.Ticks)
		run.Close()
	}
	if longest < 50 {
		t.Errorf("no more than %d ticks were run", longest)
	}
}
