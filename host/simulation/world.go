package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hotshard/bindings"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/server"
	"hotshard/runtime/clock"
	"hotshard/runtime/script"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// size is how many systems the map has; those run where somebody is.
const size = 200

// World is a shard's insides on one goroutine: systems and services take their ticks one
// after the other.
type World struct {
	cfg     Config
	m       *world.Universe
	store   *store.Store
	release *code.Release
	types   *catalogue.Set
	reader  *bindings.TypeReader
	bind    func(*system.System, *script.State)

	now      time.Time
	systems  []*system.System // in the order of their start
	services []*system.System
	by       map[world.Address]*system.System
	people   people
	agents   []*Agent
	waiting  timers
	ready    []*Agent

	ticks, commands, refused int64
	faults                   []string
	spent                    spent
}

func newWorld(cfg Config, dir string) (w *World, err error) {
	w = &World{cfg: cfg, now: epoch, by: map[world.Address]*system.System{}, reader: &bindings.TypeReader{}}
	w.people.world, w.people.at = w, map[world.CharacterID]*person{}
	if w.m, err = static.Generate(cfg.Seed, size); err != nil {
		return nil, err
	}
	if w.release, err = readScripts(cfg.Scripts); err != nil {
		return nil, err
	}
	set, wrong := catalogue.Read(w.release)
	if len(wrong) > 0 {
		return nil, fmt.Errorf("the types of the scripts: %v", wrong[0])
	}
	w.types = set
	if w.store, err = store.Open(context.Background(), filepath.Join(dir, database), storeOptions(func() time.Time { return w.now }, server.StarterPurse)); err != nil {
		return nil, err
	}
	if err := w.furnish(dir); err != nil {
		w.close()
		return nil, err
	}
	deps := server.StoreDeps(w.m, world.NewRouter(w.m), w.store)
	deps.Characters = &w.people
	deps.Outside = func(work func()) { // in the same tick of every run
		began := time.Now()
		work()
		w.spent.store += time.Since(began)
	}
	w.bind = bindings.Binder(deps)
	if err := w.startServices(); err != nil {
		w.close()
		return nil, err
	}
	return w, w.populate()
}

// furnish leaves in the folder what reports want of a shard's: the map, and the scripts that run.
func (w *World) furnish(dir string) error {
	if err := static.Save(filepath.Join(dir, "universe-simulated.hsu"), w.m); err != nil {
		return err
	}
	ctx, files := w.background(), map[string][]byte{}
	for path, f := range w.release.Files {
		files[path] = f.Source
	}
	r, err := w.store.AddRelease(ctx, store.Release{Author: "simulation", Files: files})
	if err == nil {
		err = w.store.BeginRelease(ctx, r.Number)
	}
	if err == nil {
		err = w.store.FinishRelease(ctx, r.Number, store.ReleaseLive, "")
	}
	return err
}

// readScripts reads a folder as a release.
func readScripts(root string) (*code.Release, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".lua" || strings.HasSuffix(path, "_test.lua") {
			return err
		}
		files[path], err = os.ReadFile(filepath.Join(root, path))
		return err
	})
	if err == nil && files["main.lua"] == nil {
		err = fmt.Errorf("there is no main.lua in %s: --scripts names the folder of the game's scripts", root)
	}
	return code.NewRelease(1, files), err
}

// config is what all systems and services have in common.
func (w *World) config(address world.Address, static *world.SolarSystem, module string, entry []string) system.Config {
	return system.Config{
		Address: address, Static: static, Module: module, Seed: w.cfg.Seed, Hz: w.cfg.Hz, CohortsFrom: -1,
		Release: func() *code.Release { return w.release },
		Script:  script.Options{Entry: entry, Started: epoch, Now: w.time, Strict: true, Data: w.reader.Data},
		Bind:    w.bind, Events: bindings.Teller, Router: (*router)(w), Saver: forgetful{}, Clock: clock.Told(w.time),
		OnFault: func(a world.Address, f script.Fault) { w.fault(string(a) + ": " + f.Message) },
		OnLog: func(a world.Address, level, module, text string) {
			if level == slog.LevelError.String() || strings.EqualFold(level, "error") {
				w.fault(string(a) + ": " + module + ": " + text)
			}
		},
	}
}

