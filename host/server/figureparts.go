package server

import (
	"strconv"
	"time"

	"hotshard/host/metrics"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/system"
)

// worldFigures is what the systems do.
type worldFigures struct{ s *Server }

// tickBounds are system.TickBounds in seconds.
var tickBounds = func() []float64 {
	out := make([]float64, len(system.TickBounds))
	for i, b := range system.TickBounds {
		out[i] = b.Seconds()
	}
	return out
}()

// Figures implements metrics.Part.
func (w worldFigures) Figures(to metrics.Sheet) {
	t := w.s.tally.Totals()
	to.PutCounts(metrics.TickTime, tickBounds, t.Took[:], t.Busy.Seconds())
	to.Put(metrics.LateTicks, float64(t.Late))
	to.Put(metrics.CrashesTotal, float64(t.Crashes))
	to.Put(metrics.Messages, float64(t.Messages))
	to.Put(metrics.CommandsRun, float64(t.Commands))
	to.Put(metrics.CommandsShed, float64(t.Shed))
	to.Put(metrics.CallsServed, float64(t.Calls))
	to.Put(metrics.Uptime, w.s.cfg.Clock.Now().Sub(w.s.started).Seconds())
	to.Put(metrics.Players, float64(w.s.universe.Players()))
	loaded, ticking := 0, 0
	for _, a := range w.s.universe.Actors() {
		loaded++
		if st := a.Stats(); st.Awake {
			ticking++
			w.one(to, st, a.Busy())
		}
	}
	to.Put(metrics.Running, float64(loaded))
	to.Put(metrics.Awake, float64(ticking))
}

// one is what one system does.
func (worldFigures) one(to metrics.Sheet, st system.Stats, busy time.Duration) {
	name := string(st.Address)
	to.Put(metrics.SystemPlayers, float64(st.Players), name)
	to.Put(metrics.SystemBusy, busy.Seconds(), name)
	to.Put(metrics.SystemDilation, st.Dilation, name)
	to.Put(metrics.SystemQueue, float64(st.Queue), name)
	to.Put(metrics.SystemShare, st.Share, name)
	if st.Waiting > 0 {
		to.Put(metrics.SystemWaiting, float64(st.Waiting), name)
	}
}

// doorFigures is how it stands at the door, and what goes through it.
type doorFigures struct{ s *Server }

// Figures implements metrics.Part.
func (d doorFigures) Figures(to metrics.Sheet) {
	st := d.s.gate.Stats()
	to.Put(metrics.Sockets, float64(st.Sockets))
	to.Put(metrics.SocketsUnsigned, float64(st.Pending))
	to.Put(metrics.Lingering, float64(st.Lingering))
	to.Put(metrics.SignInsWaiting, float64(d.s.gate.Waiting()))
	all, nobodys := d.s.turnstile.Open()
	to.Put(metrics.Connections, float64(all))
	to.Put(metrics.ConnectionsNobodys, float64(nobodys))
	peer.EachRefusal(func(why peer.Refusal) { to.Put(metrics.RefusalsTotal, float64(d.s.refusals.Of(why)), why.String()) })
	to.Put(metrics.BacklogsDropped, float64(st.Overflows))
	to.Put(metrics.Requests, float64(st.Requests))
	to.Put(metrics.ReceivedBytes, float64(st.Received))
	to.Put(metrics.Frames, float64(st.Frames))
	to.Put(metrics.SentBytes, float64(st.Sent))
}

// storeFigures is what the store writes, and where to.
type storeFigures struct{ s *Server }

// Figures implements metrics.Part.
func (f storeFigures) Figures(to metrics.Sheet) {
	st := f.s.store.Stats()
	to.Put(metrics.Commits, float64(st.Commits))
	to.Put(metrics.Changes, float64(st.Changes), strconv.FormatBool(true))
	to.Put(metrics.Changes, float64(st.Refused), strconv.FormatBool(false))
	to.Put(metrics.CommitMedian, st.CommitP50.Seconds())
	to.Put(metrics.CommitP99, st.CommitP99.Seconds())
	to.Put(metrics.CommitMax, st.CommitMax.Seconds())
	to.Put(metrics.StoreQueue, float64(st.Queue))
	to.Put(metrics.AuditBehind, float64(st.AuditBehind))
	if free, _, ok := diskFree(f.s.store.Dir()); ok {
		to.Put(metrics.DiskFreeBytes, float64(free))
	}
}
