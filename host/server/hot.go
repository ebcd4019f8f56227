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

// hot knows what Lua's steps were spent on in the last hour, minute by minute, and in the
// last two minutes by five seconds: what has just become hot is not to be hidden by what was
// before. Systems tell it as they go, and never wait for it.
type hot struct {
	clock clock.Clock
	in    chan samples
	lost  atomic.Uint64 // batches that came faster than they could be taken

	mu      sync.Mutex
	late    hotSpan
	hour    hotSpan
	stacks  map[string]*script.Stack // by key, of those in the spans
	modules map[string]int64         // steps since the start, by the module that took them
}

type samples struct {
	at   world.Address
	list []script.Sample
}

// hotSpan is the last slots of one length.
type hotSpan struct {
	length time.Duration
	slots  []hotSlot
}

// hotSlot is what was spent in one of them.
type hotSlot struct {
	number int64 // since 1970
	steps  map[hotKey]int64
}

type hotKey struct {
	system world.Address
	stack  string
}

// So many slots are kept, with so many different stacks in each; what is rarer is left out.
const (
	hotMinutes = 60
	hotLate    = 24
	hotShort   = 5 * time.Second
	hotMost    = 5000
)

// hotBacklog is how many batches wait to be taken in.
const hotBacklog = 1024

func newHot(c clock.Clock) *hot {
	return &hot{
		clock: c, in: make(chan samples, hotBacklog), stacks: map[string]*script.Stack{}, modules: map[string]int64{},
		late: hotSpan{hotShort, make([]hotSlot, hotLate)}, hour: hotSpan{time.Minute, make([]hotSlot, hotMinutes)},
	}
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
	now := h.clock.Now()
	late, _ := h.late.at(now)
	minute, fresh := h.hour.at(now)
	if fresh {
		h.forget()
	}
	for _, sm := range s.list {
		if top := sm.Stack.Frames[0].Module; h.modules[top] != 0 || len(h.modules) < hotMost {
			h.modules[top] += sm.Steps
		}
		key := hotKey{s.at, sm.Stack.Key}
		inLate, inMinute := late.add(key, sm.Steps), minute.add(key, sm.Steps)
		if inLate || inMinute {
			h.stacks[key.stack] = sm.Stack
		}
	}
}

// at is the slot that runs now; fresh says that it has just begun. The one that it takes the
// place of is forgotten.
func (p *hotSpan) at(now time.Time) (s *hotSlot, fresh bool) {
	n := p.number(now)
	s = &p.slots[n%int64(len(p.slots))]
	if fresh = s.number != n || s.steps == nil; fresh {
		*s = hotSlot{number: n, steps: map[hotKey]int64{}}
	}
	return s, fresh
}

// number counts the slot of a time since 1970.
func (p *hotSpan) number(t time.Time) int64 { return t.Unix() / int64(p.length/time.Second) }

// reaches says whether what was at a time is kept.
func (p *hotSpan) reaches(t, now time.Time) bool {
	return p.number(now)-p.number(t) < int64(len(p.slots))
}

// add says whether there was room.
func (s *hotSlot) add(key hotKey, steps int64) bool {
	if s.steps[key] == 0 && len(s.steps) >= hotMost {
		return false
	}
	s.steps[key] += steps
	return true
}

// spent adds up what is kept of a time.
func (p *hotSpan) spent(from, to, now time.Time) map[hotKey]int64 {
	all := map[hotKey]int64{}
	first, last := max(p.number(from), p.number(now)-int64(len(p.slots))+1), p.number(to)
	for i := range p.slots {
		if s := &p.slots[i]; s.number >= first && s.number <= last {
			for key, steps := range s.steps {
				all[key] += steps
			}
		}
	}
	return all
}

// forget lets go of the stacks that nothing has.
func (h *hot) forget() {
	used := map[string]bool{}
	for _, p := range []*hotSpan{&h.late, &h.hour} {
		for i := range p.slots {
			for key := range p.slots[i].steps {
				used[key.stack] = true
			}
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
	now, span := h.clock.Now(), &h.hour
	if h.late.reaches(q.From, now) {
		span = &h.late
	}
	for key, steps := range span.spent(q.From, q.To, now) {
		if only == "" || only == key.system {
			out.Spent = append(out.Spent, command.Spent{System: bare(string(key.system)), Stack: h.stacks[key.stack], Steps: steps})
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
