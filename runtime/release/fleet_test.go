package release

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"weak"

	"hotshard/runtime/clock"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// shard is a small fleet of real States under a Controller, with a clock that is
// turned by hand. Its units run one after the other, by name.
type shard struct {
	t       *testing.T
	units   map[string]*script.State
	canary  map[string]*code.Release
	release *code.Release
	ctl     *Controller
	clock   time.Time
	told    []Outcome
	each    int             // calls of Each so far
	before  func(step int)  // runs before each of them
	silent  map[string]bool // units that do not answer
	from    int             // ... from this call of Each on
	restart []string        // units that started anew
	journal journal
	fault   script.Fault  // the latest
	patient time.Duration // the longest that an Each would have waited
}

// journal is one that can fail.
type journal struct {
	n           int
	full        bool // the disk
	cannotClose bool
	notes       []string
}

func (j *journal) Begin(_ *code.Release, author, note string) (int, error) {
	if j.full {
		return 0, errors.New("no space left on device")
	}
	j.n++
	return j.n, nil
}

func (j *journal) Amend(number int, files map[string][]byte) error {
	if j.cannotClose {
		return errors.New("no space left on device")
	}
	j.notes = append(j.notes, fmt.Sprint(number, " amended ", sortedKeys(files)))
	return nil
}

func (j *journal) Finish(number int, status Standing, _ string) error {
	if j.cannotClose {
		return errors.New("no space left on device")
	}
	j.notes = append(j.notes, fmt.Sprint(number, " ", status))
	return nil
}

const mainSource = `
local m = require "m"
main = {}
function main.value() return m.f(1) end
function event.work() m.f(1) end
return main
`

func newShard(t *testing.T, production bool, units int, m string) *shard {
	t.Helper()
	s := &shard{t: t, units: map[string]*script.State{}, canary: map[string]*code.Release{}, silent: map[string]bool{},
		clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), journal: journal{n: 1}}
	s.release = code.NewRelease(1, map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(m)})
	s.ctl = New(Config{Release: s.release, Fleet: s, Journal: &s.journal, Production: production,
		Clock: clock.Told(func() time.Time { return s.clock }), Tell: func(o Outcome) { s.told = append(s.told, o) },
		Options: func(string) *script.Options { o := s.options("stage"); o.OnFault = nil; return &o }})
	for i := range units {
		s.start(fmt.Sprintf("S%02d", i))
	}
	t.Cleanup(func() {
		for _, st := range s.units {
			st.Close()
		}
	})
	return s
}

// bySteps is a stopwatch on which a busy machine does not show: a step takes 20 ns.
func bySteps(st *script.State) time.Duration { return time.Duration(st.StepsNow()) * 20 }

func (s *shard) options(name string) script.Options {
	return script.Options{Name: name, Entry: []string{"main"}, Release: s.release, Seed: 1, Stopwatch: bySteps,
		OnFault: func(f script.Fault) { s.fault = f; s.ctl.Fault(f) }}
}

// start is a unit that wakes.
func (s *shard) start(name string) *script.State {
	s.t.Helper()
	o := s.options(name)
	if r := s.canary[name]; r != nil {
		o.Release = r
	}
	st, err := script.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.units[name] = st
	return st
}

// unload is a unit that goes to sleep.
func (s *shard) unload(name string) {
	s.units[name].Close()
	delete(s.units, name)
}

// Each implements Fleet.
func (s *shard) Each(ctx context.Context, units []string, f func(string, *script.State) error) map[string]error {
	if s.each++; s.before != nil {
		s.before(s.each)
	}
	if end, ok := ctx.Deadline(); ok {
		s.patient = max(s.patient, time.Until(end))
	}
	if units == nil {
		units = sortedKeys(s.units)
	}
	errs := map[string]error{}
	for _, name := range units {
		st := s.units[name]
		if st == nil {
			st = s.start(name)
		}
		err := ctx.Err()
		if s.silent[name] && s.each >= s.from {
			err = fmt.Errorf("%s did not answer: %w", name, context.DeadlineExceeded)
		}
		if err == nil {
			err = f(name, st)
		}
		if err != nil {
			errs[name] = err
		}
	}
	return errs
}

// SetCourse implements Fleet.
func (s *shard) SetCourse(all *code.Release, own map[string]*code.Release) {
	s.release, s.canary = all, own
	for name := range s.units {
		s.settle(name)
	}
}

