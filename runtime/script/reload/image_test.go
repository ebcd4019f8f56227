package reload

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hotshard/runtime/script"
)

// The property of an image: a world that is frozen and thawed at random moments goes on
// as its twin that never was. What both do is that of the reload engine's property:
// modules with functions, closures, objects, timers, tasks that sleep and coroutines,
// edited and reloaded at random ticks.

// moved is a State in another process, as good as.
func moved(t *testing.T, s *script.State, o script.Options) *script.State {
	t.Helper()
	data, err := s.Image(nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Release = s.Release()
	to, err := Thaw(o, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := to.Image(nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(data) {
		t.Fatalf("thawed and frozen again it has %d bytes that differ from the %d before: %s", len(again), len(data), firstDifference(again, data))
	}
	s.Close()
	t.Cleanup(to.Close)
	return to
}

// firstDifference shows where the bodies of two images part.
func firstDifference(a, b []byte) string {
	n := 24 // behind the sum
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(data []byte) []byte { return data[max(0, n-60):min(len(data), n+40)] }
	return fmt.Sprintf("from byte %d on\n%q\n%q", n, around(a), around(b))
}

func TestAWorldThatIsFrozenAndThawedGoesOnAsItsTwin(t *testing.T) {
	came, seeds := map[string]int{}, propSeeds(t, 12)
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { twinRun(t, seed, came) })
	}
	for _, what := range []string{"refused", "overridden", "from 0 to 1", "from 1 to 0", "from 1 to 2"} {
		if came[what] == 0 && len(seeds) >= 12 {
			t.Errorf("%s: that never happened, of %v", what, came)
		}
	}
}

func twinRun(t *testing.T, seed uint64, came map[string]int) {
	r := rand.New(rand.NewPCG(seed, 11))
	gauges := seed%3 == 0
	var mods []*genModule
	for i := range 3 {
		mods = append(mods, generate(r, fmt.Sprint("m", i)))
	}
	source := func() map[string][]byte {
		files := map[string][]byte{}
		for _, m := range mods {
			files[m.name+".lua"] = []byte((&writer{}).module(m))
		}
		files["rows.lua"] = rowsSource(0, 5)
		return files
	}
	const setup = `R = require("rows") `
	live, still := newPropWorld(t, seed, source(), setup), newPropWorld(t, seed, source(), setup)
	o := propOptions(t, seed)
	stagers := map[*propWorld]*Stager{live: NewStager(o), still: NewStager(o)}
	rows := &rowsLife{t: t, r: r, worlds: stagers, came: came}
	for tick := range 50 {
		if r.IntN(4) == 0 {
			live.s = moved(t, live.s, o)
		}
		code := tickScript(r, mods) + fmt.Sprintf(" LOG('rows', R.poke(%d)) ", r.IntN(10))
		if !gauges && r.IntN(4) == 0 {
			rows.act()
		}
		got, want := live.play(code), still.play(code)
		if got != want {
			t.Fatalf("tick %d, release %d:\n%s\n--- this tick:\n%s", tick, live.s.Release().Number, diffLines(got, want), code)
		}
		if gauges && r.IntN(6) == 0 {
			m := mods[r.IntN(len(mods))]
			name := m.name + "." + m.pieces[r.IntN(len(m.pieces))].key
			for _, w := range []*propWorld{live, still} {
				w.s.Gauge([]string{name}) // as a canary does; a move takes it off
			}
		}
		if r.IntN(3) == 0 {
			changed := map[string][]byte{}
			for i, m := range mods {
				if r.IntN(2) == 0 {
					mods[i] = m.clone()
					mods[i].edit(r)
					changed[m.name+".lua"] = []byte((&writer{}).module(mods[i]))
				}
			}
			for _, w := range []*propWorld{live, still} {
				twinReload(t, w, stagers[w], changed)
			}
		}
	}
	if gauges {
		return // calls that have passed a wrapper stand otherwise
	}
	a, err := live.s.Image(nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := still.s.Image(nil); string(a) != string(b) {
		t.Errorf("the thawed world is %d bytes that differ from the other's %d: %s", len(a), len(b), firstDifference(a, b))
	}
}

func twinReload(t *testing.T, w *propWorld, g *Stager, changed map[string][]byte) {
	t.Helper()
	st, err := g.Stage(w.s.Release(), w.s.Release().With(w.s.Release().Number+1, changed), w.s.Modules())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Commit(w.s, st); err != nil {
		t.Fatal(err)
	}
	g.Adopt(st)
}
