// Package commandtest is a small shard in memory for tests of the console: its
// systems are real Lua states, its lists are what a test put into them. Each subject
// embeds the interface that it stands for: a method that no test needs is not there,
// and a new one costs nothing here.
package commandtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/console/command"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/system"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// Shard is the shard. Its exported fields may be set before it is used, and with
// Do while it is.
type Shard struct {
	mu       sync.Mutex
	Identity command.Identity
	Players  []command.Player
	Faults   []command.ErrorGroup
	Tested   command.Tested    // what the tests of saves and promotions come to
	Outcomes []release.Outcome // what Reload.Now and Wait answer next
	Patches  []command.Patched
	Entries  []command.AuditEntry
	Releases []command.Release
	Tasks    []command.Task
	Promoted []release.Wish // to all
	Trying   map[int]int    // the canaries that run
	Down     bool           // a shutdown was asked for
	In       time.Duration
	Reason   string
	Told     []string // announcements
	Kicked   []int64
	Imposed  []command.Sanction
	Money    int64               // of everybody
	Books    []command.Posting   // what was given
	Wrong    []string            // in the books
	Watched  []release.Verdicted // and Closed are what Verdicts answers
	Closed   []release.Verdicted
	// Busy is closed when somebody waits in Wait, Tail or Trace.
	Busy chan struct{}
	// Lines feeds Tail.
	Lines chan command.LogLine

	systems map[string]*lua.LState
	names   []string
}

// New returns a development shard of three systems, with two players online.
func New() *Shard {
	s := &Shard{
		Identity: command.Identity{Name: "dev", Release: 3, Version: "test", PID: 1, Started: time.Now()},
		Players: []command.Player{
			{ID: 1, Name: "Ada", System: "Jita", Ship: "Kestrel", From: "127.0.0.1:4000"},
			{ID: 2, Name: "Bob Ray", System: "Amarr", Docked: "Amarr VIII"},
		},
		Busy:    make(chan struct{}, 16),
		Lines:   make(chan command.LogLine, 16),
		systems: map[string]*lua.LState{},
		names:   []string{"Amarr", "Jita", "Perimeter"},
	}
	for _, n := range s.names {
		s.systems[n] = lua.NewState()
		vm.Set(s.systems[n].G.Global, lua.LString("name"), lua.LString(n))
	}
	return s
}

// Do changes the shard while it is served.
func (s *Shard) Do(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// Command returns the shard as the commands see it.
func (s *Shard) Command() command.Shard {
	return command.Shard{
		Identify: func() command.Identity { s.mu.Lock(); defer s.mu.Unlock(); return s.Identity },
		Systems:  systems{Shard: s}, Players: players{Shard: s}, Lua: console{Shard: s}, Reload: reloads{Shard: s}, Unloader: reloads{Shard: s}, Errors: faults{Shard: s},
		Power: power{Shard: s}, Releases: releases{Shard: s}, Patches: patches{Shard: s}, Probe: probe{Shard: s}, Services: services{Shard: s},
		Store: services{Shard: s}, Log: logs{Shard: s}, Audit: audit{Shard: s}, Community: community{Shard: s}, Economy: economy{s}, Cluster: cluster{},
	}
}

func (s *Shard) find(name string) (string, error) {
	for _, n := range s.names {
		if strings.EqualFold(n, name) {
			return n, nil
		}
	}
	return "", fmt.Errorf("there is no system %s", name)
}

// busy tells the test that a command waits.
func (s *Shard) busy() {
	select {
	case s.Busy <- struct{}{}:
	default:
	}
}

type systems struct {
	command.Systems
	*Shard
}

func (y systems) Names() []string { return y.names }

func (y systems) List(ctx context.Context) ([]command.System, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	list := []command.System{}
	for _, n := range y.names {
		e := command.System{Name: n, Stats: system.Stats{Release: y.Identity.Release, Hz: 10, Dilation: 1}}
		for _, p := range y.Players {
			if p.System == n {
				e.Players, e.Awake = e.Players+1, true
			}
		}
		list = append(list, e)
	}
	return list, ctx.Err()
}

func (y systems) Restart(_ context.Context, name, _ string) (int, error) {
	_, err := y.find(name)
	return 1, err
}

func (y systems) Info(ctx context.Context, name string) (command.SystemInfo, error) {
	name, err := y.find(name)
	if err != nil {
		return command.SystemInfo{}, err
	}
	all, err := y.List(ctx)
	i := slices.IndexFunc(all, func(e command.System) bool { return e.Name == name })
	return command.SystemInfo{System: all[i], Static: &world.SolarSystem{ID: world.SystemID(i), Region: "The Forge"}, Gates: []string{"Perimeter"}}, err
}

type players struct {
	command.Players
	*Shard
}

func (p players) Who(context.Context) ([]command.Player, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.Shard.Players), nil
}

