package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/clock"
	"hotshard/runtime/script"
)

// logpoints are the shard's log points, and what they have told: it goes into the log, and
// the latest of each is kept. Systems hand lines over as they go, and never wait.
type logpoints struct {
	clock  clock.Clock
	log    *slog.Logger
	points *script.Points
	lines  chan command.PointLine
	moves  chan script.PointMove
	lost   atomic.Uint64 // lines that came faster than they could be taken

	mu     sync.Mutex
	latest map[int][]command.PointLine // by number
}

// pointBacklog is how many lines wait to be taken in, and pointsKept how many of a log
// point's are kept.
const (
	pointBacklog = 1024
	pointsKept   = 100
)

func newLogpoints(c clock.Clock, log *slog.Logger) *logpoints {
	l := &logpoints{clock: c, log: log, lines: make(chan command.PointLine, pointBacklog), moves: make(chan script.PointMove, pointBacklog), latest: map[int][]command.PointLine{}}
	l.points = script.NewPoints(c.Now, l)
	return l
}

// PointTold implements script.PointHearer.
func (l *logpoints) PointTold(line script.PointLine) {
	select {
	case l.lines <- command.PointLine{At: l.clock.Now(), PointLine: line}:
	default:
		l.lost.Add(1)
	}
}

// PointMoved implements script.PointHearer.
func (l *logpoints) PointMoved(m script.PointMove) {
	select {
	case l.moves <- m:
	default: // logpoints says where it stands all the same
	}
}

// run takes in what comes until ctx ends. current is the release that runs, canaries aside.
func (l *logpoints) run(ctx context.Context, current func() int) {
	t := l.clock.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case line := <-l.lines:
			l.take(line)
		case m := <-l.moves:
			l.moved(m, current())
		case now := <-t.Chan():
			for _, p := range l.points.Expire(now) {
				l.ended(p, "its time is over")
			}
		case <-ctx.Done():
			return
		}
	}
}

// take writes a line into the log and keeps it.
func (l *logpoints) take(line command.PointLine) {
	line.Untold += l.lost.Swap(0)
	level := slog.LevelInfo
	if line.Failed {
		level = slog.LevelWarn
	}
	l.log.Log(context.Background(), level, command.PointText(line.PointLine), "system", line.System, "module", fmt.Sprintf("%s:%d", line.Function, line.Line),
		"logpoint", line.Point, "release", line.Release, "player", line.Player)
	line.System = bare(line.System)
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := append(l.latest[line.Point], line)
	l.latest[line.Point] = kept[max(0, len(kept)-pointsKept):]
}

// moved says that a log point stands elsewhere since a release. One that is lost in what
// every system runs has nothing to wait for; in a canary's release it may come back.
func (l *logpoints) moved(m script.PointMove, current int) {
	switch {
	case m.Lost == "":
		l.log.Info(fmt.Sprintf("log point %d stands at an edited line: %s:%d", m.Point, m.Function, m.Line), "system", m.System, "release", m.Release)
	case m.Release == current:
		if p, ok := l.points.Drop(m.Point); ok {
			l.ended(p, fmt.Sprintf("%s since release %d", m.Lost, m.Release))
		}
	default:
		l.log.Warn(fmt.Sprintf("log point %d tells nothing where release %d runs: %s", m.Point, m.Release, m.Lost), "system", m.System)
	}
}

// ended says that a log point is gone by itself.
func (l *logpoints) ended(p script.PointInfo, why string) {
	l.forget(p.ID)
	l.log.Warn(fmt.Sprintf("log point %d at %s:%d is dropped: %s", p.ID, p.Function, p.Line, why), "author", p.Spec.Author, "told", p.Told)
}

func (l *logpoints) forget(id int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.latest, id)
}

// pointing implements command.Logpoints.
type pointing struct{ s *Server }

// AddPoint implements command.Logpoints.
func (v pointing) AddPoint(_ context.Context, spec script.PointSpec) (script.PointInfo, error) {
	if spec.System != "" {
		a := operatorAddress(v.s.universe, spec.System)
		if v.s.universe.Map().ByName(spec.System) == nil && v.s.universe.Running(a) == nil {
			return script.PointInfo{}, command.Refuse(command.CodeUsage, "there is no system and no service called %s", spec.System)
		}
		spec.System = string(a)
	}
	p, err := v.s.logpoints.points.Add(v.s.universe.Release(), spec)
	if err != nil {
		return p, command.Refuse(command.CodeUsage, "%v", err)
	}
	return named(p), nil
}

// named is a log point with its system as operators write it.
func named(p script.PointInfo) script.PointInfo {
	p.Spec.System = bare(p.Spec.System)
	return p
}

// Points implements command.Logpoints.
func (v pointing) Points(context.Context) ([]script.PointInfo, error) {
	all := v.s.logpoints.points.List()
	for i := range all {
		all[i] = named(all[i])
	}
	return all, nil
}

// PointLines implements command.Logpoints.
func (v pointing) PointLines(_ context.Context, id int) ([]command.PointLine, error) {
	all := v.s.logpoints.points.List()
	l := v.s.logpoints
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range all {
		if p.ID == id {
			return append([]command.PointLine(nil), l.latest[id]...), nil
		}
	}
	return nil, errNoPoint(id)
}

func errNoPoint(id int) error {
	return command.Refuse(command.CodeUsage, "there is no log point %d; logpoints lists them", id)
}

// DropPoint implements command.Logpoints.
func (v pointing) DropPoint(_ context.Context, id int) (script.PointInfo, error) {
	p, ok := v.s.logpoints.points.Drop(id)
	if !ok {
		return p, errNoPoint(id)
	}
	v.s.logpoints.forget(id)
	return named(p), nil
}
