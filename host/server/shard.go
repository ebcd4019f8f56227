package server

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"hotshard/console/command"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// Shard is what operators' commands act on.
func (s *Server) Shard() command.Shard {
	shard := command.Shard{
		Clock:    s.cfg.Clock,
		Identify: s.identify,
		Systems:  systems{s},
		Players:  players{s},
		Lua:      operator{s},
		Reload:   reloads{s},
		Unloader: unloader{s},
		Errors:   s.faults,
		Power:    s,
		Upgrader: s,
		Services: services{s},
		Store:    storeStats{s},
		Log:      s.tail,
		Audit:    audit{s},
		Releases: keptReleases{s},
		Patches:  patches{s},
		Probe:    probe{s}, Quarantine: s.quarantine, Memory: where{s},

		Logpoints: pointing{s},
		Community: community{s},
		Economy:   economy{s},
	}
	if s.recorder != nil {
		shard.Recordings, shard.Shadows = recordings{s}, s.shadows
	}
	if s.cfg.Ops != "" {
		shard.Tokens = s.tokens
	}
	if s.cfg.SSH != "" {
		shard.Operators = operators{s}
	}
	if s.cfg.Ops != "" {
		shard.Page = pages{s}
	}
	if s.mesh != nil {
		shard.Cluster = nodes{s}
	}
	return shard
}

func (s *Server) identify() command.Identity {
	id := command.Identity{
		Name: s.cfg.Shard, Production: s.cfg.Production, Release: s.universe.Release().Number,
		FourEyes: s.cfg.FourEyes, Version: s.cfg.Version, PID: os.Getpid(), Started: s.started,
	}
	id.Notices = append(id.Notices, s.notices...)
	for _, p := range s.health.problems() {
		id.Notices = append(id.Notices, "not well: "+p.text)
	}
	if wrong := s.books.wrong(); wrong != "" {
		id.Notices = append(id.Notices, wrong)
	}
	if id.Frozen = s.releases.controller.Frozen(); id.Frozen != nil {
		id.Notices = append(id.Notices, id.Frozen.String())
	}
	if id.Shutdown = s.power.countdown(); id.Shutdown != nil {
		id.Notices = append(id.Notices, id.Shutdown.Sentence(s.cfg.Clock.Now()))
	}
	return id
}

// operators implements command.Operators. The remote console is made after the
// shard that it serves.
type operators struct{ s *Server }

// ListOperators implements command.Operators.
func (o operators) ListOperators() ([]command.OperatorLine, []string) {
	return o.s.consoles.remote.ListOperators()
}

// systems implements command.Systems.
type systems struct{ s *Server }

// List implements command.Systems.
func (v systems) List(context.Context) ([]command.System, error) {
	m := v.s.universe.Map()
	list := make([]command.System, len(m.Systems))
	for i := range m.Systems {
		list[i] = v.line(m.Systems[i].Name)
	}
	return list, nil
}

func (v systems) line(name string) command.System {
	line := command.System{Name: name, Stats: system.Stats{Release: v.s.universe.Release().Number, Hz: system.DefaultHz, Dilation: 1, Share: 1}}
	if a := v.s.universe.Running(world.SystemAddress(name)); a != nil {
		line.Stats = a.Stats()
		line.CPU, line.Memory = v.s.load.of(line.Stats), v.s.holdings.of(a.Address())
	}
	return line
}

// Names implements command.Systems.
func (v systems) Names() []string {
	m := v.s.universe.Map()
	names := make([]string, len(m.Systems))
	for i := range m.Systems {
		names[i] = m.Systems[i].Name
	}
	return names
}

// Info implements command.Systems.
func (v systems) Info(ctx context.Context, name string) (command.SystemInfo, error) {
	m := v.s.universe.Map().ByName(name)
	if m == nil {
		return command.SystemInfo{}, fmt.Errorf("there is no system called %s", name)
	}
	info := command.SystemInfo{System: v.line(m.Name), Static: m, Errors: v.s.faults.in(world.SystemAddress(m.Name)), Most: cmp.Or(v.s.cfg.SystemMemory, script.MostHeld)}
	for _, id := range v.s.universe.Routes().Neighbours(nil, m.ID) {
		info.Gates = append(info.Gates, v.s.universe.Map().System(id).Name)
	}
	for _, p := range v.s.releases.controller.Patches() {
		if p.Status == release.PatchOpen && (p.Canary == nil || slices.Contains(p.Canary, m.Name)) {
			info.Patches = append(info.Patches, p.ID)
		}
	}
	a := v.s.universe.Running(world.SystemAddress(m.Name))
	if a == nil {
		return info, nil
	}
	err := v.s.universe.Between(ctx, []*system.System{a}, func(s *system.System) {
		if s.State() != nil {
			info.Tasks, info.Timers = len(s.State().Tasks()), len(s.State().TimerList())
		}
		if down := s.Down(); down != nil {
			info.Down = down.Error()
		}
	})
	return info, err
}

