package server

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// BenchmarkSaveToLive saves a script of the whole game while 500 systems tick, and
// measures from the moment the watcher notices (its settle time of 50 ms
// included) until every system runs the new code, and how many ticks came late
// meanwhile, against the same time without saving.
func BenchmarkSaveToLive(b *testing.B) {
	const awake = 500
	m, err := static.Generate(1, 2*awake)
	if err != nil {
		b.Fatal(err)
	}
	cfg := config(b)
	os.RemoveAll(cfg.Scripts)
	copyTree(b, "../../scripts", cfg.Scripts)
	cfg.Map = m
	s := start(b, cfg)
	for i := range awake {
		place := m.Systems[i]
		a, err := s.universe.Start(world.SystemAddress(place.Name))
		if err != nil {
			b.Fatal(err)
		}
		if err := a.Post(system.Enter{Character: system.Character{ID: world.CharacterID(1e6 + i), Name: fmt.Sprint("P", i), System: place.ID}, Client: nobody{}, Reason: "login"}); err != nil {
			b.Fatal(err)
		}
	}
	time.Sleep(3 * time.Second)
	b.Logf("%+v", s.universe.Stats()[:3])
	late := func() (n uint64) {
		for _, st := range s.universe.Stats() {
			n += st.Late
		}
		return n
	}
	const rounds = 40
	before := late()
	time.Sleep(rounds * 300 * time.Millisecond)
	quiet := late() - before
	path := filepath.Join(cfg.Scripts, "flight.lua")
	src, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	before = late()
	for b.Loop() {
		for i := range rounds {
			text := fmt.Sprintf("%s\nlocal function unused%d() return %d end\nflight.probe = unused%d\nreturn flight\n", src[:len(src)-len("return flight\n")], i, i, i)
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
			o := s.releases.controller.Last()
			if o.Verdict != "apply" || o.Units < awake {
				b.Fatalf("%d units: %s %+v", o.Units, o, s.universe.Stats()[:5])
			}
			took = append(took, o.Took)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "ms-p99")
	b.ReportMetric(float64(quiet), "late-ticks-quiet")
	b.ReportMetric(float64(late()-before), "late-ticks-reloading")
}
