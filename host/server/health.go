package server

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
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
	var stale []string
	for _, st := range h.s.universe.Stats() {
		if st.Since.IsZero() {
			continue
		}
		if still := now.Sub(st.Since); still >= staleAfter {
			stale = append(stale, fmt.Sprintf("%s has not ticked for %s", st.Address, still.Round(time.Second)))
		}
	}
	return stale
}

// serve answers GET /readyz: 200 where players can play, else 503 with the reasons.
func (h *health) serve(w http.ResponseWriter, _ *http.Request) {
	all := h.problems()
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

// write writes it in the text format of Prometheus.
func (h *health) write(w io.Writer) {
	all := h.problems()
	ready := 1
	if len(all) > 0 {
		ready = 0
	}
	family(w, "ready", "gauge", "1 where players can play: what /readyz says.")
	fmt.Fprintf(w, "hotshard_ready %d\n", ready)
	family(w, "trouble", "gauge", "1 for each kind of thing that is not well.")
	for _, kind := range troubles {
		n := 0
		if slices.ContainsFunc(all, func(p problem) bool { return p.kind == kind }) {
			n = 1
		}
		fmt.Fprintf(w, "hotshard_trouble{kind=%q} %d\n", string(kind), n)
	}
	h.mu.Lock()
	stale := h.stale
	h.mu.Unlock()
	family(w, "stale_systems", "gauge", "Systems that are at one tick for seconds.")
	fmt.Fprintf(w, "hotshard_stale_systems %d\n", stale)
	h.probe.mu.Lock()
	took := h.probe.took
	if h.probe.busy {
		took = max(took, time.Since(h.probe.began))
	}
	h.probe.mu.Unlock()
	family(w, "store_probe_seconds", "gauge", "How long a small write took, or has taken so far.")
	fmt.Fprintf(w, "hotshard_store_probe_seconds %g\n", took.Seconds())
	if free, _, ok := diskFree(h.s.store.Dir()); ok {
		family(w, "disk_free_bytes", "gauge", "Room on the disk that holds the database.")
		fmt.Fprintf(w, "hotshard_disk_free_bytes %d\n", free)
	}
}
