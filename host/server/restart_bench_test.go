package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
)

// BenchmarkRestart measures a stop and a start of the whole game with 300 of 8,000 systems
// awake, a player and the game's patrols in each: the stop, the bytes of the images, the
// going on by itself, and the time from a start to the first player's snapshot; the same
// with a file of the scripts changed in between.
func BenchmarkRestart(b *testing.B) {
	const known, awake = 8000, 300
	m, err := static.Generate(1, known)
	if err != nil {
		b.Fatal(err)
	}
	cfg := config(b)
	cfg.Map, cfg.Log = m, slog.New(slog.DiscardHandler)
	cfg.Scripts = filepath.Join(filepath.Dir(cfg.Data), "game")
	copyTree(b, "../../scripts", cfg.Scripts)
	s := start(b, cfg)
	spread(b, s, awake)
	for i := range awake {
		login(b, s.Addr(), fmt.Sprint("Pilot", i), wire.Binary).event("system")
	}
	time.Sleep(3 * time.Second) // patrols fly
	for n := 0; b.Loop(); n++ {
		began := time.Now()
		s.stop()
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-stop")
		b.ReportMetric(float64(imageBytes(b, cfg))/1024, "KiB-images")
		if n%2 == 1 {
			rewriteFile(b, filepath.Join(cfg.Scripts, "main.lua"), fmt.Sprintf("\n-- %d\n", n))
		}
		began = time.Now()
		s = start(b, cfg)
		if s.recalled.systems < awake || s.recalled.players != awake {
			b.Fatalf("only %v: %v", s.recalled, s.notices)
		}
		pilot := login(b, s.Addr(), "Pilot7", wire.Binary)
		if place := pilot.event("system"); place["ship"] != nil {
			pilot.snapshot()
		}
		kind := []string{"same", "changed"}[n%2]
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-play-"+kind)
		b.ReportMetric(float64(s.recalled.took.Milliseconds()), "ms-going-on-"+kind)
		b.ReportMetric(float64(residentBytes())/(1<<20), "MiB-rss")
	}
}

// spread makes accounts of pilots, each in another system.
func spread(b *testing.B, s *shard, n int) {
	b.Helper()
	for i := range n {
		place := s.cfg.Map.Systems[i*len(s.cfg.Map.Systems)/n]
		if _, err := s.store.Register(context.Background(), fmt.Sprint("Pilot", i), "secret secret", store.Character{System: place.ID}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRestartAfterKill is BenchmarkRestart for the real program, which is killed
// fifty seconds after a start: what goes on is the images of then and all that was
// recorded since.
func BenchmarkRestartAfterKill(b *testing.B) {
	const known, awake = 8000, 300
	m, err := static.Generate(1, known)
	if err != nil {
		b.Fatal(err)
	}
	cfg := config(b)
	cfg.Map, cfg.Log, cfg.Scripts = m, slog.New(slog.DiscardHandler), "../../scripts"
	s := start(b, cfg)
	spread(b, s, awake)
	s.stop()
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", savedMap(b, m)}
	p := launch(b, args...)
	for i := range awake {
		login(b, p.addr, fmt.Sprint("Pilot", i), wire.Binary).event("system")
	}
	for b.Loop() {
		time.Sleep(50 * time.Second)
		p.kill()
		began := time.Now()
		p = launch(b, args...)
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-start")
		pilot := login(b, p.addr, "Pilot7", wire.Binary)
		if place := pilot.event("system"); place["ship"] != nil {
			pilot.snapshot()
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-play")
		for len(p.said) > 0 {
			b.Log(<-p.said)
		}
	}
}

func imageBytes(b *testing.B, cfg Config) (n int64) {
	b.Helper()
	paths, err := images{imagesDir(cfg.Data)}.list()
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

func rewriteFile(b *testing.B, path, more string) {
	b.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append(text, more...), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}