// Awake implements Fleet.
func (s *shard) Awake() []string { return sortedKeys(s.units) }

func (s *shard) freeze() {
	s.t.Helper()
	if err := s.ctl.Freeze("amy", "fleet fight"); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shard) settle(name string) {
	want := s.release
	if r := s.canary[name]; r != nil {
		want = r
	}
	if st := s.units[name]; st != nil && st.Release().Hash != want.Hash {
		s.restart = append(s.restart, name)
		s.unload(name)
		s.start(name)
	}
}

// values asks every unit what main.value() returns: "S00=1 S01=1".
func (s *shard) values() string {
	s.t.Helper()
	var out []string
	for _, name := range sortedKeys(s.units) {
		v := ""
		s.units[name].Eval("return main.value()", "test", func(values []world.Value, err error) {
			if v = fmt.Sprint(err); err == nil {
				v = fmt.Sprint(values[0])
			}
		})
		out = append(out, name+"="+v)
	}
	return strings.Join(out, " ")
}

// releases tells what every unit runs.
func (s *shard) releases() string {
	var out []string
	for _, name := range sortedKeys(s.units) {
		out = append(out, fmt.Sprintf("%s=%d", name, s.units[name].Release().Number))
	}
	return strings.Join(out, " ")
}

// work lets every unit call m.f from an event handler, some times.
func (s *shard) work(times int) {
	for range times {
		for _, name := range sortedKeys(s.units) {
			s.units[name].Emit("work")
		}
	}
}

func (s *shard) pass(d time.Duration) { s.clock = s.clock.Add(d) }

func (s *shard) save(files ...string) Outcome {
	s.t.Helper()
	b := Batch{Changed: map[string][]byte{}}
	for i := 0; i < len(files); i += 2 {
		b.Changed[files[i]] = []byte(files[i+1])
	}
	out := s.ctl.Saved(context.Background(), b, "disk")
	return out[0]
}

