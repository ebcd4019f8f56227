package script

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// reloader saves versions of one file over and over.
type reloader struct {
	t *testing.T
	s *State
	g *Stager
	n int
}

func newReloader(t *testing.T, files map[string]string, entry ...string) *reloader {
	s, faults := newTestState(t, files, entry...)
	t.Cleanup(func() {
		for _, f := range *faults {
			t.Errorf("fault: %s", f.Message)
		}
	})
	return &reloader{t: t, s: s, g: NewStager(s.opts), n: 1}
}

func (r *reloader) save(path, src string) (*Report, error) {
	r.n++
	st, err := r.g.Stage(r.s.release, r.s.release.With(r.n, map[string][]byte{path: []byte(src)}), r.s.Modules())
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

// registered are the functions of a State's handlers and those of its timers.
func registered(s *State) (handlers, timers []*lua.LFunction) {
	s.Registry().Each(func(r *registration) {
		if r.kind == regHandler {
			handlers = append(handlers, r.fn)
		}
	})
	s.Registry().Timers(func(r *registration) { timers = append(timers, r.fn) })
	return handlers, timers
}
