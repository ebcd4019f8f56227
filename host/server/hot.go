package server

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/pprof/profile"

	"hotshard/console/command"
	"hotshard/host/metrics"
	"hotshard/runtime/clock"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// hot knows what Lua's steps were spent on in the last hour, minute by minute. Systems
// tell it as they go, and never wait for it.
type hot struct {
	clock clock.Clock
	in    chan samples
	lost  atomic.Uint64 // batches that came faster than they could be taken

	mu      sync.Mutex
	minutes [hotMinutes]hotMinute
	stacks  map[string]*script.Stack // by key, of those in minutes
	modules map[string]int64         // steps since the start, by the module that took them
}

type samples struct {
	at   world.Address
	list []script.Sample
}

// hotMinute is what was spent in one minute.
type hotMinute struct {
	minute int64 // since 1970
	steps  map[hotKey]int64
}

type hotKey struct {
	system world.Address
	stack  string
}

// hotMinutes are kept, with so many different stacks in each; what is rarer is left out.
const (
	hotMinutes = 60
	hotMost    = 5000
)

// hotBacklog is how many batches wait to be taken in.
const hotBacklog = 1024

func newHot(c clock.Clock) *hot {
	return &hot{clock: c, in: make(chan samples, hotBacklog), stacks: map[string]*script.Stack{}, modules: map[string]int64{}}
}

// sampled takes samples of a system, on its goroutine.
func (h *hot) sampled(a world.Address, list []script.Sample) {
	select {
	case h.in <- samples{a, list}:
	default:
		h.lost.Add(1)
	}
}

// run takes in what comes until ctx ends.
func (h *hot) run(ctx context.Context) {
	for {
		select {
		case s := <-h.in:
			h.add(s)
		case <-ctx.Done():
			return
		}
	}
}

func (h *hot) add(s samples) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.minute(h.clock.Now())
	for _, sm := range s.list {
		if top := sm.Stack.Frames[0].Module; h.modules[top] != 0 || len(h.modules) < hotMost {
			h.modules[top] += sm.Steps
		}
		key := hotKey{s.at, sm.Stack.Key}
		if m.steps[key] == 0 && len(m.steps) >= hotMost {
			continue
		}
		m.steps[key] += sm.Steps
		h.stacks[key.stack] = sm.Stack
	}
}

// minute is the one that runs now. The one that it takes the place of is forgotten.
func (h *hot) minute(now time.Time) *hotMinute {
	n := now.Unix() / 60
	m := &h.minutes[n%hotMinutes]
	if m.minute != n || m.steps == nil {
		*m = hotMinute{minute: n, steps: map[hotKey]int64{}}
		h.forget()
	}
	return m
}

// forget lets go of the stacks that no minute has.
func (h *hot) forget() {
	used := map[string]bool{}
	for i := range h.minutes {
		for key := range h.minutes[i].steps {
			used[key.stack] = true
		}
	}
	maps.DeleteFunc(h.stacks, func(key string, _ *script.Stack) bool { return !used[key] })
}

// Figures implements metrics.Part.
func (h *hot) Figures(to metrics.Sheet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m, steps := range h.modules {
		to.Put(metrics.LuaSteps, float64(steps), m)
	}
}

// Hot implements command.Probe.
func (v probe) Hot(_ context.Context, q command.HotQuery) (command.Hot, error) {
	only := world.Address("")
	if q.System != "" {
		only = operatorAddress(v.s.universe, q.System)
	}
	h := v.s.hot
	h.mu.Lock()
	defer h.mu.Unlock()
	out := command.Hot{Lost: h.lost.Load()}
	first, last, now := q.From.Unix()/60, q.To.Unix()/60, h.clock.Now().Unix()/60
	for i := range h.minutes {
		m := &h.minutes[i]
		if m.minute < first || m.minute > last || now-m.minute >= hotMinutes {
			continue
		}
		for key, steps := range m.steps {
			if only == "" || only == key.system {
				out.Spent = append(out.Spent, command.Spent{System: bare(string(key.system)), Stack: h.stacks[key.stack], Steps: steps})
			}
		}
	}
	slices.SortFunc(out.Spent, func(a, b command.Spent) int {
		return cmp.Or(cmp.Compare(b.Steps, a.Steps), cmp.Compare(a.System, b.System), cmp.Compare(a.Stack.Key, b.Stack.Key))
	})
	if q.Pprof {
		var err error
		out.Pprof, err = stepsProfile(out.Spent, q.From, q.To)
		return out, err
	}
	return out, nil
}

// stepsProfile writes what was spent in the format of `go tool pprof`.
func stepsProfile(spent []command.Spent, from, to time.Time) ([]byte, error) {
	w := newPprof(from, to.Sub(from), &profile.ValueType{Type: "steps", Unit: "count"})
	for _, sp := range spent {
		frames := make([]script.ProfileFrame, len(sp.Stack.Frames))
		for i, f := range sp.Stack.Frames {
			frames[i] = script.ProfileFrame{Function: f.Function, Place: f.Place}
		}
		w.add(frames, map[string][]string{"system": {sp.System}}, sp.Steps)
	}
	return w.bytes()
}