func (s *shard) want(what, got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func (s *shard) verdict(o Outcome, want Verdict, words ...string) {
	s.t.Helper()
	if o.Verdict != want {
		s.t.Fatalf("%s: %+v", want, o)
	}
	for _, w := range words {
		if !strings.Contains(o.Code+" "+o.Message+" "+o.Note, w) {
			s.t.Errorf("the outcome does not say %q: %+v", w, o)
		}
	}
}

// returns is module m with a function that returns a number.
func returns(n int) string {
	return fmt.Sprintf("local m = {calls = 0}\nfunction m.f(x) m.calls = m.calls + 1 return %d end\nreturn m\n", n)
}

const failing = "local m = {calls = 0}\nfunction m.f(x) return x.y.z end\nreturn m\n"

var bg = context.Background()

func TestUnitThatDoesNotAnswerRefusesTheBatchAndIsNamed(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	s.silent["S01"] = true
	s.verdict(s.save("m.lua", returns(2)), Refuse, "R-HOST", "S01 did not answer")
	s.want("nothing changed", s.values(), "S00=1 S01=1 S02=1")
	s.silent["S01"] = false
	s.verdict(s.save("m.lua", returns(2)), Apply) // the file was not to blame: the same content is tried again
	s.want("then all", s.values(), "S00=2 S01=2 S02=2")
}

func TestUnitThatFallsSilentInTheCommitTakesAllBack(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	s.silent["S01"], s.from = true, 3 // it has agreed
	s.before = func(step int) { s.silent["S01"] = step == 3 }
	s.verdict(s.save("m.lua", returns(2)), Refuse, "S01 did not answer")
	s.before = nil
	s.silent["S01"] = false
	s.want("none of them", s.values(), "S00=1 S01=1 S02=1")
	s.want("their releases", s.releases(), "S00=1 S01=1 S02=1")
	s.want("the journal", fmt.Sprint(s.journal.notes), "[2 refused]")
	if len(s.restart) != 0 {
		t.Errorf("started anew: %v", s.restart)
	}
	s.verdict(s.save("m.lua", returns(3)), Apply)
	s.want("the next", s.values(), "S00=3 S01=3 S02=3")
}

// TestGoingBackWaitsLonger takes back a release and a canary from units whose ticks
// have become long, perhaps by what is taken back.
func TestGoingBackWaitsLonger(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	forward := func() {
		t.Helper()
		if s.patient > DefaultPatience {
			t.Errorf("a change waits %v for the units", s.patient)
		}
	}
	back := func(o Outcome) {
		t.Helper()
		if s.verdict(o, Apply); s.patient < 5*DefaultPatience {
			t.Errorf("the way back waits %v for the units", s.patient)
		}
		s.patient = 0
	}
	forward()
	back(s.ctl.Rollback(bg, 0, "amy", ""))
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	forward()
	back(s.ctl.Rollback(bg, 0, "amy", ""))
	o, p := s.patch(PatchRequest{Function: "m.f", Code: "function() return 3 end", Author: "amy"})
	s.verdict(o, Apply)
	forward()
	back(s.ctl.Drop(bg, p.ID, "amy"))
}

func TestUnitThatCannotGoBackStartsAnew(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	s.before = func(step int) {
		s.from = 0
		s.silent = map[string]bool{"S01": step == 3, "S00": step == 4} // S00 commits, and does not hear of the way back
	}
	s.verdict(s.save("m.lua", returns(2)), Refuse, "S01 did not answer")
	s.before, s.silent = nil, map[string]bool{}
	s.want("no mix", s.values(), "S00=1 S01=1 S02=1")
	s.want("started anew", fmt.Sprint(s.restart), "[S00]")
}

func TestOperatorWhoBreaksOffLeavesNoMix(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.save("m.lua", returns(2))
	ctx, breakOff := context.WithCancel(bg)
	s.before = func(step int) {
		if step == 3 { // the commit begins
			breakOff()
		}
	}
	s.verdict(s.ctl.Grant(ctx, Wish{}, "amy"), Apply)
	s.want("all of it", s.values(), "S00=2 S01=2 S02=2")
	s.verdict(s.ctl.Rollback(ctx, 0, "amy", "broken off before it began"), Refuse, "canceled")
	s.want("and none", s.values(), "S00=2 S01=2 S02=2")
}

func TestUnitStartedBetweenVoteAndCommit(t *testing.T) { // A04
	for _, at := range []int{2, 3} {
		s := newShard(t, false, 2, returns(1))
		s.before = func(step int) {
			if step == at {
				s.start("S99")
			}
		}
		s.verdict(s.save("m.lua", returns(2)), Apply)
		s.want("all", s.values(), "S00=2 S01=2 S99=2")
		s.want("releases", s.releases(), "S00=2 S01=2 S99=2")
	}
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Apply)
	s.start("S99")
	s.want("later", s.values(), "S00=2 S01=2 S99=2")
}

func TestModuleLoadedBetweenStageAndVoteIsStagedAgain(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("late.lua", "return {n = 1}"), Ignore)
	s.before = func(step int) {
		if step == 5 { // the vote of the next batch
			s.want("loads it", s.eval("S01", `return require("late").n`), "1")
		}
	}
	s.verdict(s.save("late.lua", "return {n = 2}", "m.lua", returns(2)), Apply)
	s.before = nil
	s.want("the late module", s.eval("S01", `return require("late").n`), "2")
}

func TestFullDiskRefusesAndChangesNothing(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.journal.full = true
	s.verdict(s.save("m.lua", returns(2)), Refuse, "R-HOST", "no space left")
	s.want("nothing", s.values(), "S00=1 S01=1")
	s.journal.full = false
	s.verdict(s.save("m.lua", returns(2)), Apply) // reload reads the same bytes again
	s.journal.cannotClose = true
	s.verdict(s.save("m.lua", returns(3)), Apply, "live, but the store could not note it")
	s.want("live", s.values(), "S00=3 S01=3")
}

// TestLookingWaitsForNoCommit asks for the figures in the middle of a commit, as
// consoles and scrapes do.
func TestLookingWaitsForNoCommit(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	looked := make(chan Status, 10)
	s.before = func(int) {
		seen := make(chan struct{})
		go func() {
			if s.ctl.Frozen() != nil {
				t.Error("frozen")
			}
			looked <- s.ctl.Status()
			close(seen)
		}()
		select {
		case <-seen:
		case <-time.After(20 * time.Second):
			t.Error("whoever looks has to wait")
		}
	}
	s.verdict(s.save("m.lua", returns(2)), Apply)
	if st := <-looked; st.Release != 1 {
		t.Errorf("in the middle of it: %+v", st)
	}
	if st := s.ctl.Status(); st.Release != 2 {
		t.Errorf("afterwards: %+v", st)
	}
	s.freeze()
	if s.ctl.Status().Frozen == nil {
		t.Error("the freeze does not show")
	}
}

