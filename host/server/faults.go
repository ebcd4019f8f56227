package server

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/host/metrics"
	"hotshard/runtime/clock"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// maxGroups is how many kinds of fault are remembered; the one not seen for
// longest goes first.
const maxGroups = 500

// maxMessages is how many messages from one place are kinds of their own: an error
// may name a player or a number, and be another one each time.
const maxMessages = 10

// faults collects the errors of scripts and logs them: the first ten of a kind,
// then every hundredth, so that a handler that fails in every tick of every
// system does not drown the rest.
type faults struct {
	clock clock.Clock
	log   *slog.Logger

	mu       sync.Mutex
	groups   map[faultKey]*faultGroup
	messages map[faultKey]int // that are kinds of their own, by a key without message
	total    uint64
	spent    uint64 // of them, stopped by their budget
}

type faultKey struct {
	function, in, place, message string
	release                      int
}

// anyMessage is the kind of whatever else fails at a place.
func (k faultKey) anyMessage() faultKey {
	k.message = ""
	return k
}

type faultGroup struct {
	command.ErrorGroup
	systems map[string]int
}

func newFaults(log *slog.Logger, clk clock.Clock) *faults {
	return &faults{log: log, clock: clk, groups: make(map[faultKey]*faultGroup), messages: make(map[faultKey]int)}
}

// add takes a fault; systems call it from their own goroutines.
func (f *faults) add(a world.Address, fault script.Fault, blame release.Blame) {
	now := f.clock.Now()
	f.mu.Lock()
	f.total++
	if fault.Spent {
		f.spent++
	}
	g := f.group(faultKey{fault.Function, fault.Origin, fault.Place, fault.Message, blame.Release}, now)
	g.Count++
	g.Message, g.Where, g.Last, g.Player, g.Traceback = fault.Message, fault.Place, now, fault.Player, fault.Traceback
	g.Patch, g.Cause = blame.Patch, cmp.Or(blame.Cause, g.Cause)
	g.systems[string(a)]++
	n := g.Count
	f.mu.Unlock()
	if n <= 10 || n%100 == 0 {
		f.log.Error("a script failed: "+fault.Message, "system", string(a), "module", fault.Module, "function", fault.Function,
			"place", fault.Place, "in", fault.Origin, "player", fault.Player, "release", blame.Release, "cause", blame.Cause, "times", n, "traceback", fault.Traceback)
	}
}

// group finds or makes the group that a fault belongs to.
func (f *faults) group(key faultKey, now time.Time) *faultGroup {
	if f.groups[key] == nil && f.messages[key.anyMessage()] >= maxMessages {
		key = key.anyMessage()
	}
	g := f.groups[key]
	if g == nil {
		f.makeRoom()
		g = &faultGroup{systems: make(map[string]int)}
		g.Function, g.In, g.Release, g.First = key.function, key.in, key.release, now
		f.groups[key] = g
		f.messages[key.anyMessage()]++
	}
	return g
}

func (f *faults) makeRoom() {
	if len(f.groups) < maxGroups {
		return
	}
	var oldest faultKey
	var at time.Time
	for k, g := range f.groups {
		if at.IsZero() || g.Last.Before(at) {
			oldest, at = k, g.Last
		}
	}
	delete(f.groups, oldest)
	if place := oldest.anyMessage(); f.messages[place] > 1 {
		f.messages[place]--
	} else {
		delete(f.messages, place)
	}
}

// Groups implements command.Errors.
func (f *faults) Groups(_ context.Context, system string) ([]command.ErrorGroup, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []command.ErrorGroup
	for _, g := range f.groups {
		if system != "" && g.systems["@"+system] == 0 && g.systems[system] == 0 {
			continue
		}
		eg := g.ErrorGroup
		for a := range g.systems {
			eg.Systems = append(eg.Systems, bare(a))
		}
		slices.Sort(eg.Systems)
		out = append(out, eg)
	}
	slices.SortFunc(out, func(a, b command.ErrorGroup) int { return b.Last.Compare(a.Last) })
	return out, nil
}

// in counts the faults of one system.
func (f *faults) in(a world.Address) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, g := range f.groups {
		n += g.systems[string(a)]
	}
	return n
}

func (f *faults) count() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total
}

// bare is an address as people write it: a system without its @.
func bare(a string) string {
	if len(a) > 0 && a[0] == '@' {
		return a[1:]
	}
	return a
}

// since counts the faults of a function in a release and later ones.
func (f *faults) since(function string, release int) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var n uint64
	for _, g := range f.groups {
		if g.Function == function && g.Release >= release {
			n += uint64(g.Count)
		}
	}
	return n
}

// Figures implements metrics.Part.
func (f *faults) Figures(to metrics.Sheet) {
	type key struct {
		function string
		release  int
	}
	sums := map[key]int{}
	f.mu.Lock()
	total, spent := f.total, f.spent
	for _, g := range f.groups {
		sums[key{g.Function, g.Release}] += g.Count
	}
	f.mu.Unlock()
	to.Put(metrics.ScriptErrors, float64(total))
	to.Put(metrics.BudgetStops, float64(spent))
	for k, n := range sums {
		to.Put(metrics.FunctionErrors, float64(n), k.function, strconv.Itoa(k.release))
	}
}
