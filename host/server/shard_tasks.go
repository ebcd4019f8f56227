package server

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"hotshard/console/command"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
)

// StopTasks implements command.Probe.
func (v probe) StopTasks(ctx context.Context, q command.TaskQuery) ([]command.Task, error) {
	wanted := func(t script.TaskInfo) bool {
		return (len(q.IDs) == 0 || slices.Contains(q.IDs, t.ID)) && (q.Release == 0 || t.Release == q.Release) &&
			(q.Function == "" || slices.Contains(t.Functions, q.Function))
	}
	ended, err := v.s.tasks(ctx, q.System, func(st *script.State) []script.TaskInfo { return st.StopTasks(wanted) })
	for _, t := range ended {
		v.s.log.Warn("a task was ended by an operator", "system", t.System, "task", t.ID, "where", t.Where, "release", t.Release)
	}
	return ended, err
}

// Timers implements command.Probe.
func (v probe) Timers(ctx context.Context, name string) ([]command.Timer, error) {
	return v.timers(ctx, name, (*script.State).TimerList)
}

// StopTimers implements command.Probe.
func (v probe) StopTimers(ctx context.Context, name string, ids []uint64) ([]command.Timer, error) {
	return v.timers(ctx, name, func(st *script.State) []script.TimerInfo {
		return slices.DeleteFunc(st.TimerList(), func(t script.TimerInfo) bool {
			return !slices.Contains(ids, t.ID) || !st.StopTimer(t.ID)
		})
	})
}

// timers collects timers from one system or from all that run.
func (v probe) timers(ctx context.Context, name string, list func(*script.State) []script.TimerInfo) ([]command.Timer, error) {
	actors, err := v.actors(name)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var out []command.Timer
	err = v.s.universe.Between(ctx, actors, func(sys *system.System) {
		if sys.State() == nil {
			return
		}
		found := list(sys.State())
		mu.Lock()
		defer mu.Unlock()
		for _, t := range found {
			out = append(out, command.Timer{System: bare(string(sys.Address())), TimerInfo: t})
		}
	})
	slices.SortStableFunc(out, func(a, b command.Timer) int { return strings.Compare(a.System, b.System) })
	return out, err
}

// Restart implements command.Systems. Nobody notices more than a pause: players are
// taken over with their ships, as after a panic.
func (v systems) Restart(ctx context.Context, name, author string) (int, error) {
	units, err := v.s.units([]string{name})
	if err != nil {
		return 0, err
	}
	a := v.s.universe.Running(operatorAddress(v.s.universe, units[0]))
	if a == nil {
		return 0, fmt.Errorf("%s is not loaded: it starts afresh when somebody comes", units[0])
	}
	players, failed := 0, error(nil)
	if err := v.s.universe.Between(ctx, []*system.System{a}, func(s *system.System) {
		failed = s.Restart()
		players = len(s.Players())
	}); err != nil {
		return 0, err
	}
	v.s.log.Warn("restarted by an operator", "system", units[0], "players", players, "by", author, "error", failed)
	if failed != nil {
		return players, fmt.Errorf("the scripts of %s do not start: %w", units[0], failed)
	}
	return players, nil
}

// Verdicts implements command.Releases.
func (v keptReleases) Verdicts(context.Context) (open, closed []release.Verdicted, err error) {
	open, closed = v.controller().Verdicts()
	slices.SortStableFunc(open, func(a, b release.Verdicted) int { return cmp.Compare(b.Release, a.Release) })
	return open, closed, nil
}
