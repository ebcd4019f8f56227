package release

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

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
	prefix  string        // of the units of a node of a cluster
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
	return newNode(t, nil, production, units, m)
}

// newNode is newShard of a node of a cluster.
func newNode(t *testing.T, cluster Cluster, production bool, units int, m string) *shard {
	t.Helper()
	s := &shard{t: t, units: map[string]*script.State{}, canary: map[string]*code.Release{}, silent: map[string]bool{},
		clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), journal: journal{n: 1}}
	s.release = code.NewRelease(1, map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(m)})
	s.ctl = New(Config{Release: s.release, Fleet: s, Journal: &s.journal, Cluster: cluster, Production: production,
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

// bySteps is a stopwatch on which a busy machine does not show: a step takes 200 ns.
func bySteps(st *script.State) time.Duration { return time.Duration(st.StepsNow()) * 200 }

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
		if st == nil && s.prefix != "" && !strings.HasPrefix(name, s.prefix) {
			continue // another node's
		}
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
	if err := s.ctl.Freeze(bg, "amy", "fleet fight"); err != nil {
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