// players implements command.Players.
type players struct{ s *Server }

// Who implements command.Players.
func (v players) Who(ctx context.Context) ([]command.Player, error) {
	var mu sync.Mutex
	var all []command.Player
	err := v.s.universe.AskOf(ctx, v.populated(), func(s *system.System) {
		if s.Static() == nil {
			return
		}
		for _, p := range s.Players() {
			line := command.Player{ID: int64(p.ID), Name: p.Name, System: s.Static().Name, Lost: !p.Online()}
			if w, ok := v.s.gate.Find(p.ID); ok && w.From.IsValid() { // has been here since the start
				line.From, line.Since, line.Idle = w.From.String(), w.Since, v.s.cfg.Clock.Now().Sub(w.Acted)
			}
			if c := s.Static().Find(p.Station); c != nil {
				line.Docked = c.Name
			}
			if e, ok := s.Entity(p.Ship); ok {
				line.Ship = e.Type
			}
			mu.Lock()
			all = append(all, line)
			mu.Unlock()
		}
	})
	slices.SortFunc(all, func(a, b command.Player) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// populated are the systems with somebody in them: the others need not wake.
func (v players) populated() []*system.System {
	return slices.DeleteFunc(v.s.universe.Actors(), func(a *system.System) bool { return a.Stats().Players == 0 })
}

// Announce implements command.Players.
func (v players) Announce(_ context.Context, text string) (int, error) {
	if v.s.mesh != nil {
		return v.s.announceAll(text)
	}
	return v.s.announce(text), nil
}

// Kick implements command.Players.
func (v players) Kick(ctx context.Context, ids []int64, reason string) (int, error) {
	kicked := 0
	for _, id := range ids {
		p := world.CharacterID(id)
		at, in := v.s.universe.Where(p)
		if !in {
			continue
		}
		err := v.s.universe.Ask(ctx, at, func(s *system.System) {
			if s.Player(p) != nil {
				s.Handle(system.Leave{Player: p, Reason: reason})
				kicked++
			}
		})
		if err != nil {
			return kicked, err
		}
	}
	return kicked, nil
}

// operator implements command.Lua.
type operator struct{ s *Server }

// Eval implements command.Lua.
func (v operator) Eval(ctx context.Context, e command.Eval) (command.Evaluated, error) {
	type result struct {
		values []world.Value
		output string
		err    error
	}
	answer := make(chan result, 1)
	err := v.s.universe.Ask(ctx, operatorAddress(v.s.universe, e.System), func(s *system.System) {
		if s.State() == nil {
			answer <- result{err: fmt.Errorf("the scripts do not run here: %w", s.Down())}
			return
		}
		look := e.Expression || v.s.cfg.Production && !e.Write
		var printed strings.Builder
		s.State().EvalWith(script.EvalOptions{Code: e.Code, Author: e.Author, ReadOnly: look, Depth: e.Depth,
			Print: func(line string) {
				if printed.Len() < maxPrinted {
					printed.WriteString(line + "\n")
				}
			},
		}, func(values []world.Value, err error) { answer <- result{values, printed.String(), err} })
	})
	if err != nil {
		return command.Evaluated{}, err
	}
	select {
	case r := <-answer:
		return command.Evaluated{Values: r.values, Output: r.output}, r.err
	case <-ctx.Done():
		return command.Evaluated{}, ctx.Err()
	}
}

// maxPrinted bounds what an operator's code may print.
const maxPrinted = 64 << 10

// operatorAddress is what an operator means by a name: a system or, where there
// is none of that name, a service.
func operatorAddress(u *universe.Universe, name string) world.Address {
	if u.Map().ByName(name) == nil && u.Running(world.Address(name)) != nil {
		return world.Address(name)
	}
	return world.SystemAddress(bare(name))
}

// services implements command.Services.
type services struct{ s *Server }

// ListServices implements command.Services.
func (v services) ListServices(context.Context) ([]command.Service, error) {
	var list []command.Service
	for _, st := range v.s.universe.Stats() {
		if strings.HasPrefix(string(st.Address), "@") {
			continue
		}
		list = append(list, command.Service{Name: string(st.Address), Stats: st, Errors: v.s.faults.in(st.Address), Memory: v.s.holdings.of(st.Address)})
	}
	return list, nil
}