func TestRollbackTwiceDoesNotBringTheBadOneBack(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.save("m.lua", returns(2))
	s.save("m.lua", returns(3))
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.want("the one before", s.values(), "S00=2 S01=2")
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.want("and before that", s.values(), "S00=1 S01=1")
	s.verdict(s.ctl.Rollback(bg, 3, "amy", ""), Apply) // by its number it can be had
	s.want("asked for", s.values(), "S00=3 S01=3")
	if !slices.Contains(s.journal.notes, "3 rolled back") {
		t.Errorf("the journal: %v", s.journal.notes)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	s := newShard(t, false, 1, returns(0))
	for i := 1; i <= maxHistory+5; i++ {
		s.verdict(s.save("m.lua", returns(i)), Apply)
	}
	if n := len(s.ctl.history.records); n != maxHistory {
		t.Errorf("%d releases at hand", n)
	}
	if s.ctl.Find(1) != nil {
		t.Error("the first release is still at hand")
	}
	s.verdict(s.ctl.Rollback(bg, 1, "amy", ""), Refuse)
	first := code.NewRelease(1, map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(returns(0))})
	for range 2 * maxRecalled {
		s.ctl.Remember(first)
	}
	s.verdict(s.ctl.Rollback(bg, 1, "amy", ""), Apply)
	s.want("read back", s.values(), "S00=0")
}

func TestHistoryKeepsSourcesAndNoCode(t *testing.T) { // G04
	s := newShard(t, false, 2, returns(0))
	var ran []weak.Pointer[code.File]
	for i := 1; i <= maxHistory-1; i++ {
		ran = append(ran, weak.Make(s.ctl.Live().Files["m.lua"]))
		s.verdict(s.save("m.lua", returns(i)), Apply)
		s.verdict(s.save("n.lua", fmt.Sprint("return ", i)), Ignore)
	}
	runtime.GC()
	for i, f := range ran {
		if f.Value() != nil {
			t.Errorf("what version %d was compiled to is still held", i)
		}
	}
	for i, h := range s.ctl.history.records {
		if len(h.Release.Files) < 2 || len(h.Release.Files["m.lua"].Source) == 0 {
			t.Errorf("the source of release %d is gone", i)
		}
	}
	s.verdict(s.ctl.Rollback(bg, 4, "amy", ""), Apply)
	s.want("an old source runs again", s.values(), "S00=3 S01=3")
	s.want("with what nobody had required then", s.eval("S01", `return require("n")`), "3")
}

func TestSavingWhatNobodyHasRequiredMakesNoRelease(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	o := s.save("late.lua", "return {n = 1}")
	s.verdict(o, Ignore, "no system has required it")
	s.want("no release", s.releases(), "S00=1 S01=1 S02=1")
	s.want("no release in the journal, but the file", fmt.Sprint(s.journal.notes), "[1 amended [late.lua]]")
	s.want("but it is there", s.eval("S01", `return require("late").n`), "1")
	s.start("S99")
	s.want("for who starts later, too", s.eval("S99", `return require("late").n`), "1")
	s.verdict(s.save("late.lua", "return {n = 2}"), Apply)
	s.want("now it is in use", s.eval("S01", `return require("late").n`), "2")
	s.want("everywhere", s.releases(), "S00=2 S01=2 S02=2 S99=2")
	s.verdict(s.save("late.lua", "return {n = "), Refuse, "R-SYNTAX", "late.lua")
}

func TestSavingWhatIsRequiredInThatMomentMakesARelease(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("late.lua", "return {n = 1}"), Ignore)
	s.before = func(step int) {
		if step == 6 { // all have been asked
			s.want("loads it", s.eval("S01", `return require("late").n`), "1")
		}
	}
	s.verdict(s.save("late.lua", "return {n = 2}"), Apply)
	s.before = nil
	s.want("the new one", s.eval("S01", `return require("late").n`), "2")
	s.want("all of them", s.releases(), "S00=2 S01=2")
}

