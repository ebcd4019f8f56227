package server

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/record"
	"hotshard/runtime/record/shadow"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// shadowTime bounds how long all systems of one shadow run may take: half a minute with all
// around it. What there is no time for is left out, and told.
const shadowTime = 26 * time.Second

// mostShadowed is how many systems are looked at where nobody names any.
const mostShadowed = 8

// shadows implements command.Shadows. One run at a time works on what is on the disk, on the
// goroutine of who asks for it, so that it takes one processor at most.
type shadows struct {
	s    *Server
	turn chan struct{} // holds a token while one is under way
	said *saidShadows
}

func newShadows(s *Server) shadows {
	return shadows{s: s, turn: make(chan struct{}, 1), said: &saidShadows{}}
}

// change is what is tried.
type change struct {
	what     string
	key      string // by which it is known again; see saidShadows
	from, to *code.Release
	over     func(*code.Release) (*code.Release, error) // lays it over a release that ran
}

// ShadowPatch implements command.Shadows. Over the releases of before the function is
// replaced as it is in the one that runs.
func (v shadows) ShadowPatch(ctx context.Context, p release.PatchRequest, a command.Against) (command.Shadowed, error) {
	if p.Instance != "" {
		return command.Shadowed{}, &code.Refusal{Code: code.RKind, Message: "a patch of one object cannot be tried so: leave out --on, and the patch is tried for all of them"}
	}
	p.Canary = nil // where it is tried is another matter
	from, to, text, err := v.s.releases.controller.WantedPatch(p)
	if err != nil {
		return command.Shadowed{}, err
	}
	return v.run(ctx, a, change{what: "a patch of " + p.Function, key: patchKey(p.Function, text), from: from, to: to, over: func(r *code.Release) (*code.Release, error) {
		file, _, err := release.FindFunction(r, p.Function)
		if err != nil {
			return nil, err
		}
		source, err := file.Replace(p.Function, p.Code)
		if err != nil {
			return nil, err
		}
		return r.With(r.Number, map[string][]byte{file.Path: source}), nil
	}})
}

// ShadowRelease implements command.Shadows. Over the releases of before the files are laid
// that it changes in the one that runs.
func (v shadows) ShadowRelease(ctx context.Context, to int, a command.Against) (command.Shadowed, error) {
	controller := v.s.releases.controller
	from := controller.Live()
	target, what := (*code.Release)(nil), "what waits in the queue"
	var err error
	if to == 0 {
		target, err = controller.Candidate()
	} else {
		target, err = keptReleases{v.s}.at(ctx, to)
		what = fmt.Sprintf("release %d", to)
	}
	if err != nil {
		return command.Shadowed{}, err
	}
	changed := map[string][]byte{}
	for _, path := range from.Changed(target) {
		if f := target.Files[path]; f != nil {
			changed[path] = f.Source
		} else {
			changed[path] = nil
		}
	}
	return v.run(ctx, a, change{what: what, key: releaseKey(target), from: from, to: target, over: func(r *code.Release) (*code.Release, error) {
		return r.With(r.Number, changed), nil
	}})
}

// run tries a change in one system after the other.
func (v shadows) run(ctx context.Context, a command.Against, c change) (command.Shadowed, error) {
	began := v.s.cfg.Clock.Now()
	paths, err := c.paths()
	if err != nil {
		return command.Shadowed{}, err
	}
	if err := v.wait(ctx, a); err != nil {
		return command.Shadowed{}, err
	}
	defer func() { <-v.turn }()
	out := command.Shadowed{What: c.what}
	addresses, err := v.prepare(ctx, a, paths, &out)
	if err != nil {
		return out, err
	}
	until := v.s.cfg.Clock.Now().Add(shadowTime)
	for i, at := range addresses {
		each, cancel := context.WithTimeout(ctx, max(until.Sub(v.s.cfg.Clock.Now()), 0)/time.Duration(len(addresses)-i))
		a.Tell(fmt.Sprintf("%s: the last %v are run again, twice ...", bare(string(at)), a.During))
		r, err := v.one(each, at, began.Add(-a.During), c)
		cancel()
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case err != nil:
			out.Left = append(out.Left, fmt.Sprintf("%s: %v", bare(string(at)), err))
		default:
			out.Reports = append(out.Reports, r)
		}
	}
	out.Took = v.s.cfg.Clock.Now().Sub(began)
	v.said.keep([]string{c.key, releaseKey(c.to)}, saidShadow{at: began, by: a.Author, during: a.During, verdict: out.Verdict(), systems: reported(out.Reports)})
	return out, nil
}

