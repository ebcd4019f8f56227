package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"hotshard/bindings"
	"hotshard/console/command"
	"hotshard/data/static"
	"hotshard/runtime/clock"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// RecordDir is where a shard with a data folder has its recordings.
func RecordDir(data string) string { return filepath.Join(data, "record") }

// newRecorder makes what records the systems of the shard, nil where nothing is to be. A
// disk that cannot be written to is no reason not to play.
func (s *Server) newRecorder(p place) *record.Recorder {
	if s.cfg.Record.Off {
		return nil
	}
	r, err := record.New(record.Config{
		Dir: RecordDir(s.cfg.Data), Keep: s.cfg.Record.Keep, Every: s.cfg.Record.Every, Limit: s.cfg.Record.Limit, Shard: s.cfg.Shard, Run: s.run, Version: s.cfg.Version,
		Place: func(a world.Address) string {
			sum, _ := mapSum(p.m, a) // "" is the sum of no place
			return sum
		},
		Clock: s.cfg.Clock, Log: s.log, Map: p.packed,
	})
	if err != nil {
		s.log.Warn(record.CodeDropped+": nothing is recorded", "error", err)
		return nil
	}
	return r
}

// sink is what records one system.
func (s *Server) sink(cfg *system.Config) system.Sink {
	if s.recorder == nil {
		return nil
	}
	return s.recorder.Stream(cfg.Address, cfg)
}

// Rerun is how a recorded system is run again: with the words and the map of the shard that
// it is of, and nothing of it outside.
func Rerun(rec *record.Recording) (record.Setup, error) {
	m, err := static.Unmarshal(rec.World())
	if err != nil {
		return record.Setup{}, fmt.Errorf("the map of the recording cannot be read: %w", err)
	}
	return rerun(rec.Meta, m)
}

func rerun(meta record.Meta, m *world.Universe) (record.Setup, error) {
	deps := &bindings.Deps{
		Map: m, Routes: world.NewRouter(m), Characters: unheard{},
		Outside: func(func()) {}, // what came of it is in the recording
	}
	types := &bindings.TypeReader{}
	options := script.Options{Entry: []string{"main"}, Now: clock.Machine{}.Now, Strict: true, Data: types.Data, MostHeld: meta.MostHeld} // the date is the recording's
	cfg := system.Config{
		Address: meta.System, Module: meta.Module, Seed: meta.Seed, Hz: meta.Hz, Limits: meta.Limits, CohortsFrom: meta.CohortsFrom, Near: meta.Near,
		Script: options, Bind: bindings.Binder(deps), Events: bindings.Teller,
		NameOf: func(id world.SystemID) string {
			if m := m.System(id); m != nil {
				return m.Name
			}
			return ""
		},
	}
	if name, ok := strings.CutPrefix(string(meta.System), "@"); ok {
		if cfg.Static = m.ByName(name); cfg.Static == nil {
			return record.Setup{}, fmt.Errorf("the map of the recording has no system called %s", name)
		}
	}
	return record.Setup{System: cfg, Stage: func(program string) script.Options {
		o := options
		o.Entry, o.Bind = strings.Split(program, ","), bindings.Stager(deps)
		return o
	}}, nil
}

// unheard is everybody there is, for a system that is run again: what it asked is in the
// recording, what it says reaches nobody.
type unheard struct{ bindings.Characters }

// Tell implements bindings.Characters.
func (unheard) Tell(world.CharacterID, *wire.Frame) bool { return true }

// recordings implements command.Recordings.
type recordings struct{ s *Server }

func (v recordings) dir() string { return RecordDir(v.s.cfg.Data) }

// Keep implements command.Recordings.
func (v recordings) Keep(ctx context.Context, name string, during time.Duration, as, note string) (record.Kept, error) {
	a := operatorAddress(v.s.universe, name)
	if running := v.s.universe.Running(a); running != nil {
		a = running.Address()
		if err := v.s.universe.Between(ctx, []*system.System{running}, (*system.System).HandOn); err != nil {
			return record.Kept{}, err
		}
	}
	if err := v.s.recorder.Sync(ctx); err != nil {
		return record.Kept{}, err
	}
	return record.Keep(v.dir(), a, v.s.cfg.Clock.Now().Add(-during), as, note)
}

// List implements command.Recordings.
func (v recordings) List(context.Context) ([]record.Kept, error) { return record.List(v.dir()) }

// Show implements command.Recordings.
func (v recordings) Show(_ context.Context, name string) (record.Kept, error) {
	return record.Show(v.dir(), name)
}

// Drop implements command.Recordings.
func (v recordings) Drop(_ context.Context, name string) error { return record.Drop(v.dir(), name) }

// Figures implements command.Recordings.
func (v recordings) Figures() record.Figures { return v.s.recorder.Figures() }

var _ command.Recordings = recordings{}

// OpenRecording opens what somebody means: a file, the name of one that was kept, or what is
// recorded of @SYSTEM or of a service by the shard with the data folder.
func OpenRecording(data, what string) (*record.Recording, error) {
	dir := RecordDir(data)
	if strings.HasPrefix(what, "@") {
		return record.Open(dir, world.Address(what))
	}
	file, err := record.OpenFile(what)
	if err == nil {
		return file, nil
	}
	if kept, kerr := record.Show(dir, what); kerr == nil {
		return record.OpenFile(kept.Path)
	}
	if service, serr := record.Open(dir, world.Address(what)); serr == nil {
		return service, nil
	}
	return nil, errors.Join(err, fmt.Errorf("%s is no file, no recording that was kept and no service that was recorded in %s", what, dir))
}