// TestAFullDiskHoldsNoRollbackUp: what is bad goes, and the store hears of it when it
// can.
func TestAFullDiskHoldsNoRollbackUp(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Apply)
	s.journal.full, s.journal.cannotClose = true, true
	o := s.ctl.Rollback(bg, 0, "amy", "")
	s.verdict(o, Apply)
	if told := fmt.Sprint(o.Warnings); !strings.Contains(told, "W-UNWRITTEN") || !strings.Contains(told, "no space left") || !strings.Contains(told, "release 2 again") {
		t.Errorf("it tells %s", told)
	}
	s.want("back", s.values(), "S00=1 S01=1")
	if o.Release != 3 {
		t.Errorf("it runs as release %d", o.Release)
	}
	s.pass(time.Minute)
	if o, did := s.ctl.Watch(bg); did {
		t.Errorf("the disk is full: %v", o)
	}
	s.verdict(s.save("m.lua", returns(4)), Refuse, "R-HOST", "no space left") // other changes wait
	s.journal.full = false
	for range 2 { // it is begun once, however often it cannot be finished
		s.pass(time.Minute)
		if o, did := s.ctl.Watch(bg); did || s.journal.n != 3 {
			t.Errorf("not written whole: %v, %d releases", o, s.journal.n)
		}
	}
	s.journal.cannotClose = false
	s.pass(time.Minute)
	if o, did := s.ctl.Watch(bg); !did || o.Verdict != Ignore || o.Release != s.journal.n || !strings.Contains(o.Message, "now knows it") {
		t.Fatalf("there is room again: %v %+v", did, o)
	}
	s.want("still back", s.values(), "S00=1 S01=1")
	if got := strings.Join(s.journal.notes, ", "); !strings.Contains(got, "2 rolled back") || !strings.Contains(got, "3 live") {
		t.Errorf("the store has %s", got)
	}
	if o, did := s.ctl.Watch(bg); did {
		t.Errorf("written twice: %v", o)
	}
	s.verdict(s.save("m.lua", returns(5)), Apply)
	s.want("on", s.values(), "S00=5 S01=5")
}

// TestTwoWaysBackOnAFullDisk are two releases, in the store too once it can be told.
func TestTwoWaysBackOnAFullDisk(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Apply)
	s.journal.full = true
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.verdict(s.ctl.Rollback(bg, 2, "amy", ""), Apply)
	s.want("back and forth", s.values(), "S00=2 S01=2")
	s.journal.full = false
	s.pass(time.Minute)
	if o, did := s.ctl.Watch(bg); !did || o.Release != 4 || s.journal.n != 4 {
		t.Errorf("%v %+v, and the store has %d releases", did, o, s.journal.n)
	}
	if got := strings.Join(s.journal.notes, ", "); !strings.Contains(got, "3 live") || !strings.Contains(got, "4 live") {
		t.Errorf("the store has %s", got)
	}
	s.verdict(s.save("m.lua", returns(5)), Apply)
	if live := s.ctl.Live().Number; live != 5 {
		t.Errorf("the next is release %d", live)
	}
}

// TestAWayBackGetsTheNumberThatTheStoreGives, where that has given more of them than the
// controller knows of; and a save is not given it before.
func TestAWayBackGetsTheNumberThatTheStoreGives(t *testing.T) {
	for _, saved := range []bool{false, true} {
		s := newShard(t, false, 2, returns(1))
		s.verdict(s.save("m.lua", returns(2)), Apply)
		s.journal.full, s.journal.cannotClose = true, true
		s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
		s.journal.full, s.journal.cannotClose = false, false
		s.journal.n += 5
		want := s.journal.n + 2
		if saved {
			s.verdict(s.save("m.lua", returns(3)), Apply)
			s.want("on", s.values(), "S00=3 S01=3")
		} else {
			s.pass(time.Minute)
			if o, did := s.ctl.Watch(bg); !did || o.Verdict != Apply {
				t.Fatalf("%v %+v", did, o)
			}
			s.want("back", s.values(), "S00=1 S01=1")
		}
		if live := s.ctl.Live().Number; live != want || s.units["S00"].Release().Number != want {
			t.Errorf("release %d and %d, and the store has %d", live, s.units["S00"].Release().Number, want)
		}
		if o, did := s.ctl.Watch(bg); did {
			t.Errorf("again: %v", o)
		}
	}
}
