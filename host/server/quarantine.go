package server

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/host/metrics"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// quarantine implements command.Quarantine, and says of each function that is set aside
// what the log, the audit and Prometheus are to know.
type quarantine struct {
	s     *Server
	times *atomic.Uint64 // that something was set aside, since the start
}

func newQuarantine(s *Server) quarantine { return quarantine{s, new(atomic.Uint64)} }

// shut takes the news that a function is not run any more; systems call it from their own
// goroutines.
func (v quarantine) shut(a world.Address, q script.Quarantined) {
	v.times.Add(1)
	v.s.log.Error("a function failed at every run and is not run any more; quarantine lists such", "system", string(a), "function", q.Function, "player", q.Player,
		"failures", q.Failures, "budget", q.Spent, "message", q.Message)
	v.s.errands.run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
		defer cancel()
		text := q.Function + " is set aside: " + q.Message
		if q.Player != "" {
			text = q.Function + " is set aside for " + q.Player + ": " + q.Message
		}
		if _, err := v.s.store.Audit(ctx, store.AuditEntry{Who: "watchdog", From: string(a), Kind: "quarantine", Command: "quarantine", Outcome: text,
			Detail: map[string]world.Value{"system": string(a), "function": q.Function, "player": q.Player, "failures": float64(q.Failures)}}); err != nil {
			v.s.log.Error("the audit log could not be written", "error", err)
		}
	})
}

// each visits the States of a system, or of all that run.
func (v quarantine) each(ctx context.Context, name string, visit func(*system.System)) error {
	actors, err := probe{v.s}.actors(name)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	return v.s.universe.Between(ctx, actors, func(sys *system.System) {
		if sys.State() != nil {
			mu.Lock()
			defer mu.Unlock()
			visit(sys)
		}
	})
}

// Quarantined implements command.Quarantine.
func (v quarantine) Quarantined(ctx context.Context, name string) (out []command.Quarantined, err error) {
	err = v.each(ctx, name, func(sys *system.System) {
		for _, q := range sys.State().Quarantined() {
			out = append(out, command.Quarantined{System: bare(string(sys.Address())), Quarantined: q})
		}
	})
	slices.SortFunc(out, func(a, b command.Quarantined) int {
		return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.System, b.System), cmp.Compare(a.Player, b.Player))
	})
	return out, err
}

// LetGo implements command.Quarantine.
func (v quarantine) LetGo(ctx context.Context, name, function string) (n int, err error) {
	err = v.each(ctx, name, func(sys *system.System) {
		if sys.State().LetGo(function) > 0 {
			n++
		}
	})
	return n, err
}

// Figures implements metrics.Part.
func (v quarantine) Figures(to metrics.Sheet) {
	n := 0
	for _, st := range v.s.universe.Stats() {
		n += st.Quarantined
	}
	to.Put(metrics.QuarantineSize, float64(n))
	to.Put(metrics.QuarantineTotal, float64(v.times.Load()))
}
