package server

import (
	"cmp"
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
	Release int       `json:"release,omitempty"` // that Value is of; 0 for all but Against
	Against int       `json:"against,omitempty"` // that Was is of
	Total   int64     `json:"total"`
	Was     int64     `json:"was,omitempty"`
	Lost    uint64    `json:"lost"` // batches of samples that are missing
	Root    *flame    `json:"root"`
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
	q.From, err = command.HotTime(cmp.Or(r.FormValue("from"), since), now)
	return q, err
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
	q, err := s.hotAsked(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a := flameAnswer{Unit: "steps", From: q.From, To: q.To, System: q.System}
	for name, to := range map[string]*int{"release": &a.Release, "against": &a.Against} {
		if v := r.FormValue(name); v != "" {
			if *to, err = strconv.Atoi(strings.TrimPrefix(v, "r")); err != nil {
				http.Error(w, name+" takes the number of a release", http.StatusBadRequest)
				return
			}
		}
	}
	hot, err := probe{s}.Hot(r.Context(), q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.burn(hot)
	writeJSON(w, a)
}

// burn makes the tree.
func (a *flameAnswer) burn(hot command.Hot) {
	a.Lost, a.Root = hot.Lost, &flame{Name: "all"}
	for _, sp := range hot.Spent {
		switch r := sp.Stack.Release; {
		case a.Against > 0 && r == a.Against:
			a.Root.add(sp.Stack, 0, sp.Steps)
		case a.Release == 0 || r == a.Release:
			a.Root.add(sp.Stack, sp.Steps, 0)
		}
	}
	a.Total, a.Was = a.Root.Value, a.Root.Was
	a.Root.sort()
}

// add adds steps along a stack, from its outermost function in.
func (f *flame) add(stack *script.Stack, steps, was int64) {
	f.Value, f.Was = f.Value+steps, f.Was+was
	for _, frame := range slices.Backward(stack.Frames) {
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
