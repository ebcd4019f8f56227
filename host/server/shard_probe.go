package server

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
)

// probe implements command.Probe.
type probe struct{ s *Server }

// Source implements command.Probe.
func (v probe) Source(ctx context.Context, name, function string) (command.Source, error) {
	c := v.s.releases.controller
	unit := ""
	if name != "" {
		units, err := v.s.units([]string{name})
		if err != nil {
			return command.Source{}, err
		}
		unit = units[0]
	}
	file, fn, err := c.FindFunctionOn(unit, function)
	if err != nil {
		return command.Source{}, err
	}
	src := command.Source{Function: function, Code: fn.Text, Hash: release.Hash(fn.Text), Where: fmt.Sprintf("%s@%s:%d", file.Path, file.Hash[:6], fn.Line)}
	units, canary := c.CanaryUnits()
	on := slices.Contains(units, unit)
	if on {
		src.Where += fmt.Sprintf(", release %d, a canary", canary)
	} else if from, ok := c.Origin(function); ok {
		src.Where += fmt.Sprintf(", since release %d by %s at %s", from.Release.Number, cmp.Or(from.Author, "disk"), from.At.Format("2006-01-02 15:04:05"))
	}
	for _, p := range c.Patches() {
		if p.Function == function && p.Status == release.PatchOpen && (p.Canary == nil || on) {
			src.Patch = p.ID
		}
	}
	return src, nil
}

// Tasks implements command.Probe.
func (v probe) Tasks(ctx context.Context, name string) ([]command.Task, error) {
	return v.s.tasks(ctx, name, (*script.State).Tasks)
}

// tracesPerSecond bounds what tracing costs a system.
const tracesPerSecond = 50

// Trace implements command.Probe.
func (v probe) Trace(ctx context.Context, name, function string, call func(command.Traced) error) error {
	actors, err := v.actors(name)
	if err != nil {
		return err
	}
	calls := make(chan command.Traced, 256)
	var mu sync.Mutex
	stops := map[*system.System]func(){}
	var failed error
	err = v.s.universe.Between(ctx, actors, func(sys *system.System) {
		if sys.State() == nil {
			return
		}
		unit := bare(string(sys.Address()))
		stop, err := sys.State().Trace(function, tracesPerSecond, func(c script.TracedCall) {
			select {
			case calls <- command.Traced{At: v.s.cfg.Clock.Now(), System: unit, TracedCall: c}:
			default: // the reader does not keep up; the system does not wait
			}
		})
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = err
		} else {
			stops[sys] = stop
		}
	})
	defer v.stopTraces(stops)
	if err == nil && len(stops) == 0 {
		err = failed
	}
	if err != nil {
		return err
	}
	for {
		select {
		case c := <-calls:
			if err := call(c); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func (v probe) stopTraces(stops map[*system.System]func()) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for sys, stop := range stops {
		if err := v.s.universe.Between(ctx, []*system.System{sys}, func(*system.System) { stop() }); err != nil {
			v.s.log.Warn("a trace could not be ended; the next reload ends it", "system", sys.Address(), "error", err)
		}
	}
}

func (v probe) actors(name string) ([]*system.System, error) {
	if name == "" {
		return v.s.universe.Actors(), nil
	}
	a, err := v.s.universe.Start(operatorAddress(v.s.universe, name))
	return []*system.System{a}, err
}

// Profile implements command.Probe.
func (v probe) Profile(ctx context.Context, name string, during time.Duration) ([]script.ProfileSample, []byte, error) {
	actors, err := v.actors(name)
	if err != nil {
		return nil, nil, err
	}
	var started []*system.System
	var mu sync.Mutex
	err = v.s.universe.Between(ctx, actors, func(sys *system.System) {
		if sys.State() != nil && sys.State().StartProfile() {
			mu.Lock()
			started = append(started, sys)
			mu.Unlock()
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if len(started) == 0 {
		return nil, nil, fmt.Errorf("no system was free to be profiled; another profile may be under way")
	}
	select {
	case <-v.s.cfg.Clock.Alarm(v.s.cfg.Clock.Now().Add(during)):
	case <-ctx.Done():
	}
	var samples []script.ProfileSample
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = v.s.universe.Between(end, started, func(sys *system.System) {
		if sys.State() != nil {
			got := sys.State().StopProfile()
			mu.Lock()
			samples = append(samples, got...)
			mu.Unlock()
		}
	})
	if err != nil {
		return nil, nil, err
	}
	encoded, err := Pprof(samples, v.s.cfg.Clock.Now().Add(-during), during)
	return samples, encoded, err
}
