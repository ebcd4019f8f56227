package command

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hotshard/runtime/script"
)

// HotQuery asks what Lua's time went into.
type HotQuery struct {
	System   string    // "" for all
	From, To time.Time // to five seconds in the last two minutes, to the minute before
	Pprof    bool      // as a profile, too
}

// Hot is what Lua's steps were spent on. A step is a call or a turn of a loop.
type Hot struct {
	Spent []Spent // the most first
	Pprof []byte
	Lost  uint64 // batches of samples that could not be taken in, since the start
}

// Spent is the steps that a system took with one stack on top.
type Spent struct {
	System string
	Stack  *script.Stack
	Steps  int64
}

// Flags of hot.
var (
	hotByFlag      = Flag{"--by", "function|module|system", "what the lines are; functions where left out", nil}
	hotSinceFlag   = Flag{"--since", "DURATION", "the last 30s, 5m or 1h; --for is the same", func(a *Args, v string) error { return setDuration(&a.For, v) }}
	hotFromFlag    = Flag{"--from", "TIME", "from a time of the last hour, as 14:05 by the server's clock, or as long ago as 20m", nil}
	hotToFlag      = Flag{"--to", "TIME", "until such a time; now where left out", nil}
	hotReleaseFlag = Flag{"--release", "N", "what ran in release N alone", nil}
	hotAgainstFlag = Flag{"--against", "M", "beside how it was in release M, within the hour", nil}
	hotWasFlag     = Flag{"--was", "M", "all that is later than release M, beside how it was in it", nil}
	hotFileFlag    = Flag{"--file", "FILE", "write it there on your machine, too, for `go tool pprof -http`: a flame graph", nil}
)

const defaultHot, maxHot, hotLines = 10 * time.Minute, time.Hour, 25

func runHot(ctx context.Context, s *Session, a Args) (Result, error) {
	q, err := hotQuery(s, a)
	if err != nil {
		return Result{}, err
	}
	by, err := hotBy(a.Given(hotByFlag))
	if err != nil {
		return Result{}, err
	}
	c, err := hotCompared(a)
	if err != nil {
		return Result{}, err
	}
	if c.is != nil && a.For == 0 && !a.Has(hotFromFlag) {
		q.From = q.To.Add(-maxHot)
	}
	hot, err := s.Shard.Probe.Hot(ctx, q)
	if err != nil {
		return Result{}, err
	}
	r := Result{Table: hotTable(hot.Spent, by, c, q.To.Sub(q.From), cmp.Or(a.Limit, hotLines))}
	if hot.Lost > 0 {
		r.Table.Note = fmt.Sprintf("%d batches of samples came faster than they could be taken in, and are missing", hot.Lost)
	}
	if len(hot.Pprof) > 0 {
		r.File = &File{Name: a.Given(hotFileFlag), Data: hot.Pprof}
	}
	return r, a.none(0)
}

// hotQuery reads what is asked for.
func hotQuery(s *Session, a Args) (q HotQuery, err error) {
	if q.System, err = anySystem(a); err != nil {
		return q, err
	}
	now := s.now()
	q.Pprof, q.To = a.Given(hotFileFlag) != "", now
	if a.Has(hotToFlag) {
		if q.To, err = HotTime(a.Given(hotToFlag), now); err != nil {
			return q, Refuse(CodeUsage, "--to: %v", err)
		}
	}
	q.From = q.To.Add(-cmp.Or(a.For, defaultHot))
	if a.Has(hotFromFlag) {
		if a.For > 0 {
			return q, Refuse(CodeUsage, "--from or --since, not both")
		}
		if q.From, err = HotTime(a.Given(hotFromFlag), now); err != nil {
			return q, Refuse(CodeUsage, "--from: %v", err)
		}
	}
	switch {
	case !q.From.Before(q.To):
		return q, Refuse(CodeUsage, "%s is not before %s", q.From.Format(time.TimeOnly), q.To.Format(time.TimeOnly))
	case now.Sub(q.From) > maxHot:
		return q, Refuse(CodeUsage, "at most %v is kept", maxHot)
	}
	return q, nil
}

// HotTime reads a time of the last hour: 14:05, 14:05:30, 2026-01-02T14:05:00Z, or how long ago
// it was.
func HotTime(v string, now time.Time) (time.Time, error) {
	for _, layout := range []string{"15:04", time.TimeOnly} {
		if t, err := time.ParseInLocation(layout, v, now.Location()); err == nil {
			at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			if at.After(now) {
				at = at.AddDate(0, 0, -1)
			}
			return at, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t, nil
	}
	ago, err := ParseDuration(v)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: write 14:05, or 20m for 20 minutes ago", v)
	}
	return now.Add(-ago), nil
}

// hotComparison says which releases are looked at, and with which they are compared.
type hotComparison struct {
	is      func(release int) bool // nil for all
	against int                    // 0 for none
}

func hotCompared(a Args) (c hotComparison, err error) {
	is, against, was := 0, 0, 0
	for _, n := range []struct {
		flag Flag
		to   *int
	}{{hotReleaseFlag, &is}, {hotAgainstFlag, &against}, {hotWasFlag, &was}} {
		if !a.Has(n.flag) {
			continue
		}
		v, err := strconv.Atoi(strings.TrimPrefix(a.Given(n.flag), "r"))
		if err != nil || v <= 0 {
			return c, Refuse(CodeUsage, "%s takes the number of a release, not %q", n.flag.Name, a.Given(n.flag))
		}
		*n.to = v
	}
	switch {
	case was > 0 && (is > 0 || against > 0):
		return c, Refuse(CodeUsage, "--was compares all that is later; with --release it is --against")
	case was > 0:
		return hotComparison{func(r int) bool { return r > was }, was}, nil
	case is > 0 && is == against:
		return c, Refuse(CodeUsage, "release %d is like itself", is)
	case is > 0:
		return hotComparison{func(r int) bool { return r == is }, against}, nil
	case against > 0:
		return hotComparison{func(r int) bool { return r != against }, against}, nil
	}
	return c, nil
}
