package spectate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"hotshard/console/command"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Shard is what operators' commands act on: the copy, as a shard with one system.
func (t *Theatre) Shard() command.Shard {
	return command.Shard{
		Clock: t.cfg.Clock, Identify: t.identify,
		Systems: stage{t}, Players: cast{t}, Lua: prompter{t}, Errors: mistakes{t}, Probe: probe{t},
	}
}

func (t *Theatre) identify() command.Identity {
	id := command.Identity{Name: "replay of " + t.name, Version: t.cfg.Version, PID: os.Getpid()}
	if t.do(context.Background(), func() { id.Release = t.system().Release() }) == nil {
		id.Notices = []string{"this is a copy of " + string(t.meta.System) + ", run again: nothing leaves it, and a seek forgets what was changed in it"}
	}
	return id
}

// of refuses another system than the one that there is.
func (t *Theatre) of(name string) error {
	own := t.system().Static().Name
	if name == "" || strings.EqualFold(strings.TrimPrefix(name, "@"), own) {
		return nil
	}
	return command.Refuse(command.CodeUsage, "this is a replay of @%s: there is nothing else", own)
}

// inside does something with the system, where it is the one that is meant.
func (t *Theatre) inside(ctx context.Context, name string, do func(*system.System) error) (err error) {
	derr := t.do(ctx, func() {
		if err = t.of(name); err == nil {
			err = do(t.system())
		}
	})
	return errors.Join(derr, err)
}

// errReplay is the error of what has no sense in a replay.
func errReplay(mend string) error { return command.Refuse(codeReplay, "this is a replay: %s", mend) }

// stage implements command.Systems.
type stage struct{ t *Theatre }

// List implements command.Systems.
func (v stage) List(ctx context.Context) (list []command.System, err error) {
	return list, v.t.inside(ctx, "", func(s *system.System) error { list = []command.System{line(s)}; return nil })
}

// line is a line about the system: nothing of it is measured that is not of the game.
func line(s *system.System) command.System {
	return command.System{Name: s.Static().Name, Stats: system.Stats{
		Address: s.Address(), Up: s.Down() == nil, Awake: true, Players: len(s.Players()), Entities: s.Len(),
		Release: s.Release(), Tick: s.Tick(), Hz: s.Hz(), Dilation: s.Dilation(), Cap: s.Cap(),
	}}
}

// Names implements command.Systems.
func (v stage) Names() []string { return []string{strings.TrimPrefix(string(v.t.meta.System), "@")} }

// Info implements command.Systems.
func (v stage) Info(ctx context.Context, name string) (info command.SystemInfo, err error) {
	return info, v.t.inside(ctx, name, func(s *system.System) error {
		info = command.SystemInfo{System: line(s), Static: s.Static(), Errors: len(v.t.faultsHere())}
		for _, c := range s.Static().Celestials {
			if to := v.t.world.System(c.Dest); c.Kind == world.KindGate && to != nil {
				info.Gates = append(info.Gates, to.Name)
			}
		}
		if st := s.State(); st != nil {
			info.Tasks, info.Timers = len(st.Tasks()), len(st.TimerList())
		}
		return nil
	})
}

// Restart implements command.Systems.
func (stage) Restart(context.Context, string, string) (int, error) {
	return 0, errReplay("seek, and there is another copy")
}

// cast implements command.Players.
type cast struct{ t *Theatre }

// Who implements command.Players.
func (v cast) Who(ctx context.Context) (list []command.Player, err error) {
	return list, v.t.inside(ctx, "", func(s *system.System) error {
		for _, p := range byName(s.Players()) {
			one := command.Player{ID: int64(p.ID), Name: p.Name, System: s.Static().Name, Lost: !p.Online()}
			if c := s.Static().Find(p.Station); c != nil {
				one.Docked = c.Name
			}
			if e, ok := s.Entity(p.Ship); ok {
				one.Ship = e.Type
			}
			list = append(list, one)
		}
		return nil
	})
}

// Announce implements command.Players.
func (cast) Announce(context.Context, string) (int, error) {
	return 0, errReplay("nobody is there to hear it")
}

// Kick implements command.Players.
func (cast) Kick(context.Context, []int64, string) (int, error) {
	return 0, errReplay("nobody is there to be put out")
}

// mistakes implements command.Errors.
type mistakes struct{ t *Theatre }

// faultsHere are the errors up to where the copy stands, those too that it made because
// somebody has changed it.
func (t *Theatre) faultsHere() []fault { return append(t.scout.until(t.deck.Here()), t.faults...) }

// Groups implements command.Errors.
func (v mistakes) Groups(ctx context.Context, name string) (list []command.ErrorGroup, err error) {
	type key struct {
		function, in, message string
		release               int
	}
	groups := map[key]*command.ErrorGroup{}
	err = v.t.inside(ctx, name, func(s *system.System) error {
		for _, f := range v.t.faultsHere() {
			k := key{f.Function, f.Origin, f.Message, f.Release}
			g := groups[k]
			if g == nil {
				g = &command.ErrorGroup{Function: f.Function, In: f.Origin, Message: f.Message, Release: f.Release, First: f.at.At, Systems: []string{s.Static().Name}}
				groups[k] = g
			}
			g.Count++
			g.Where, g.Last, g.Player, g.Traceback = f.Place, f.at.At, f.Player, f.Traceback
		}
		return nil
	})
	for _, g := range groups {
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b command.ErrorGroup) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Function, b.Function), cmp.Compare(a.Message, b.Message))
	})
	return list, err
}

// stands is a sentence of where the replay stands.
func (t *Theatre) stands() string {
	here := t.deck.Here()
	how := "paused"
	if t.pace.playing {
		how = fmt.Sprintf("playing at %g", t.pace.speed)
	}
	text := fmt.Sprintf("tick %d, %s, %s", here.Tick, here.At.Local().Format("2006-01-02 15:04:05.000"), how)
	if t.deck.Touched() {
		text += "; the copy was changed: a seek forgets that"
	}
	if err := t.deck.Broken(); err != nil {
		text += "; " + err.Error()
	}
	return text
}
