package server

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hotshard/host/metrics"
	"hotshard/runtime/release"
	"hotshard/runtime/system"
)

// metricsHandler serves the shard's figures to Prometheus.
func (s *Server) metricsHandler() http.Handler {
	r := metrics.Registry(s.cfg.Version, s.releases, s.faults, s.quarantine, &s.health, s.books, &s.succession, worldFigures{s}, doorFigures{s}, storeFigures{s}, s.hot, s.backups, s.resting, s.holdings)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{Registry: r})
}

// pauseBounds are the upper bounds, in seconds, by which pauses are counted.
var pauseBounds = [...]float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1}

// reloadFigures counts what became of changes.
type reloadFigures struct {
	outcomes map[release.Verdict]uint64
	pauses   [len(pauseBounds) + 1]uint64 // by the first bound that they kept, the last by none
	sum      float64
}

func (f *reloadFigures) add(o release.Outcome) {
	if f.outcomes == nil {
		f.outcomes = map[release.Verdict]uint64{}
	}
	f.outcomes[o.Verdict]++
	if o.Verdict != release.Apply {
		return
	}
	s := o.Pause.Seconds()
	f.sum += s
	i, _ := slices.BinarySearch(pauseBounds[:], s)
	f.pauses[i]++
}

// Figures implements metrics.Part.
func (r *releases) Figures(to metrics.Sheet) {
	r.mu.Lock()
	for _, v := range []release.Verdict{release.Apply, release.Refuse, release.Hold, release.Queue, release.Ignore} {
		to.Put(metrics.ReloadTotal, float64(r.figures.outcomes[v]), string(v))
	}
	to.PutCounts(metrics.ReloadPause, pauseBounds[:], r.figures.pauses[:], r.figures.sum)
	r.mu.Unlock()
	st := r.controller.Status()
	to.Put(metrics.ReleaseRunning, float64(st.Release))
	to.Put(metrics.ReleaseCanary, float64(st.Canary))
	to.Put(metrics.LivePatches, float64(st.Patches))
	to.Put(metrics.QueuedFiles, float64(st.Queued))
	to.Put(metrics.OldFrames, float64(r.s.oldFrames()))
}

// figuresPatience bounds how long a scrape waits for the systems.
const figuresPatience = 2 * time.Second

// oldFrames counts the stragglers of the systems that answer in time.
func (s *Server) oldFrames() int64 {
	ctx, cancel := context.WithTimeout(context.Background(), figuresPatience)
	defer cancel()
	var n atomic.Int64
	_ = s.universe.Between(ctx, s.universe.Actors(), func(sys *system.System) { // who does not answer is not counted
		if sys.State() != nil {
			n.Add(int64(len(sys.State().Stragglers())))
		}
	})
	return n.Load()
}
