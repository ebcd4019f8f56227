package server

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"hotshard/host/metrics"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// holdings knows how much memory the Lua of each system and service holds, as of a
// moment ago. Each is weighed in turn, in bits between two of its ticks that no tick
// notices, and all of that takes a small part of one core however many there are.
// Whoever sleeps is left alone once that is known.
type holdings struct {
	universe *universe.Universe

	mu    sync.Mutex
	known map[world.Address]holding
}

type holding struct {
	bytes   int64
	tick    world.Tick       // as of which
	modules map[string]int64 // bytes of them, by the module that holds them; "" is no module's
}

const (
	weighEvery = 3 * time.Second // a round begins
	weighBit   = 1000            // tables and functions at once: some 0.1 ms
	weighShare = 50              // one part in so many of a core
	weighLarge = 8 << 20         // what holds more goes by what the State measures itself
)

func newHoldings(u *universe.Universe) *holdings {
	return &holdings{universe: u, known: map[world.Address]holding{}}
}

// run weighs, round after round, until ctx ends.
func (h *holdings) run(ctx context.Context) {
	for {
		h.round(ctx)
		select {
		case <-time.After(weighEvery):
		case <-ctx.Done():
			return
		}
	}
}

// round weighs whoever has ticked since the last one.
func (h *holdings) round(ctx context.Context) {
	actors := h.universe.Actors()
	running := make(map[world.Address]bool, len(actors))
	for _, a := range actors {
		running[a.Address()] = true
		if old, known := h.last(a.Address()); !known || old.tick != a.Stats().Tick {
			h.weigh(ctx, a)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for a := range h.known {
		if !running[a] {
			delete(h.known, a)
		}
	}
}

// weigh weighs one, bit by bit. Who does not answer, or starts anew meanwhile, is left
// for the next round.
func (h *holdings) weigh(ctx context.Context, a *system.System) {
	var on scale
	for !on.done {
		bits := on.bits
		if err := h.ask(ctx, a, on.bit); err != nil || on.bits == bits { // it hangs, or has been unloaded
			return
		}
		select {
		case <-time.After(weighShare * on.took):
		case <-ctx.Done():
			return
		}
	}
	if on.state != nil {
		h.note(a.Address(), on.found)
	}
}

// weighPatience is how long a system may take to answer.
const weighPatience = time.Second

func (h *holdings) ask(ctx context.Context, a *system.System, bit func(*system.System)) error {
	ctx, cancel := context.WithTimeout(ctx, weighPatience)
	defer cancel()
	return h.universe.Between(ctx, []*system.System{a}, bit)
}

// scale has one State on it.
type scale struct {
	bits  int // that were weighed
	state *script.State
	lua   *script.Weighing
	found holding
	done  bool
	took  time.Duration // for the last bit
}

// bit weighs a bit more, on the goroutine of the system.
func (c *scale) bit(s *system.System) {
	began := time.Now()
	defer func() { c.took, c.bits = time.Since(began), c.bits+1 }()
	st := s.State()
	if c.state == nil {
		c.state = st
	}
	if st == nil || st != c.state {
		c.state, c.done = nil, true
		return
	}
	if c.lua == nil {
		c.lua = st.Weigh()
	}
	whole := c.lua.Some(weighBit)
	c.found = holding{bytes: c.lua.Bytes(), tick: s.Stats().Tick}
	if c.done = whole || c.found.bytes > weighLarge; c.done {
		c.divide(whole, st)
	}
}

// divide says which module holds what. Of what is large a part was weighed, which stands for
// the rest.
func (c *scale) divide(whole bool, st *script.State) {
	scale := 1.0
	if weighed := c.found.bytes; !whole && weighed > 0 {
		c.found.bytes = max(weighed, st.Held())
		scale = float64(c.found.bytes) / float64(weighed)
	}
	c.found.modules = map[string]int64{}
	c.lua.Modules(func(module string, bytes int64) { c.found.modules[module] = int64(scale * float64(bytes)) })
}

func (h *holdings) note(a world.Address, now holding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known[a] = now
}

func (h *holdings) last(a world.Address) (holding, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, known := h.known[a]
	return v, known
}

// of is what a system or service holds, in bytes; 0 where it is not loaded, or was not
// weighed yet.
func (h *holdings) of(a world.Address) int64 {
	v, _ := h.last(a)
	return v.bytes
}

// modules are the bytes that modules hold, in one system or service, or in all for "".
func (h *holdings) modules(a world.Address) map[string]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[string]int64{}
	for at, v := range h.known {
		if a == "" || a == at {
			for module, bytes := range v.modules {
				out[module] += bytes
			}
		}
	}
	return out
}

// mostModules are told apart in metrics; the others are one.
const mostModules = 100

// Figures implements metrics.Part.
func (h *holdings) Figures(to metrics.Sheet) {
	all := h.modules("")
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b)) })
	rest := int64(0)
	for i, name := range names {
		if i >= mostModules {
			rest += all[name]
			continue
		}
		to.Put(metrics.LuaHeld, float64(all[name]), cmp.Or(name, metrics.NoModule))
	}
	if rest > 0 {
		to.Put(metrics.LuaHeld, float64(rest), metrics.OtherModules)
	}
}
