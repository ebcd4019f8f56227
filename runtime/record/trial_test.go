package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// kept keeps what the shard has recorded, and opens the file.
func (s *shard) kept(name string) *Recording {
	s.t.Helper()
	kept, err := Keep(s.recorder.cfg.Dir, "@Alpha", epoch, name, "")
	if err != nil {
		s.t.Fatal(err)
	}
	rec, err := OpenWhole(kept.Path)
	if err != nil {
		s.t.Fatal(err)
	}
	return rec
}

// trial runs all of a recording.
func trial(t *testing.T, rec *Recording, change func(*code.Release) (*code.Release, error)) *Trial {
	t.Helper()
	tr, err := rec.NewTrial(setup(), change)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	for err == nil {
		_, err = tr.Step()
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return tr
}

// TestNotesAreTheTape reads random lives from their tapes and writes them down again: the
// bytes have to be the same.
func TestNotesAreTheTape(t *testing.T) {
	seen := 0
	for seed := range uint64(3) {
		s := newShard(t)
		s.live(rand.New(rand.NewPCG(seed, 9)), 120)
		for p, err := range s.kept("tape").Parts(earliest) {
			if err != nil {
				t.Fatal(err)
			}
			if p.Image != nil {
				continue
			}
			notes, err := system.ReadNotes(p.Inputs)
			if err != nil {
				t.Fatal(err)
			}
			again, err := system.WriteNotes(notes)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(again, p.Inputs) {
				t.Fatalf("seed %d: %d bytes of %d notes were written as %d others", seed, len(p.Inputs), len(notes), len(again))
			}
			seen += len(notes)
		}
	}
	if seen < 1000 {
		t.Errorf("only %d notes were seen", seen)
	}
}

// TestAFilmIsTheRecording joins the batches of random lives, across images, into one: as it
// is, and begun at a later step, it has to run as it was recorded.
func TestAFilmIsTheRecording(t *testing.T) {
	s := newShard(t)
	s.live(rand.New(rand.NewPCG(4, 9)), 160)
	f, err := s.kept("film").film(setup())
	if err != nil {
		t.Fatal(err)
	}
	if f, err = f.develop(setup()); err != nil {
		t.Fatal(err)
	}
	late, err := f.from(setup(), 70)
	if err != nil {
		t.Fatal(err)
	}
	if late, err = late.develop(setup()); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*film{"whole": f, "late": late} {
		rec, err := f.recording()
		if err != nil {
			t.Fatal(err)
		}
		tr := trial(t, rec, nil)
		if tr.Parted != nil || tr.System().Tick() != s.Tick() {
			t.Errorf("%s: up to tick %d of %d it parts at %+v", name, tr.System().Tick(), s.Tick(), tr.Parted)
		}
		if want, got := scriptsOf(t, s.System), scriptsOf(t, tr.System()); want != got {
			t.Errorf("%s: it does not end as the system did", name)
		}
	}
}

// scriptsOf is what the scripts of a system hold.
func scriptsOf(t *testing.T, s *system.System) string {
	t.Helper()
	var out string
	s.State().Eval("return main.n, main.log, main.seen", "", func(v []world.Value, err error) { out = fmt.Sprint(v, err) })
	return out
}

// flawed is a game in which somebody who has lost their mark cannot be hit.
func flawed(mended bool) map[string][]byte {
	miss := ""
	if mended {
		miss = `if not M.mark[args.x] then return nil, "nobody has marked them", "no_mark" end`
	}
	return map[string][]byte{"main.lua": fmt.Appendf(nil, `
local M = {mark = {}, hits = 0}
function M.hit(p, at) M.hits = M.hits + M.mark[at].power core.tell(M.hits) end
function command.mark(p, args) M.mark[args.x] = {power = p} end
function command.hide(p, args) M.mark[args.x] = nil end
function command.hit(p, args) %s M.hit(p, args.x) return M.hits end
return M`, miss), "unused.lua": []byte("return {}"), "main_test.lua": []byte("-- a test")}
}

// fight records a fight of 20 players with the flaw: two others have marked the mark,
// and one hits it when a third has taken it away.
func fight(t *testing.T) *shard {
	s := newShard(t)
	s.change(code.NewRelease(2, flawed(false)))
	s.turn(0)
	r := rand.New(rand.NewPCG(1, 1))
	for id := range world.CharacterID(20) {
		s.join(id+1, fmt.Sprintf("P%d", id+1))
	}
	for tick := range 130 {
		for range 3 {
			id := world.CharacterID(1 + r.IntN(20))
			mark := float64(id % 5)
			s.command(id, "mark", mark)
			s.command(id, "hit", mark)
		}
		switch tick {
		case 96:
			s.command(7, "mark", 77)
		case 104:
			s.command(3, "hide", 77)
		case 107:
			s.command(12, "hit", 77)
		}
		s.turn(0)
	}
	s.flush()
	return s
}

// join brings a player in.
func (s *shard) join(id world.CharacterID, name string) {
	s.clients[id] = &connection{}
	s.post(system.Enter{Character: system.Character{ID: id, Name: name, System: 1, Data: map[string]world.Value{}}, Client: s.clients[id], Reason: system.ReasonLogin})
}

// TestATrialSaysWhatCameOfIt runs the fight as it was, and with scripts that were mended
// since: the error is gone, and the command is answered otherwise.
func TestATrialSaysWhatCameOfIt(t *testing.T) {
	rec := fight(t).kept("fight")
	was := trial(t, rec, nil)
	if len(was.Errors) != 1 || was.Errors[0].Function != "main.hit" || was.Errors[0].Player != "P12" || was.Parted != nil {
		t.Errorf("as it was recorded it has the errors %+v, and parts at %+v", was.Errors, was.Parted)
	}
	if events, ok := was.Told("P5"); !ok || len(events) < 100 {
		t.Errorf("P5 heard %d events", len(events))
	}
	if _, ok := was.Told("Nobody"); ok {
		t.Error("somebody is there who never was")
	}
	mended := code.NewRelease(2, flawed(true))
	now := trial(t, rec, func(*code.Release) (*code.Release, error) { return mended, nil })
	var of []Answered
	for _, a := range now.Answers {
		if a.Player == "P12" && a.Err != nil {
			of = append(of, a)
		}
	}
	if refused := (*wire.Error)(nil); len(now.Errors) != 0 || len(of) != 1 || of[0].Command != "hit" || !errors.As(of[0].Err, &refused) || refused.Code != "no_mark" {
		t.Errorf("with the mend there are the errors %+v and the answers %+v", now.Errors, of)
	}
	if now.Parted == nil || now.Parted.Tick != was.Errors[0].Tick {
		t.Errorf("it parts at %+v, and should at tick %d", now.Parted, was.Errors[0].Tick)
	}
	if now.Played() < 12 {
		t.Errorf("%g s were played", now.Played())
	}
}

// TestShrink shrinks the fight to the one of 20 players, and the one of some 800 inputs, that
// matter when it begins late enough: and twice to the same.
func TestShrink(t *testing.T) {
	rec := fight(t).kept("fight")
	shrink := func() (*Shrunk, []byte) {
		out, err := rec.Shrink(Shrinking{
			Setup: func(*Recording) (Setup, error) { return setup(), nil },
			Fails: func(rec *Recording) (bool, error) {
				tr, err := rec.NewTrial(setup(), nil)
				if err != nil {
					return false, err
				}
				defer tr.Close()
				for err == nil && len(tr.Errors) == 0 {
					_, err = tr.Step()
				}
				return len(tr.Errors) > 0 && tr.Errors[0].Function == "main.hit", nil
			},
			Maps: func(*Recording) ([]byte, bool) { return []byte("m"), true },
		})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := out.Recording.Save(filepath.Join(t.TempDir(), "small.rec"))
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(kept.Path)
		if err != nil {
			t.Fatal(err)
		}
		small, err := OpenWhole(kept.Path)
		if err != nil {
			t.Fatal(err)
		}
		tr := trial(t, small, nil)
		if tr.Parted != nil || len(tr.Errors) != 1 {
			t.Errorf("what is left has the errors %+v and parts at %+v", tr.Errors, tr.Parted)
		}
		if string(small.World()) != "m" {
			t.Errorf("the map is %q", small.World())
		}
		r := tr.System().State().Release()
		if _, ok := r.Files["unused.lua"]; ok || len(r.Files) != 1 {
			t.Errorf("the scripts are %v", r.Files)
		}
		return out, data
	}
	out, data := shrink()
	if got := strings.Join(out.Players, " "); got != "P12" || len(out.Inputs) != 1 || out.Ticks != 1 || out.Stopped {
		t.Errorf("left are the players %v, the inputs %v and %d ticks", out.Players, out.Inputs, out.Ticks)
	}
	if len(data) > 8<<10 {
		t.Errorf("it is %d bytes", len(data))
	}
	if _, again := shrink(); !bytes.Equal(data, again) {
		t.Error("the second time it shrinks to something else")
	}
	t.Logf("%d runs; %d bytes, %d ticks, %v, %v", out.Runs, len(data), out.Ticks, out.Players, out.Inputs)
}

// TestShrinkWhatPasses has nothing to shrink.
func TestShrinkWhatPasses(t *testing.T) {
	rec := fight(t).kept("fight")
	_, err := rec.Shrink(Shrinking{
		Setup: func(*Recording) (Setup, error) { return setup(), nil },
		Fails: func(*Recording) (bool, error) { return false, nil },
	})
	if !errors.Is(err, ErrPasses) {
		t.Errorf("the error is %v", err)
	}
}

// TestDdmin looks for parts of many numbers that must be there together.
func TestDdmin(t *testing.T) {
	for _, c := range []struct {
		n    int
		need []int
	}{{0, nil}, {1, nil}, {1, []int{0}}, {7, []int{6}}, {100, []int{3, 50, 99}}, {64, []int{0, 1, 2, 3}}, {33, nil}} {
		tries := 0
		got := ddmin(c.n, func(keep []int) bool {
			tries++
			return !slices.ContainsFunc(c.need, func(i int) bool { return !slices.Contains(keep, i) })
		}, func() bool { return false })
		if !slices.Equal(got, c.need) || tries > 400 {
			t.Errorf("of %d numbers %v are left after %d tries, not %v", c.n, got, tries, c.need)
		}
	}
	if got := ddmin(8, func([]int) bool { return true }, func() bool { return true }); len(got) != 8 {
		t.Errorf("stopped at once it leaves %v", got)
	}
}

// TestWholeFiles refuses what is not as it was written, with what to do about it.
func TestWholeFiles(t *testing.T) {
	s := newShard(t)
	s.turn(0)
	s.flush()
	rec := s.kept("whole")
	data, err := os.ReadFile(rec.paths[0])
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(data)
	other[len(magic)] = 99
	changed := bytes.Clone(data)
	changed[len(changed)/2] ^= 1
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"empty":         {nil, "record keep"},
		"text":          {[]byte("version https://git-lfs.github.com/spec/v1"), "record keep"},
		"another build": {other, "the build that made it"},
		"the beginning": {data[:len(magic)+1], "copy it again"},
		"half":          {data[:len(data)/2], "copy it again"},
		"a bit":         {changed, "copy it again"},
		"without end":   {data[:len(data)-frameHeader], "copy it again"},
	} {
		path := filepath.Join(t.TempDir(), "x.rec")
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenWhole(path); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := rec.Save(filepath.Join(t.TempDir(), "x.txt")); err == nil {
		t.Error("a recording is saved under another name")
	}
}
