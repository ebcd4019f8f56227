package server

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/host/metrics"
	"hotshard/runtime/system"
)

// trouble is a kind of thing that keeps a shard from doing its work, as metrics name
// it.
type trouble string

const (
	troubleDisk  trouble = "disk"
	troubleStore trouble = "store"
	troubleSaves trouble = "saves"
	troubleAudit trouble = "audit"
	troubleTick  trouble = "tick"
	troubleStop  trouble = "stopping"
)

var troubles = []trouble{troubleDisk, troubleStore, troubleSaves, troubleAudit, troubleTick, troubleStop}

// problem is one that there is now, in a sentence.
type problem struct {
	kind trouble
	text string
}

// What is no longer well.
const (
	probeEvery = 2 * time.Second // a small write, to see that the store takes one
	probeSlow  = 3 * time.Second // without an answer the store has stalled
	staleAfter = 5 * time.Second // a system is at one tick still
	leastFree  = 32 << 20        // bytes on the disk, or 1 % of a small one
)

// health is what the shard knows of how it does. Once a second it looks; whoever
// asks is told what it saw.
type health struct {
	s        *Server
	stopping atomic.Bool
	probe    probing

	mu    sync.Mutex
	found []problem
	stale int
}

// probing is the write that is under way, or the last one.
type probing struct {
	mu    sync.Mutex
	began time.Time // zero before the first
	took  time.Duration
	busy  bool
	err   error
}

func (h *health) init(s *Server) { h.s = s }

// look finds out how the shard does.
func (h *health) look(now time.Time) {
	h.probe.start(h.s, now)
	var all []problem
	add := func(kind trouble, text string) {
		if text != "" {
			all = append(all, problem{kind, text})
		}
	}
	add(troubleDisk, h.disk())
	add(troubleStore, h.probe.trouble(now))
	if err := h.s.saves.trouble(); err != nil {
		add(troubleSaves, "characters could not be saved: "+plain(err).Error())
	}
	if n := h.s.store.Stats().AuditBehind; n > 0 {
		add(troubleAudit, fmt.Sprintf("audit.jsonl lacks the last %s; they are in the database", count(int(n), "entry", "entries")))
	}
	stale := h.staleSystems(now)
	if len(stale) > 0 {
		add(troubleTick, strings.Join(stale, "; "))
	}
	h.note(all, len(stale))
}

// note keeps what was found, and logs what has changed.
func (h *health) note(all []problem, stale int) {
	h.mu.Lock()
	before := h.found
	h.found, h.stale = all, stale
	h.mu.Unlock()
	has := func(list []problem, kind trouble) bool {
		return slices.ContainsFunc(list, func(p problem) bool { return p.kind == kind })
	}
	for _, p := range all {
		if !has(before, p.kind) {
			h.s.log.Error("the shard is not well", "kind", string(p.kind), "problem", p.text)
		}
	}
	for _, p := range before {
		if !has(all, p.kind) {
			h.s.log.Info("the shard is well again", "kind", string(p.kind))
		}
	}
}

// problems are those there are now.
func (h *health) problems() []problem {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := slices.Clone(h.found)
	if h.stopping.Load() {
		all = append(all, problem{troubleStop, "the shard is stopping"})
	}
	return all
}

// disk says that there is hardly any room. SQLite may still have some in its log for
// a while, so writes that go well prove nothing.
func (h *health) disk() string {
	dir := h.s.store.Dir()
	free, size, ok := diskFree(dir)
	if !ok || !fullDisk(free, size) {
		return ""
	}
	return fmt.Sprintf("the disk that holds %s is full: %d KiB are left; free some space", dir, free>>10)
}

func fullDisk(free, size uint64) bool { return free < min(leastFree, size/100) }

// start writes something, unless the last write is not over or not long ago.
func (p *probing) start(s *Server, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy || now.Sub(p.began) < probeEvery {
		return
	}
	p.busy, p.began = true, now
	go func() {
		began := time.Now()
		err := s.store.Probe(context.Background()) // it ends when the store does
		p.mu.Lock()
		defer p.mu.Unlock()
		p.busy, p.err, p.took = false, err, time.Since(began)
	}()
}

func (p *probing) trouble(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch waits := now.Sub(p.began); {
	case p.busy && waits >= probeSlow:
		return fmt.Sprintf("the store has stalled: a small write waits for %s", waits.Round(time.Second))
	case p.err != nil:
		return "the store takes no changes: " + plain(p.err).Error()
	}
	return ""
}

// staleSystems are those that have been at one tick, or one message, for too long.
func (h *health) staleSystems(now time.Time) []string {
	return h.stuck(now, func(system.Stats) time.Duration { return staleAfter })
}

// staleTicks is after how many of its ticks a system that is at one still counts as not
// ready: who sends players here asks often, and is to know at once.
const staleTicks = 2

// behind are those that have missed staleTicks of their ticks. The length of a tick is
// that of game time as it goes at the moment, so a slow fight is no reason.
func (h *health) behind(now time.Time) []string {
	return h.stuck(now, func(st system.Stats) time.Duration {
		if st.Hz <= 0 || st.Dilation <= 0 {
			return staleAfter
		}
		return time.Duration(staleTicks * float64(time.Second) / (st.Hz * st.Dilation))
	})
}

// stuck are the systems that have been at one thing for longer than most says.
func (h *health) stuck(now time.Time, most func(system.Stats) time.Duration) []string {
	var stuck []string
	for _, st := range h.s.universe.Stats() {
		if st.Since.IsZero() {
			continue
		}
		if still := now.Sub(st.Since); still >= most(st) {
			stuck = append(stuck, fmt.Sprintf("%s has not ticked for %s", st.Address, still.Round(100*time.Millisecond)))
		}
	}
	return stuck
}

// serve answers GET /readyz: 200 where players can play, else 503 with the reasons.
func (h *health) serve(w http.ResponseWriter, _ *http.Request) {
	all := h.problems()
	if late := h.behind(h.s.cfg.Clock.Now()); len(late) > 0 && !slices.ContainsFunc(all, func(p problem) bool { return p.kind == troubleTick }) {
		all = append(all, problem{troubleTick, strings.Join(late, "; ")})
	}
	if len(all) == 0 {
		writeJSON(w, map[string]any{"status": "ready"})
		return
	}
	reasons := make([]string, len(all))
	kinds := map[trouble]bool{}
	for i, p := range all {
		reasons[i], kinds[p.kind] = p.text, true
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	writeJSON(w, map[string]any{"status": "not ready", "kinds": slices.Sorted(maps.Keys(kinds)), "reasons": reasons})
}

// Figures implements metrics.Part.
func (h *health) Figures(to metrics.Sheet) {
	all := h.problems()
	to.Put(metrics.IsReady, truth(len(all) == 0))
	for _, kind := range troubles {
		to.Put(metrics.TroubleKind, truth(slices.ContainsFunc(all, func(p problem) bool { return p.kind == kind })), string(kind))
	}
	h.mu.Lock()
	stale := h.stale
	h.mu.Unlock()
	to.Put(metrics.StaleSystems, float64(stale))
	to.Put(metrics.ProbeTook, h.probe.length().Seconds())
}

// length is how long the last write took, or the one under way has taken so far.
func (p *probing) length() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		return max(p.took, time.Since(p.began))
	}
	return p.took
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