// paths are the files that are changed, if they are in order.
func (c *change) paths() ([]string, error) {
	paths := c.from.Changed(c.to)
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s changes nothing: it is what runs (release %d)", c.what, c.from.Number)
	}
	for _, path := range paths {
		if f := c.to.Files[path]; f != nil {
			if err := f.Check(); err != nil {
				return nil, err
			}
		}
	}
	return paths, nil
}

// wait returns when no other shadow run is under way.
func (v shadows) wait(ctx context.Context, a command.Against) error {
	select {
	case v.turn <- struct{}{}:
		return nil
	default:
		a.Tell("another shadow run is under way: this one waits for it")
	}
	select {
	case v.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func reported(list []*shadow.Report) []string {
	var out []string
	for _, r := range list {
		out = append(out, bare(string(r.System)))
	}
	return out
}

// one tries a change in what was recorded of one system.
func (v shadows) one(ctx context.Context, at world.Address, from time.Time, c change) (*shadow.Report, error) {
	rec, err := record.Open(RecordDir(v.s.cfg.Data), at)
	if err != nil {
		return nil, fmt.Errorf("%w: it is recorded from its first tick on, unless the log says why not (%s)", err, record.CodeDropped)
	}
	setup, err := v.setup(rec, at)
	if err != nil {
		return nil, err
	}
	span, err := rec.Span()
	if err != nil {
		return nil, err
	}
	running := v.s.universe.Running(at)
	if behind := v.s.cfg.Clock.Now().Sub(span.Until); rec.Ended && running != nil && running.Stats().Awake && behind > staleRecording {
		return nil, fmt.Errorf("it is not recorded: what it has in memory is in no image; what was recorded before ended at %s", span.Until.Local().Format(time.TimeOnly))
	}
	r, err := shadow.Run(ctx, rec, setup, shadow.Options{From: from, Change: c.over, Functions: release.Differing(c.from, c.to)})
	if err != nil {
		return nil, err
	}
	if late := r.Began.Sub(from); late > time.Second {
		r.Notes = append(r.Notes, fmt.Sprintf("it is recorded since %s only", r.Began.Local().Format(time.TimeOnly)))
	}
	if behind := v.s.cfg.Clock.Now().Sub(span.Until); running != nil && running.Stats().Awake && behind > staleRecording+shadowTime {
		r.Notes = append(r.Notes, fmt.Sprintf("the recording ends at %s and was dropped then: the log says why (%s); it begins anew by itself", span.Until.Local().Format(time.TimeOnly), record.CodeDropped))
	}
	return r, nil
}

// staleRecording is how old the newest of a recording may be of a system that plays.
const staleRecording = 15 * time.Second

// setup is how a recorded system is run again: on the map that runs, where that is the one it
// was recorded on.
func (v shadows) setup(rec *record.Recording, at world.Address) (record.Setup, error) {
	m := v.s.universe.Map()
	if sum, err := mapSum(m, at); err == nil && sum == rec.Meta.Place && sum != "" {
		return rerun(rec.Meta, m)
	}
	return Rerun(rec)
}

// prepare finds out which systems to look at, and puts on the disk what there is of them.
func (v shadows) prepare(ctx context.Context, a command.Against, paths []string, out *command.Shadowed) ([]world.Address, error) {
	var named []world.Address
	for _, name := range a.Systems {
		named = append(named, operatorAddress(v.s.universe, name))
	}
	for _, at := range named {
		if v.s.universe.Map().ByName(bare(string(at))) == nil && v.s.universe.Running(at) == nil {
			return nil, fmt.Errorf("there is no system or service called %s", bare(string(at)))
		}
	}
	units := a.Systems
	if len(named) == 0 {
		units = v.s.fleet().Awake()
	}
	var awake []*system.System
	for _, unit := range units {
		if s := v.s.universe.Running(operatorAddress(v.s.universe, unit)); s != nil {
			awake = append(awake, s)
		}
	}
	loads, err := v.loaders(ctx, awake, paths)
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		for _, s := range awake {
			if loads[s.Address()] {
				named = append(named, s.Address())
			}
		}
		if len(named) == 0 {
			return nil, fmt.Errorf("no system that is awake has loaded %s: name one with @", strings.Join(paths, ", "))
		}
		if more := named[min(len(named), mostShadowed):]; len(more) > 0 {
			out.Left = append(out.Left, fmt.Sprintf("%s, where fewer people are: name them with @", countOf(len(more), "system")))
			named = named[:mostShadowed]
		}
	}
	return named, v.s.recorder.Sync(ctx)
}

func countOf(n int, what string) string { return count(n, what, what+"s") }

// loaders lets systems hand on what they have recorded, and says which have loaded one of the
// files: those that nobody loads by name, such as what things there are, are everybody's.
func (v shadows) loaders(ctx context.Context, all []*system.System, paths []string) (map[world.Address]bool, error) {
	out := map[world.Address]bool{}
	var mu sync.Mutex
	err := v.s.universe.Between(ctx, all, func(s *system.System) {
		s.HandOn()
		if s.State() == nil {
			return
		}
		loaded := s.State().Modules()
		has := slices.ContainsFunc(paths, func(path string) bool {
			return strings.HasPrefix(path, "types/") || slices.Contains(loaded, code.ModuleName(path))
		})
		mu.Lock()
		defer mu.Unlock()
		out[s.Address()] = has
	})
	return out, err
}

// saidShadows remembers what shadow runs have said, for whoever promotes what they were of.
type saidShadows struct {
	mu   sync.Mutex
	list []keyedShadow // newest last
}

type keyedShadow struct {
	keys []string
	saidShadow
}

// saidShadow is what one has said.
type saidShadow struct {
	at      time.Time
	by      string
	during  time.Duration
	systems []string
	verdict string
}

// mostSaid is how many are remembered.
const mostSaid = 200

func releaseKey(r *code.Release) string { return "release " + r.Hash }

func patchKey(function, text string) string { return "patch " + function + "\x00" + text }

func (k *saidShadows) keep(keys []string, of saidShadow) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(k.list, keyedShadow{keys, of})
	k.list = k.list[max(0, len(k.list)-mostSaid):]
}

