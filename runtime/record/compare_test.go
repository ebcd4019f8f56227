package record

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/script/code"
)

// replaced is a change of one file.
func replaced(path, was, now string) func(*code.Release) (*code.Release, error) {
	return func(r *code.Release) (*code.Release, error) {
		return r.With(r.Number, map[string][]byte{path: []byte(strings.Replace(string(r.Files[path].Source), was, now, 1))}), nil
	}
}

// TestAChangeThatChangesNothingShowsNoDifference compares a life with itself, said in another
// way.
func TestAChangeThatChangesNothingShowsNoDifference(t *testing.T) {
	s := newShard(t)
	s.live(rand.New(rand.NewPCG(1, 1)), 150)
	rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
	if err != nil {
		t.Fatal(err)
	}
	c, err := rec.Compare(setup(), Options{From: epoch}, replaced("lib.lua", "lib.calls = lib.calls + 1", "lib.calls = 1 + lib.calls"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Parted != nil || c.Ticks < 140 {
		t.Errorf("after %d ticks: %+v", c.Ticks, c.Parted)
	}
}

// TestADifferenceIsToldByTickPathAndFunction changes what is kept and never said, and what
// moves ships.
func TestADifferenceIsToldByTickPathAndFunction(t *testing.T) {
	s := newShard(t)
	muted = ""
	for range 5 {
		s.act(rand.New(rand.NewPCG(1, 1)))
	}
	for s.next < 4 {
		s.act(rand.New(rand.NewPCG(uint64(s.next), uint64(s.Tick()))))
		s.turn(time.Millisecond)
	}
	for range 60 {
		s.turn(time.Millisecond)
	}
	s.command(2, "think", 50)
	s.turn(time.Millisecond)
	asked := s.Tick()
	for range 100 {
		s.turn(time.Millisecond)
	}
	s.flush()
	rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
	if err != nil {
		t.Fatal(err)
	}
	c, err := rec.Compare(setup(), Options{From: epoch}, replaced("lib.lua", "lib.calls + 1", "lib.calls + 2"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Parted == nil || len(c.Parted.Differences) != 1 {
		t.Fatalf("the difference is %+v", c.Parted)
	}
	d := c.Parted.Differences[0]
	if d.Path != "lib.calls" || d.Was != "1" || d.Now != "2" || !strings.HasPrefix(d.By, "lib.step (lib.lua") || !strings.HasSuffix(d.By, "command think") {
		t.Errorf("the difference is %+v", d)
	}
	if late := c.Parted.Tick - asked; late < 2 || late > 4 { // it sleeps for 0.3 s
		t.Errorf("it is found at tick %d, and was asked for at %d", c.Parted.Tick, asked)
	}

	c, err = rec.Compare(setup(), Options{From: epoch}, replaced("main.lua", "core.go(p, args.x)", "core.go(p, args.x + 1)"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Parted == nil || c.Parted.Tick != asked || len(c.Parted.Differences) == 0 || !strings.HasPrefix(c.Parted.Differences[0].Path, "space") {
		t.Errorf("the course differs in %+v, not in space from tick %d on", c.Parted, asked)
	}
}
