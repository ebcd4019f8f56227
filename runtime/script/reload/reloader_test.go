package reload

import (
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// reloader saves versions of one file over and over.
type reloader struct {
	t *testing.T
	s *script.State
	g *Stager
	n int
}

func newReloader(t *testing.T, files map[string]string, entry ...string) *reloader {
	s, faults := started(t, files, entry...)
	t.Cleanup(func() {
		for _, f := range *faults {
			t.Errorf("fault: %s", f.Message)
		}
	})
	return &reloader{t: t, s: s, g: stagerOf(entry...), n: 1}
}

func (r *reloader) save(path, src string) (*Report, error) {
	r.n++
	st, err := r.g.Stage(r.s.Release(), r.s.Release().With(r.n, map[string][]byte{path: []byte(src)}), r.s.Modules())
	if err != nil {
		return nil, err
	}
	if _, err := Plan(r.s, st); err != nil {
		return nil, err
	}
	report, err := Commit(r.s, st)
	if err == nil {
		r.g.Adopt(st)
	}
	return report, err
}

func (r *reloader) must(path, src string) *Report {
	r.t.Helper()
	report, err := r.save(path, src)
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

// stagerOf stages for States of these entries.
func stagerOf(entry ...string) *Stager { return NewStager(script.Options{Entry: entry}) }

// started is a State that runs the files, and the faults that its scripts make.
func started(t testing.TB, files map[string]string, entry ...string) (*script.State, *[]script.Fault) {
	t.Helper()
	src := map[string][]byte{}
	for p, s := range files {
		src[p] = []byte(s)
	}
	faults := &[]script.Fault{}
	s, err := script.New(script.Options{Name: "test", Release: code.NewRelease(1, src), Entry: entry, OnFault: func(f script.Fault) { *faults = append(*faults, f) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, faults
}

// eval runs Lua in the State and fails the test on an error.
func eval(t testing.TB, s *script.State, text string) []world.Value {
	t.Helper()
	var out []world.Value
	var failed error
	s.Eval(text, "test", func(v []world.Value, err error) { out, failed = v, err })
	if failed != nil {
		t.Fatalf("%s: %v", text, failed)
	}
	return out
}

// registered are the functions of a State's handlers and those of its timers.
func registered(s *script.State) (handlers, timers []*lua.LFunction) {
	s.Registry().Each(func(r *script.Registration) {
		if r.Kind.String() == "handler" {
			handlers = append(handlers, r.Fn)
		}
	})
	s.Registry().Timers(func(r *script.Registration) { timers = append(timers, r.Fn) })
	return handlers, timers
}