func (w *World) time() time.Time { return w.now }

// mostFaults is how many are kept.
const mostFaults = 20

func (w *World) fault(text string) {
	if len(w.faults) < mostFaults {
		w.faults = append(w.faults, text)
	}
}

// forgetful is a saver: nobody comes back to a simulation.
type forgetful struct{}

// Save does nothing.
func (forgetful) Save([]system.Character) {}

func (w *World) startServices() error {
	var names []string
	for path := range w.release.Files {
		if name, ok := strings.CutPrefix(path, "services/"); ok {
			names = append(names, strings.TrimSuffix(name, ".lua"))
		}
	}
	slices.Sort(names)
	for _, name := range names {
		module := "services." + name
		if err := w.start(system.New(w.config(world.Address(name), nil, module, []string{module})), &w.services); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) start(s *system.System, list *[]*system.System) error {
	if err := s.Start(w.now); err != nil {
		return fmt.Errorf("%s does not run: %w", s.Address(), err)
	}
	*list = append(*list, s)
	w.by[s.Address()] = s
	return nil
}

// system is the one of the map, which runs from then on.
func (w *World) system(of *world.SolarSystem) (*system.System, error) {
	address := world.SystemAddress(of.Name)
	if s := w.by[address]; s != nil {
		return s, nil
	}
	if err := w.start(system.New(w.config(address, of, "", []string{"main"})), &w.systems); err != nil {
		return nil, err
	}
	return w.by[address], nil
}

func (w *World) close() {
	for _, a := range w.agents {
		a.stop()
	}
	for _, s := range append(w.systems, w.services...) {
		s.State().Close()
	}
	if err := w.store.Close(); err != nil {
		w.fault(err.Error())
	}
}

// rounds is how often services take their turn in a tick, so that a call that asks the
// store some times is answered in one.
const rounds = 6

// run goes on for as many days as were asked for.
func (w *World) run(ctx context.Context) error {
	total := int64(w.cfg.Days*24*3600*w.cfg.Hz + 0.5)
	hour := int64(3600 * w.cfg.Hz)
	for tick := int64(1); tick <= total; tick++ {
		w.now = epoch.Add(time.Duration(float64(tick) / w.cfg.Hz * float64(time.Second)))
		if err := w.tick(); err != nil {
			return err
		}
		if tick%hour == 0 {
			if w.cfg.Progress != nil {
				w.cfg.Progress(float64(tick / hour))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// tick lets everybody act whose time it is, and everything run for a tick.
func (w *World) tick() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(err, fmt.Errorf("after %s: %v", w.now.Sub(epoch), p))
		}
	}()
	began := time.Now()
	w.wake()
	began = w.spent.note(&w.spent.agents, began)
	for i := 0; i < len(w.systems); i++ { // some start meanwhile
		w.systems[i].Turn(w.now)
	}
	w.ticks += int64(len(w.systems) + rounds*len(w.services))
	began = w.spent.note(&w.spent.systems, began)
	for range rounds {
		for _, s := range w.services {
			s.Turn(w.now)
		}
	}
	w.spent.note(&w.spent.services, began)
	return nil
}

// spent is what real time went into.
type spent struct{ systems, services, store, agents time.Duration }

// note counts what went by since a time, and returns the time.
func (s *spent) note(to *time.Duration, since time.Time) time.Time {
	began := time.Now()
	*to += began.Sub(since)
	return began
}

func (s *spent) shares(took time.Duration) Shares {
	part := func(d time.Duration) float64 { return d.Seconds() / took.Seconds() }
	return Shares{part(s.systems), part(s.services), part(s.store), part(s.agents)}
}

// stations are those of a system, in the order of their numbers.
func stations(of *world.SolarSystem) (list []world.Celestial) {
	return celestials(of, world.KindStation)
}

func celestials(of *world.SolarSystem, kind world.Kind) (list []world.Celestial) {
	for _, c := range of.Celestials {
		if c.Kind == kind {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b world.Celestial) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// background is for calls of the store that nobody takes back.
func (w *World) background() context.Context { return context.Background() }
