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
		Errors:   errorsOf{s},
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
func (v systems) List(ctx context.Context) ([]command.System, error) {
	m := v.s.universe.Map()
	list := make([]command.System, len(m.Systems))
	for i := range m.Systems {
		list[i] = v.line(m.Systems[i].Name)
	}
	if v.s.mesh == nil {
		return list, nil
	}
	return list, v.s.lookAtAll(ctx, sight{What: seeSystems}, func(node string, there seen) {
		for _, line := range there.Systems {
			if i := slices.IndexFunc(m.Systems, func(y world.SolarSystem) bool { return y.Name == line.Name }); i >= 0 {
				list[i] = line
				list[i].Node = node
			}
		}
	})
}

// here are those that run in this process.
func (v systems) here() (list []command.System) {
	for _, a := range v.s.universe.Actors() {
		if name, is := strings.CutPrefix(string(a.Address()), "@"); is {
			list = append(list, v.line(name))
		}
	}
	return list
}

func (v systems) line(name string) command.System {
	line := command.System{Name: name, Stats: system.Stats{Release: v.s.universe.Release().Number, Hz: system.DefaultHz, Dilation: 1, Share: 1}}
	if a := v.s.universe.Running(world.SystemAddress(name)); a != nil {
		line.Node = v.s.cfg.Cluster.Node
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
	all, err := v.here(ctx)
	if v.s.mesh != nil && err == nil {
		homes := map[int64]command.Player{}
		err = v.s.lookAtAll(ctx, sight{What: seePlayers}, func(_ string, there seen) {
			all = append(all, there.Players...)
			for _, p := range there.Homes {
				homes[p.ID] = p
			}
		})
		for i, p := range all {
			if h, ok := homes[p.ID]; ok && p.From == "" {
				all[i].From, all[i].Since, all[i].Idle = h.From, h.Since, h.Idle
			}
		}
	}
	slices.SortFunc(all, func(a, b command.Player) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// homes are those whose sockets this process has.
func (v players) homes() (all []command.Player) {
	for _, w := range v.s.gate.Everybody() {
		if w.From.IsValid() {
			all = append(all, command.Player{ID: int64(w.Character), From: w.From.String(), Since: w.Since, Idle: v.s.cfg.Clock.Now().Sub(w.Acted)})
		}
	}
	return all
}

// here are those in systems of this process.
func (v players) here(ctx context.Context) ([]command.Player, error) {
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
	kicked, err := v.kick(ctx, ids, reason)
	if v.s.mesh != nil && err == nil && kicked < len(ids) {
		err = v.s.lookAtAll(ctx, sight{What: seeKicked, Players: ids, Text: reason}, func(_ string, there seen) { kicked += there.Kicked })
	}
	return kicked, err
}

// kick is Kick of those in systems of this process.
func (v players) kick(ctx context.Context, ids []int64, reason string) (int, error) {
	kicked := 0
	for _, id := range ids {
		p := world.CharacterID(id)
		at, in := v.s.universe.Where(p)
		if !in || v.s.mesh != nil && !v.s.mesh.Here(at) {
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
	name = bare(name)
	if u.Map().ByName(name) == nil && (u.Running(world.Address(name)) != nil || slices.Contains(universe.ServiceNames(u.Release()), name)) {
		return world.Address(name) // wherever in a cluster it runs
	}
	return world.SystemAddress(name)
}

// services implements command.Services.
type services struct{ s *Server }

// ListServices implements command.Services.
func (v services) ListServices(ctx context.Context) ([]command.Service, error) {
	list := v.here()
	if v.s.mesh == nil {
		return list, nil
	}
	err := v.s.lookAtAll(ctx, sight{What: seeServices}, func(_ string, there seen) { list = append(list, there.Services...) })
	slices.SortFunc(list, func(a, b command.Service) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// here are those that run in this process.
func (v services) here() (list []command.Service) {
	for _, st := range v.s.universe.Stats() {
		if strings.HasPrefix(string(st.Address), "@") {
			continue
		}
		list = append(list, command.Service{Name: string(st.Address), Node: v.s.cfg.Cluster.Node, Stats: st, Errors: v.s.faults.in(st.Address), Memory: v.s.holdings.of(st.Address)})
	}
	return list
}