// of is what was said last of what goes by a key.
func (k *saidShadows) of(key string) (saidShadow, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, said := range slices.Backward(k.list) {
		if slices.Contains(said.keys, key) {
			return said.saidShadow, true
		}
	}
	return saidShadow{}, false
}

// noShadow is what is told of what nobody has tried.
const noShadow = "no shadow run was made of it: --against 5m makes one"

// sentence is what a shadow run of what goes by a key has said.
func (v shadows) sentence(key string) string {
	said, ok := v.said.of(key)
	if !ok {
		return noShadow
	}
	return fmt.Sprintf("shadow run by %s, %s ago, against %v of %s: %s", said.by, command.Spoken(v.s.cfg.Clock.Now().Sub(said.at)), said.during,
		strings.Join(said.systems, ", "), said.verdict)
}

// ofWish is what is told in production to who promotes: whether there was a shadow run of what
// that would bring, and what it said. "" is for what needs none.
func (v shadows) ofWish(w release.Wish) string {
	if !v.s.cfg.Production {
		return ""
	}
	_, to, err := v.s.releases.controller.Wanted(w)
	if err != nil || to == nil {
		return ""
	}
	return v.sentence(releaseKey(to))
}

// ofPatch is the same of a patch, by its number.
func (v shadows) ofPatch(number int) string {
	p, err := patches{v.s}.find(number)
	if !v.s.cfg.Production || err != nil {
		return ""
	}
	return v.sentence(patchKey(p.Function, p.Text))
}
