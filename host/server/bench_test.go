package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// nobody is a connection that takes everything and keeps nothing.
type nobody struct{}

func (nobody) Send(*wire.Frame)                 {}
func (nobody) Reply(uint64, world.Value, error) {}
func (nobody) Cork()                            {}
func (nobody) Uncork()                          {}
func (nobody) NeedSnapshot() bool               { return false }
func (nobody) Close(string)                     {}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// manyTypes adds as many types as an economy has, of twelve fields besides those that all
// have.
func manyTypes(b *testing.B, cfg Config, n int) {
	b.Helper()
	var list strings.Builder
	list.WriteString("return {\n")
	for i := range n {
		fmt.Fprintf(&list, "{id = %d, name = 'Good %d', category = 'module', group = 'good', slot = 'low', text = 'A good thing.', mass = %d, volume = 2, cycle = 3, cap_use = 4, "+
			"damage = 5, optimal = 6, falloff = 7, tracking = 8, resolution = 9, repair = 10, speed_factor = 11, mass_added = 12},\n", 1_000_000+i, i, i+1)
	}
	list.WriteString("}\n")
	if err := os.WriteFile(filepath.Join(cfg.Scripts, "types", "many.lua"), []byte(list.String()), 0o644); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAwakeSystems measures what a system costs with the whole game loaded:
// 300 of 8,000, with several hundred types, first without anybody (they sleep), then with a player in each
// (they tick, and the game's patrols fly).
func BenchmarkAwakeSystems(b *testing.B) {
	const known, awake = 8000, 300
	m, err := static.Generate(1, known)
	if err != nil {
		b.Fatal(err)
	}
	cfg := config(b)
	cfg.Map, cfg.Log = m, slog.New(slog.DiscardHandler)
	cfg.Scripts = filepath.Join(filepath.Dir(cfg.Data), "game")
	copyTree(b, "../../scripts", cfg.Scripts)
	manyTypes(b, cfg, 400)
	for b.Loop() {
		began := time.Now()
		s := start(b, cfg)
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-start")
		u := s.Universe()
		empty := heap()
		began = time.Now()
		for i := range awake {
			if _, err := u.Start(world.SystemAddress(m.Systems[i*known/awake].Name)); err != nil {
				b.Fatal(err)
			}
		}
		if err := u.AskAll(context.Background(), func(*system.System) {}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-wake-300")
		asleep := heap()
		for i := range awake {
			place := m.Systems[i*known/awake]
			a, err := u.Start(world.SystemAddress(place.Name))
			if err != nil {
				b.Fatal(err)
			}
			if err := a.Post(system.Enter{Character: system.Character{ID: world.CharacterID(1e6 + i), Name: fmt.Sprint("P", i), System: place.ID}, Client: nobody{}, Reason: "login"}); err != nil {
				b.Fatal(err)
			}
		}
		time.Sleep(3 * time.Second) // patrols fly
		cpu := cpuSeconds()
		time.Sleep(3 * time.Second)
		b.ReportMetric((cpuSeconds()-cpu)/3, "cores-awake")
		busy := heap()
		b.ReportMetric(float64(asleep-empty)/awake/1024, "KiB/asleep")
		b.ReportMetric(float64(busy-empty)/awake/1024, "KiB/awake")
		b.ReportMetric(float64(residentBytes())/(1<<20), "MiB-rss")
		s.stop()
	}
}
