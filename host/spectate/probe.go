package spectate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hotshard/console/command"
	"hotshard/host/server"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
)

// probe implements command.Probe. Whoever measures takes steps of Lua, which is no difference
// to the recording; whoever ends something changes the copy.
type probe struct{ t *Theatre }

var errDown = errors.New("the scripts do not run here")

// state does something with the scripts.
func (v probe) state(ctx context.Context, name string, do func(*system.System, *script.State) error) error {
	return v.t.inside(ctx, name, func(s *system.System) error {
		if s.State() == nil {
			return errDown
		}
		return do(s, s.State())
	})
}

// Source implements command.Probe.
func (v probe) Source(ctx context.Context, name, function string) (src command.Source, err error) {
	return src, v.state(ctx, name, func(_ *system.System, st *script.State) error {
		file, fn, err := release.FindFunction(st.Release(), function)
		if err == nil {
			src = command.Source{
				Function: function, Code: fn.Text, Hash: release.Hash(fn.Text),
				Where: fmt.Sprintf("%s@%s:%d, release %d", file.Path, file.Hash[:6], fn.Line, st.Release().Number),
			}
		}
		return err
	})
}

// Tasks implements command.Probe.
func (v probe) Tasks(ctx context.Context, name string) (list []command.Task, err error) {
	return list, v.state(ctx, name, func(s *system.System, st *script.State) error {
		list = tasksOf(s, st.Tasks())
		return nil
	})
}

func tasksOf(s *system.System, infos []script.TaskInfo) (list []command.Task) {
	for _, info := range infos {
		list = append(list, command.Task{System: s.Static().Name, TaskInfo: info})
	}
	return list
}

// StopTasks implements command.Probe.
func (v probe) StopTasks(ctx context.Context, q command.TaskQuery) (list []command.Task, err error) {
	return list, v.state(ctx, q.System, func(s *system.System, st *script.State) error {
		v.t.touch()
		list = tasksOf(s, st.StopTasks(func(t script.TaskInfo) bool {
			return (len(q.IDs) == 0 || slices.Contains(q.IDs, t.ID)) && (q.Release == 0 || t.Release == q.Release) &&
				(q.Function == "" || slices.Contains(t.Functions, q.Function))
		}))
		return nil
	})
}

// Timers implements command.Probe.
func (v probe) Timers(ctx context.Context, name string) (list []command.Timer, err error) {
	return list, v.state(ctx, name, func(s *system.System, st *script.State) error {
		for _, info := range st.TimerList() {
			list = append(list, command.Timer{System: s.Static().Name, TimerInfo: info})
		}
		return nil
	})
}

// StopTimers implements command.Probe.
func (v probe) StopTimers(ctx context.Context, name string, ids []uint64) (list []command.Timer, err error) {
	return list, v.state(ctx, name, func(s *system.System, st *script.State) error {
		v.t.touch()
		for _, info := range st.TimerList() {
			if slices.Contains(ids, info.ID) && st.StopTimer(info.ID) {
				list = append(list, command.Timer{System: s.Static().Name, TimerInfo: info})
			}
		}
		return nil
	})
}

// touch notes that the copy is changed.
func (t *Theatre) touch() {
	t.deck.Touch()
	t.changed = true
}

// tracesPerSecond bounds what is told of a function that is called often.
const tracesPerSecond = 50

// Trace implements command.Probe: of the copy that there is; a seek ends it.
func (v probe) Trace(ctx context.Context, name, function string, call func(command.Traced) error) error {
	calls := make(chan command.Traced, 256)
	var traced *system.System
	var stop func()
	err := v.state(ctx, name, func(s *system.System, st *script.State) (err error) {
		traced = s
		stop, err = st.Trace(function, tracesPerSecond, func(c script.TracedCall) {
			select {
			case calls <- command.Traced{At: v.t.deck.Here().At, System: s.Static().Name, TracedCall: c}:
			default: // the reader does not keep up; the copy does not wait
			}
		})
		return err
	})
	if err != nil {
		return err
	}
	defer v.t.do(context.Background(), func() {
		if v.t.system() == traced {
			stop()
		}
	})
	for {
		select {
		case c := <-calls:
			if err := call(c); err != nil {
				return err
			}
		case <-v.t.over:
			return errOver
		case <-ctx.Done():
			return nil
		}
	}
}

// Profile implements command.Probe.
func (v probe) Profile(ctx context.Context, name string, during time.Duration) (samples []script.ProfileSample, pprof []byte, err error) {
	var profiled *system.System
	err = v.state(ctx, name, func(s *system.System, st *script.State) error {
		if profiled = s; !st.StartProfile() {
			return errors.New("another profile is under way")
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	began := v.t.cfg.Clock.Now()
	select {
	case <-v.t.cfg.Clock.Alarm(began.Add(during)):
	case <-ctx.Done():
	}
	err = v.state(context.WithoutCancel(ctx), name, func(s *system.System, st *script.State) error {
		if s != profiled {
			return errReplay("somebody went elsewhere in it, and the copy that was profiled is gone")
		}
		samples = st.StopProfile()
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	pprof, err = server.Pprof(samples, began, during)
	return samples, pprof, err
}

// Hot implements command.Probe.
func (probe) Hot(context.Context, command.HotQuery) (hot command.Hot, err error) {
	return hot, errReplay("its steps are not gathered. profile says where time goes while it plays")
}
