package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/script"
)

// flame is what a function took, and below it what it called: the shape that flame graphs
// are drawn from. Values are steps.
type flame struct {
	Name     string   `json:"name"` // "combat.fire"
	Module   string   `json:"module,omitempty"`
	Where    string   `json:"where,omitempty"` // where the function begins: "combat.lua@1f3a9c:10"
	Value    int64    `json:"value"`           // with all that it called
	Self     int64    `json:"self"`
	Was      int64    `json:"was,omitempty"` // Value in the release that it is compared with
	Children []*flame `json:"children,omitempty"`

	by map[string]*flame
}

// flameAnswer is what /debug/lua.json says.
type flameAnswer struct {
	Unit    string    `json:"unit"` // "steps": calls and turns of loops
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	System  string    `json:"system,omitempty"`
	Module  string    `json:"module,omitempty"`  // what it and all that it calls took, and who calls it left out
	Release int       `json:"release,omitempty"` // that Value is of; 0 for all but Against
	Against int       `json:"against,omitempty"` // that Was is of
	Total   int64     `json:"total"`
	Was     int64     `json:"was,omitempty"`
	Lost    uint64    `json:"lost"` // batches of samples that are missing
	Root    *flame    `json:"root"`
	// What else can be asked for: all releases that ran and all modules that were called
	// there and then, whatever Module, Release and Against say.
	Releases []releaseSteps `json:"releases"` // the latest first
	Modules  []moduleSteps  `json:"modules"`  // what took the most by itself first
}

type releaseSteps struct {
	Release int   `json:"release"`
	Steps   int64 `json:"steps"`
}

type moduleSteps struct {
	Module string `json:"module"`
	Steps  int64  `json:"steps"` // its own
}

// hotAsked reads from a request what it is asked for: system, since or seconds, from and to.
func (s *Server) hotAsked(r *http.Request) (command.HotQuery, error) {
	now := s.cfg.Clock.Now()
	q := command.HotQuery{System: r.FormValue("system"), To: now}
	var err error
	if v := r.FormValue("to"); v != "" {
		if q.To, err = command.HotTime(v, now); err != nil {
			return q, err
		}
	}
	since := cmp.Or(r.FormValue("since"), "10m")
	if n, err := strconv.Atoi(r.FormValue("seconds")); err == nil && n > 0 { // as go tool pprof asks
		since = strconv.Itoa(n) + "s"
	}
	if q.From, err = command.HotTime(cmp.Or(r.FormValue("from"), since), now); err != nil {
		return q, err
	}
	if !q.From.Before(q.To) {
		return q, fmt.Errorf("from %s is not before %s: from and to are times, as 14:05, or how long ago, as 20m", q.From.Format(time.TimeOnly), q.To.Format(time.TimeOnly))
	}
	return q, s.knows(q.System)
}

// knows is nil for a system or service that there is, and for none.
func (s *Server) knows(name string) error {
	if name == "" || s.universe.Running(operatorAddress(s.universe, name)) != nil || s.universe.Map().ByName(bare(name)) != nil {
		return nil
	}
	return fmt.Errorf("there is no system or service %q", name)
}

