package conform

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/clock"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// tick is the length of one step of game time, in seconds.
const tick = 0.1

// runner plays one case: one State, one Controller, a disk in memory.
type runner struct {
	c        *Case
	disk     map[string]string
	seen     map[string]string
	st       *script.State
	ctl      *release.Controller
	clock    time.Time
	action   func()
	outcomes []release.Outcome
}

// Run plays a case and says what is wrong, or nil.
func Run(c *Case) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the engine panicked: %v", v)
		}
	}()
	r := &runner{c: c, disk: maps.Clone(c.Old), clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if err := r.start(); err != nil {
		return err
	}
	defer r.st.Close()
	if err := r.chunk("live"); err != nil {
		return err
	}
	for _, step := range r.steps() {
		if err := r.step(step); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
	}
	if err := r.compare(); err != nil {
		return err
	}
	return r.chunk("check")
}

func (r *runner) steps() []string {
	if len(r.c.Actions) == 0 {
		return []string{"save"}
	}
	return r.c.Actions
}

func (r *runner) start() error {
	r.seen = maps.Clone(r.disk)
	rel := code.NewRelease(1, sources(r.disk))
	o := r.options(rel)
	st, err := script.New(o)
	if err != nil {
		return err
	}
	r.st = st
	r.ctl = release.New(release.Config{Release: rel, Fleet: r, Clock: clock.Told(func() time.Time { return r.clock }),
		Options: func(string) *script.Options { o := r.options(rel); o.OnFault = nil; return &o }})
	return nil
}

func (r *runner) options(rel *code.Release) script.Options {
	return script.Options{Name: "conform", Release: rel, Seed: 1, Started: r.clock, Bind: r.bind,
		OnFault: func(f script.Fault) { r.ctl.Fault(f) }}
}

func sources(files map[string]string) map[string][]byte {
	out := map[string][]byte{}
	for p, s := range files {
		out[p] = []byte(s)
	}
	return out
}

// Each implements release.Fleet over the one State.
func (r *runner) Each(_ context.Context, _ []string, f func(string, *script.State) error) map[string]error {
	return map[string]error{"conform": f("conform", r.st)}
}

// SetCourse implements release.Fleet: no other State starts here.
func (r *runner) SetCourse(*code.Release, map[string]*code.Release) {}

// Awake implements release.Fleet.
func (r *runner) Awake() []string { return []string{"conform"} }

// bind installs the harness names that are no product API of their own.
func (r *runner) bind(st *script.State) {
	st.Bind(script.Table{Funcs: []script.Func{
		{Name: "advance", Sig: "advance(seconds: number)"},
		{Name: "run_command", Sig: "run_command(name: string): any"},
		{Name: "effect", Sig: "effect(x: any)", Effect: true},
		{Name: "ACTION", Sig: "ACTION()", Effect: true},
	}}, map[string]lua.LGFunction{
		"advance": func(L *lua.LState) int {
			st.Advance(st.Now() + float64(L.CheckNumber(1)))
			return 0
		},
		"run_command": func(L *lua.LState) int {
			var result world.Value
			st.Command("", L.CheckString(1), func(v world.Value, err error) { result = v })
			L.Push(script.ToLua(L, result))
			return 1
		},
		"effect": func(L *lua.LState) int {
			L.GetGlobal("EFFECTS").(*lua.LTable).Append(L.Get(1))
			return 0
		},
		"ACTION": func(L *lua.LState) int {
			if r.action != nil {
				r.action()
			}
			return 0
		},
	})
	vm.Set(st.L().G.Global, lua.LString("EFFECTS"), st.L().NewTable())
}

// chunk runs a fence in the live State.
func (r *runner) chunk(name string) error {
	src, ok := r.c.Chunks[name]
	if !ok {
		return nil
	}
	var failed error
	ended := false
	r.st.Run(src, name, func(err error) { failed, ended = err, true })
	if failed != nil {
		return fmt.Errorf("%s: %w", name, failed)
	}
	if !ended {
		return fmt.Errorf("%s: did not end", name)
	}
	return nil
}

