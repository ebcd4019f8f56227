package shadow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// Options say what is held against what.
type Options struct {
	From      time.Time                                  // where to begin: at the image before that
	Change    func(*code.Release) (*code.Release, error) // what runs in the place of each release
	Functions []string                                   // that are changed: what a call takes is told
}

// A part of the second run may take so many steps of Lua: so many times those of the first,
// and some. What takes more is not going to end.
const (
	mostTimes = 20
	mostSteps = 30_000_000
)

// When a function, or all of Lua, counts as slower: by so many times, and by so many steps.
const (
	slowTimes    = 2
	slowSteps    = 50
	slowerAll    = 1.5
	slowAllSteps = 20_000
)

// errBroken ends a run that takes too long.
var errBroken = errors.New("it takes too long")

// Run runs a recording twice, side by side, until its end or that of the context: what was
// left out is in the Report's Notes. An error is that it cannot be run at all.
func Run(ctx context.Context, rec *record.Recording, setup record.Setup, o Options) (*Report, error) {
	span, err := rec.Span()
	if err != nil {
		return nil, err
	}
	s := &shadow{ctx: ctx, rec: rec, setup: setup, opts: o, names: map[string]string{}, differ: differ{groups: map[groupKey]*Group{}},
		out: &Report{System: rec.Meta.System, End: span.Until}}
	defer s.close()
	for p, err := range rec.Parts(o.From) {
		if err == nil {
			err = s.part(p)
		}
		if errors.Is(err, errBroken) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if s.sides[0] == nil {
		return nil, fmt.Errorf("nothing of %s is recorded that could be run", rec.Meta.System)
	}
	return s.finish()
}

// shadow is a Run under way.
type shadow struct {
	ctx    context.Context
	rec    *record.Recording
	setup  record.Setup
	opts   Options
	sides  [2]*side // of what is recorded without a gap
	calls  [2]map[string]script.Reading
	set    map[string]bool // paths that the change itself sets
	apart  world.Digest    // by how much what the two keep differs because of that
	parted bool            // they do not keep the same now
	names  map[string]string
	differ differ
	out    *Report
}

func (s *shadow) close() {
	for _, side := range s.sides {
		if side != nil {
			side.run.Close()
		}
	}
}

// part runs a part of the recording in both.
func (s *shadow) part(p record.Part) error {
	if p.Image != nil && (s.sides[0] == nil || !p.Follows) {
		return s.begin(p)
	}
	if s.sides[0] == nil {
		return nil
	}
	a, b := s.sides[0], s.sides[1]
	before := a.state().Steps()
	if err := s.runSide(a, p); err != nil {
		if s.ctx.Err() != nil {
			s.leftOut()
			return errBroken
		}
		return fmt.Errorf("the recording cannot be run again as it was, so nothing can be said of the change: %w", err)
	}
	b.state().BreakAfter(mostTimes*(a.state().Steps()-before) + mostSteps)
	if err := s.runSide(b, p); err != nil {
		return s.broken(err)
	}
	b.state().BreakAfter(0)
	s.compare()
	return nil
}

// begin makes both runs, of an image.
func (s *shadow) begin(p record.Part) error {
	if s.sides[0] != nil {
		s.note("there is a gap in the recording before %s: both runs begin anew there", p.At.Format(time.TimeOnly))
		if err := s.endKept(); err != nil {
			return err
		}
		s.count()
		s.close()
	}
	q := newQuestions()
	for i := range s.sides {
		side := &side{asked: q, first: i == 0, calls: map[string]script.Reading{}}
		ro := record.Options{Each: side.stepped, Observer: side}
		if i == 1 {
			ro.Change = s.opts.Change
		}
		side.run = s.rec.NewRun(s.setup, ro)
		s.sides[i] = side
		if _, err := side.run.Part(p); err != nil {
			if i == 1 {
				return fmt.Errorf("the change cannot be laid over what ran then: %w", err)
			}
			return fmt.Errorf("the recording cannot be run: %w", err)
		}
		side.measure(s.opts.Functions)
		side.lua = -side.state().Steps()
	}
	if s.out.Began.IsZero() {
		s.out.Began, s.out.First = p.At, p.Tick
	}
	return s.apartFromStart()
}

// runSide runs a part in one of the two.
func (s *shadow) runSide(side *side, p record.Part) error {
	stop := context.AfterFunc(s.ctx, side.state().Break)
	defer stop()
	began := time.Now()
	_, err := side.run.Part(p)
	side.took += time.Since(began)
	side.measure(s.opts.Functions)
	return err
}

// broken says what became of the run with the change, which did not come to its end.
func (s *shadow) broken(err error) error {
	a, b := s.sides[0], s.sides[1]
	steps, tick := b.state().Steps()-b.state().BreaksFrom(), b.run.Last
	g := &Group{Kind: KindStopped, New: 1, Tick: tick, At: b.run.At}
	switch {
	case errors.Is(err, errBroken) && s.ctx.Err() != nil && b.took < mostTimes*a.took:
		s.leftOut()
		return errBroken
	case errors.Is(err, errBroken):
		g.Name = fmt.Sprintf("with the change a second of the game takes more than %d steps of Lua: the run was stopped", steps)
	default:
		g.Name = "with the change it cannot be run on: " + err.Error()
	}
	s.out.Stopped = true
	s.differ.groups[groupKey{KindStopped, g.Name}] = g
	if s.differ.first == nil {
		s.differ.first = &Cause{Tick: tick, At: b.run.At, Kind: KindStopped, Name: g.Name}
	}
	s.differ.part(a.until(tick), b.whole())
	return errBroken
}

// leftOut notes what was not run.
func (s *shadow) leftOut() {
	s.note("there was no time for what was recorded after %s, which is %s of it", s.sides[1].run.At.Format(time.TimeOnly),
		s.out.End.Sub(s.sides[1].run.At).Round(time.Second))
}

func (s *shadow) note(format string, args ...any) {
	s.out.Notes = append(s.out.Notes, fmt.Sprintf(format, args...))
}

// compare holds what both have done, and whether they keep the same, against each other.
func (s *shadow) compare() {
	a, b := s.sides[0], s.sides[1]
	s.differ.part(a.acts, b.acts)
	a.forget()
	b.forget()
	s.out.Until, s.out.Last = a.run.At, a.run.Last
	for _, side := range s.sides {
		players := side.run.System().Players()
		s.out.Players = max(s.out.Players, len(players))
		for _, p := range players {
			s.names[strconv.FormatUint(uint64(p.ID), 10)] = p.Name
		}
	}
	was, err1 := sumOf(a.run.System())
	now, err2 := sumOf(b.run.System())
	if err := errors.Join(err1, err2); err == nil && now-was != s.apart && !s.parted {
		s.parted = true
		_ = s.keptNow() // what cannot be read now is read at the end, and that error counts
	}
}

// apartFromStart notes what the change itself sets.
func (s *shadow) apartFromStart() error {
	was, err := keptOf(s.sides[0].run.System())
	if err != nil {
		return err
	}
	now, err := keptOf(s.sides[1].run.System())
	if err != nil {
		return err
	}
	s.set, s.parted = map[string]bool{}, false
	for _, d := range differences(was, now) {
		s.set[d.path] = true
		k := groupKey{KindSet, d.path}
		if s.differ.groups[k] == nil {
			s.differ.groups[k] = &Group{Kind: KindSet, Name: d.path, Changed: 1, Tick: s.sides[0].run.First, At: s.sides[0].run.Began, Was: d.was, Now: d.now, Where: d.path}
		}
	}
	a, err := sumOf(s.sides[0].run.System())
	if err != nil {
		return err
	}
	b, err := sumOf(s.sides[1].run.System())
	s.apart = b - a
	return err
}

// keptNow notes in what the two do not keep the same now.
func (s *shadow) keptNow() error {
	a, b := s.sides[0], s.sides[1]
	was, err := keptOf(a.run.System())
	if err != nil {
		return err
	}
	now, err := keptOf(b.run.System())
	if err != nil {
		return err
	}
	for _, d := range differences(was, now) {
		if !s.set[d.path] {
			s.differ.keep(d.path, d.was, d.now, a.run.Last, a.run.At)
		}
	}
	return nil
}

// endKept notes what the two keep differently at the end of what was run. What they differed
// in for a while is known from when they did.
func (s *shadow) endKept() error {
	if !s.parted || s.out.Stopped {
		return nil
	}
	first := map[groupKey]*Group{}
	for k, g := range s.differ.groups {
		if k.kind == KindState {
			first[k] = g
			delete(s.differ.groups, k)
		}
	}
	err := s.keptNow()
	for k, g := range first {
		if last := s.differ.groups[k]; last != nil { // counted at the end, told as it began
			g.New, g.Gone, g.Changed = last.New, last.Gone, last.Changed
		}
		s.differ.groups[k] = g
	}
	return err
}

// count adds what the runs took to the report.
func (s *shadow) count() {
	a, b := s.sides[0], s.sides[1]
	s.out.Ticks += a.run.Ticks
	s.out.TookWas, s.out.TookNow = s.out.TookWas+a.took, s.out.TookNow+b.took
	s.out.LuaWas, s.out.LuaNow = s.out.LuaWas+a.state().Steps()+a.lua, s.out.LuaNow+b.state().Steps()+b.lua
	for i, side := range s.sides {
		if s.calls[i] == nil {
			s.calls[i] = map[string]script.Reading{}
		}
		for name, r := range side.calls {
			was := s.calls[i][name]
			was.Calls, was.Timed, was.Time, was.Steps = was.Calls+r.Calls, was.Timed+r.Timed, was.Time+r.Time, was.Steps+r.Steps
			s.calls[i][name] = was
		}
	}
	if p := a.run.Parted; p != nil && s.out.Unlike == "" {
		s.out.Unlike = fmt.Sprintf("run again without the change, it is not what was recorded from tick %d on (%s): both runs are told against each other all the same",
			p.Tick, strings.Join(p.Parts, ", "))
	}
	if q := a.asked; q.guessed > 0 {
		s.note("%d questions to the store or to services were answered with what was answered to others: the recording has no answer to what was not asked", q.guessed)
	}
	if n := len(a.asked.wanted); n > 0 {
		s.note("%d questions to the store or to services are without an answer, as nobody asked them then: the tasks that asked wait", n)
	}
}

// finish makes the report.
func (s *shadow) finish() (*Report, error) {
	if err := s.endKept(); err != nil {
		return nil, err
	}
	s.count()
	s.timings()
	s.out.Groups, s.out.Cause, s.out.Acts = s.differ.sorted(), s.differ.first, s.differ.acts
	for i := range s.out.Groups {
		g := &s.out.Groups[i]
		g.Was, g.Now = s.named(g.Was), s.named(g.Now)
	}
	if c := s.out.Cause; c != nil {
		c.Was, c.Now = s.named(c.Was), s.named(c.Now)
	}
	return s.out, nil
}

var someone = regexp.MustCompile(`player (\d+)`)

// named puts names to the numbers of players.
func (s *shadow) named(text string) string {
	return someone.ReplaceAllStringFunc(text, func(found string) string {
		if name := s.names[strings.TrimPrefix(found, "player ")]; name != "" {
			return name
		}
		return found
	})
}

// timings says what functions take, and which are slower.
func (s *shadow) timings() {
	for _, name := range slices.Sorted(maps.Keys(s.calls[0])) {
		was, now := s.calls[0][name], s.calls[1][name]
		if was.Calls == 0 && now.Calls == 0 {
			continue
		}
		t := Timing{Function: name, CallsWas: was.Calls, CallsNow: now.Calls, StepsWas: per(was, float64(was.Steps)), StepsNow: per(now, float64(now.Steps)),
			TookWas: time.Duration(per(was, float64(was.Time))), TookNow: time.Duration(per(now, float64(now.Time)))}
		t.Slower = was.Timed > 0 && t.StepsNow > slowTimes*t.StepsWas+slowSteps
		s.out.Timings = append(s.out.Timings, t)
		if t.Slower {
			s.slower(name, t.StepsWas, t.StepsNow, " a call")
		}
	}
	if was, now := float64(s.out.LuaWas), float64(s.out.LuaNow); now > slowerAll*was && now-was > slowAllSteps && !s.out.Stopped {
		s.slower("all of Lua", was, now, " in all")
	}
}

func (s *shadow) slower(what string, was, now float64, per string) {
	s.differ.groups[groupKey{KindSlow, what}] = &Group{Kind: KindSlow, Name: what, Changed: 1, Function: what, Tick: s.out.First, At: s.out.Began,
		Was: fmt.Sprintf("%.0f steps%s", was, per), Now: fmt.Sprintf("%.0f steps%s", now, per)}
}

// per is what a call takes.
func per(r script.Reading, all float64) float64 {
	if r.Timed == 0 {
		return 0
	}
	return all / float64(r.Timed)
}