// luaProfile answers with what Lua's steps were spent on, for go tool pprof.
func (s *Server) luaProfile(w http.ResponseWriter, r *http.Request) {
	q, err := s.hotAsked(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	q.Pprof = true
	hot, err := probe{s}.Hot(r.Context(), q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="lua.pb.gz"`)
	_, _ = w.Write(hot.Pprof) // whoever asked has gone
}

// luaFlame answers with the same as a tree.
func (s *Server) luaFlame(w http.ResponseWriter, r *http.Request) {
	a, q, err := s.flameAsked(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	hot, err := probe{s}.Hot(r.Context(), q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.burn(hot)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // whoever asked has gone
}

// flameAsked reads what a tree is to be of.
func (s *Server) flameAsked(r *http.Request) (a flameAnswer, q command.HotQuery, err error) {
	if q, err = s.hotAsked(r); err != nil {
		return a, q, err
	}
	a = flameAnswer{Unit: "steps", From: q.From, To: q.To, System: q.System, Module: r.FormValue("module")}
	for name, to := range map[string]*int{"release": &a.Release, "against": &a.Against} {
		if v := r.FormValue(name); v != "" {
			if *to, err = strconv.Atoi(strings.TrimPrefix(v, "r")); err != nil || *to <= 0 {
				return a, q, fmt.Errorf("%s takes the number of a release, not %q", name, v)
			}
		}
	}
	if a.Release > 0 && a.Release == a.Against {
		return a, q, fmt.Errorf("release %d is like itself: against takes another one", a.Release)
	}
	return a, q, nil
}

// burn makes the tree.
func (a *flameAnswer) burn(hot command.Hot) {
	a.Lost, a.Root = hot.Lost, &flame{Name: "all"}
	releases, modules := map[int]int64{}, map[string]int64{}
	for _, sp := range hot.Spent {
		release := sp.Stack.Release
		releases[release] += sp.Steps
		for _, f := range sp.Stack.Frames {
			modules[f.Module] += 0 // it is there
		}
		modules[sp.Stack.Frames[0].Module] += sp.Steps
		frames := a.within(sp.Stack.Frames)
		switch {
		case frames == nil:
		case a.Against > 0 && release == a.Against:
			a.Root.add(frames, 0, sp.Steps)
		case a.Release == 0 || release == a.Release:
			a.Root.add(frames, sp.Steps, 0)
		}
	}
	a.Total, a.Was = a.Root.Value, a.Root.Was
	a.Root.sort()
	a.offer(releases, modules)
}

// within is what of a stack belongs to the module that is asked for: from where it is first
// come to, on. nil is nothing.
func (a *flameAnswer) within(frames []script.StackFrame) []script.StackFrame {
	if a.Module == "" {
		return frames
	}
	for i, f := range slices.Backward(frames) {
		if f.Module == a.Module {
			return frames[:i+1]
		}
	}
	return nil
}

// offer lists what else there is.
func (a *flameAnswer) offer(releases map[int]int64, modules map[string]int64) {
	a.Releases, a.Modules = []releaseSteps{}, []moduleSteps{}
	for n, steps := range releases {
		a.Releases = append(a.Releases, releaseSteps{n, steps})
	}
	for name, steps := range modules {
		a.Modules = append(a.Modules, moduleSteps{name, steps})
	}
	slices.SortFunc(a.Releases, func(x, y releaseSteps) int { return cmp.Compare(y.Release, x.Release) })
	slices.SortFunc(a.Modules, func(x, y moduleSteps) int {
		return cmp.Or(cmp.Compare(y.Steps, x.Steps), strings.Compare(x.Module, y.Module))
	})
}

// add adds steps along a stack, from its outermost function in.
func (f *flame) add(frames []script.StackFrame, steps, was int64) {
	f.Value, f.Was = f.Value+steps, f.Was+was
	for _, frame := range slices.Backward(frames) {
		f = f.child(frame)
		f.Value, f.Was = f.Value+steps, f.Was+was
	}
	f.Self += steps
}

func (f *flame) child(frame script.StackFrame) *flame {
	c := f.by[frame.Function]
	if c == nil {
		c = &flame{Name: frame.Function, Module: frame.Module, Where: frame.Place}
		if f.by == nil {
			f.by = map[string]*flame{}
		}
		f.by[frame.Function] = c
		f.Children = append(f.Children, c)
	}
	return c
}

// sort puts what took the most first.
func (f *flame) sort() {
	slices.SortFunc(f.Children, func(a, b *flame) int {
		return cmp.Or(cmp.Compare(b.Value+b.Was, a.Value+a.Was), strings.Compare(a.Name, b.Name))
	})
	for _, c := range f.Children {
		c.sort()
	}
}