func (p players) Announce(_ context.Context, text string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Told = append(p.Told, text)
	return len(p.Shard.Players), nil
}

func (p players) Kick(_ context.Context, ids []int64, _ string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Kicked = append(p.Kicked, ids...)
	return len(ids), nil
}

type console struct {
	command.Lua
	*Shard
}

// Eval runs one piece of code at a time in the system's state.
func (c console) Eval(ctx context.Context, e command.Eval) (command.Evaluated, error) {
	name, err := c.find(e.System)
	if err != nil {
		return command.Evaluated{}, err
	}
	c.busy()
	c.mu.Lock()
	defer c.mu.Unlock()
	L := c.systems[name]
	var out strings.Builder
	vm.Set(L.G.Global, lua.LString("print"), L.NewFunction(func(L *lua.LState) int {
		for i := range L.GetTop() {
			out.WriteString(L.ToStringMeta(L.Get(i + 1)).String())
		}
		out.WriteByte('\n')
		return 0
	}))
	L.SetContext(ctx)
	defer L.RemoveContext()
	fn, err := L.LoadString(e.Code)
	if err != nil {
		return command.Evaluated{}, &command.Refusal{Code: code.RSyntax, Message: err.Error()}
	}
	top := L.GetTop()
	L.Push(fn)
	if err := L.PCall(0, lua.MultRet, nil); err != nil {
		if ctx.Err() != nil {
			return command.Evaluated{}, ctx.Err()
		}
		return command.Evaluated{Output: out.String()}, errors.New(err.Error())
	}
	got := command.Evaluated{Output: out.String()}
	for i := top + 1; i <= L.GetTop(); i++ {
		got.Values = append(got.Values, plain(L.Get(i)))
	}
	L.SetTop(top)
	return got, nil
}

func plain(v lua.LValue) world.Value {
	switch v := v.(type) {
	case lua.LBool:
		return bool(v)
	case lua.LNumber:
		return float64(v)
	case lua.LString:
		return string(v)
	case *lua.LTable:
		if v.Len() > 0 {
			list := []any{}
			for i := range v.Len() {
				list = append(list, plain(v.RawGetInt(i+1)))
			}
			return list
		}
		m := map[string]any{}
		v.ForEach(func(k, e lua.LValue) { m[k.String()] = plain(e) })
		return m
	case *lua.LNilType:
		return nil
	}
	return v.String()
}

func (c console) Complete(_ context.Context, _, prefix string, limit int) []string {
	var found []string
	for _, n := range []string{"market", "market.buy", "market.fee", "system", "system.players"} {
		if strings.HasPrefix(n, prefix) && len(found) < limit {
			found = append(found, n)
		}
	}
	return found
}

type reloads struct {
	command.Reload
	*Shard
}

func (r reloads) Status(context.Context) (command.ReloadStatus, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return command.ReloadStatus{Watch: watch.Status{Root: "scripts", Mode: watch.Poll, Reason: "configured", Files: 12, LastScan: time.Now()}, Last: r.Outcomes}, nil
}

func (r reloads) Tests(context.Context) (command.Tested, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Tested, nil
}

func (r reloads) Accept(context.Context, string, string) ([]release.Outcome, error) {
	return r.Outcomes, nil
}

func (r reloads) Now(context.Context, string) ([]release.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Outcomes, nil
}

func (r reloads) Unload(_ context.Context, module, _ string) (release.Outcome, error) {
	return release.Outcome{Verdict: release.Apply, Release: 4, Files: []string{module}, Units: 3}, nil
}

// Wait waits for as long as the test has put no outcome in.
func (r reloads) Wait(ctx context.Context) ([]release.Outcome, error) {
	r.mu.Lock()
	got := r.Outcomes
	r.mu.Unlock()
	if got != nil {
		return got, nil
	}
	r.busy()
	<-ctx.Done()
	return nil, ctx.Err()
}

type faults struct {
	command.Errors
	*Shard
}

func (f faults) Groups(context.Context, string) ([]command.ErrorGroup, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Faults, nil
}

type power struct {
	command.Power
	*Shard
}

func (p power) Shutdown(_ context.Context, in time.Duration, reason, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Down, p.In, p.Reason = true, in, reason
	return nil
}

func (p power) CancelShutdown(context.Context, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.Down {
		return errors.New("no shutdown is under way")
	}
	p.Down = false
	return nil
}