func (r *runner) step(step string) error {
	verb, rest, _ := strings.Cut(step, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case verb == "save" || strings.HasPrefix(verb, "save@"):
		if err := r.write(strings.TrimPrefix(strings.TrimPrefix(verb, "save"), "@"), strings.Fields(rest)); err != nil {
			return err
		}
		r.settle()
	case verb == "restore":
		r.disk[rest] = r.c.Old[rest]
		r.settle()
	case verb == "delete":
		delete(r.disk, rest)
		r.settle()
	case verb == "touch":
		r.settle()
	case verb == "in-call":
		r.action = func() { _ = r.write("", nil) }
		if err := r.chunk("call"); err != nil {
			return err
		}
		r.action = nil
		r.settle()
	case verb == "patch":
		name, code, ok := strings.Cut(rest, "=")
		if !ok {
			return fmt.Errorf("a patch is NAME = CODE")
		}
		o, _ := r.ctl.Patch(context.Background(), release.PatchRequest{Function: strings.TrimSpace(name), Code: code, Author: "conform"})
		r.outcomes = append(r.outcomes, o)
		r.advance(0)
	case verb == "lua":
		return r.chunk("live" + rest)
	case verb == "emit":
		return r.emit(strings.Fields(rest))
	case verb == "ticks":
		n, err := strconv.Atoi(rest)
		if err != nil {
			return err
		}
		for range n {
			r.advance(tick)
		}
	case verb == "wait":
		s, err := strconv.ParseFloat(rest, 64)
		if err != nil {
			return err
		}
		r.advance(s)
	default:
		return fmt.Errorf("an unknown step")
	}
	return nil
}

func (r *runner) emit(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("emit names no event")
	}
	times := 1
	if len(words) > 1 {
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		times = n
	}
	for range times {
		r.st.Emit(words[0])
		r.advance(0)
	}
	return nil
}

// advance lets game time and wall time go on, and the watchdog look.
func (r *runner) advance(seconds float64) {
	r.clock = r.clock.Add(time.Duration(seconds * float64(time.Second)))
	r.st.Advance(r.st.Now() + seconds)
	r.ctl.Watch(context.Background())
}

func (r *runner) write(version string, only []string) error {
	files := r.c.New[version]
	if len(files) == 0 {
		return fmt.Errorf("there is no fence 'lua new%s FILE'", version)
	}
	for path, src := range files {
		if len(only) == 0 || slices.Contains(only, path) {
			r.disk[path] = src
		}
	}
	return nil
}

// settle hands what differs on disk to the controller, as the watcher would.
func (r *runner) settle() {
	b := release.Batch{Changed: map[string][]byte{}}
	for _, path := range slices.Sorted(maps.Keys(r.disk)) {
		src := r.disk[path]
		old, known := r.seen[path]
		switch {
		case known && old == src:
		case len(src) == 0 && known:
			b.Holds = append(b.Holds, release.HoldReason{Code: string(watch.Empty), Path: path, Detail: "was emptied; unload it to mean it"})
		default:
			b.Changed[path] = []byte(src)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(r.seen)) {
		if _, ok := r.disk[path]; !ok {
			b.Holds = append(b.Holds, release.HoldReason{Code: string(watch.Gone), Path: path, Detail: "was deleted; the code stays"})
		}
	}
	r.seen = maps.Clone(r.disk)
	r.outcomes = append(r.outcomes, r.ctl.Saved(context.Background(), b, "conform")...)
	r.advance(0)
}

func (r *runner) compare() error {
	if len(r.c.Outcomes) == 0 {
		return nil
	}
	if len(r.outcomes) != len(r.c.Outcomes) {
		return fmt.Errorf("%d outcomes expected, got %d: %v", len(r.c.Outcomes), len(r.outcomes), r.outcomes)
	}
	for i, want := range r.c.Outcomes {
		if err := compareOne(want, r.outcomes[i]); err != nil {
			return fmt.Errorf("outcome %d: %w", i+1, err)
		}
	}
	return nil
}

func compareOne(want Expected, got release.Outcome) error {
	if want.Verdict != string(got.Verdict) || want.Code != "" && want.Code != got.Code {
		return fmt.Errorf("want %s %s, got %s %s: %s", want.Verdict, want.Code, got.Verdict, got.Code, got.Message)
	}
	if want.Subject != "" && want.Subject != got.Subject {
		return fmt.Errorf("want it about %s, it is about %q: %s", want.Subject, got.Subject, got.Message)
	}
	var have []string
	for _, w := range got.Warnings {
		have = append(have, w.Code+" "+w.Subject)
	}
	slices.Sort(have)
	wanted := slices.Sorted(slices.Values(want.Warnings))
	if !slices.Equal(have, wanted) {
		return fmt.Errorf("want warnings %q, got %q", wanted, have)
	}
	return nil
}
