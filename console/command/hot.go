package command

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/script"
)

// HotQuery asks what Lua's time went into.
type HotQuery struct {
	System string        // "" for all
	During time.Duration // until now
	Pprof  bool          // as a profile, too
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
	hotByFlag   = Flag{"--by", "function|module|system", "what the lines are; functions where left out", nil}
	hotWasFlag  = Flag{"--was", "N", "beside how it was in release N, within the hour", nil}
	hotFileFlag = Flag{"--file", "FILE", "write it there on your machine, too, for `go tool pprof -http`: a flame graph", nil}
)

const defaultHot, maxHot, hotLines = 10 * time.Minute, time.Hour, 25

func runHot(ctx context.Context, s *Session, a Args) (Result, error) {
	q := HotQuery{During: cmp.Or(a.For, defaultHot), Pprof: a.Given(hotFileFlag) != ""}
	if len(a.Systems) > 0 {
		var err error
		if q.System, err = a.System(); err != nil {
			return Result{}, Refuse(CodeUsage, "%v", err)
		}
	}
	if q.During > maxHot {
		return Result{}, Refuse(CodeUsage, "at most %v is kept", maxHot)
	}
	by, err := hotBy(a.Given(hotByFlag))
	if err != nil {
		return Result{}, err
	}
	was := 0
	if v := a.Given(hotWasFlag); v != "" {
		if err := setCount(&was, v); err != nil {
			return Result{}, Refuse(CodeUsage, "--was takes the number of a release: %v", err)
		}
		q.During = maxHot
	}
	hot, err := s.Shard.Probe.Hot(ctx, q)
	if err != nil {
		return Result{}, err
	}
	r := Result{Table: hotTable(hot.Spent, by, was, q.During, cmp.Or(a.Limit, hotLines))}
	if hot.Lost > 0 {
		r.Table.Note = fmt.Sprintf("%d batches of samples came faster than they could be taken in, and are missing", hot.Lost)
	}
	if len(hot.Pprof) > 0 {
		r.File = &File{Name: a.Given(hotFileFlag), Data: hot.Pprof}
	}
	return r, a.none(0)
}

// hotGroup says which line a frame of a system belongs to, and where that begins.
type hotGroup func(system string, f script.StackFrame) (name, where string)

func hotBy(name string) (hotGroup, error) {
	switch name {
	case "", "function":
		return func(_ string, f script.StackFrame) (string, string) { return f.Function, f.Place }, nil
	case "module":
		return func(_ string, f script.StackFrame) (string, string) { return f.Module, "" }, nil
	case "system":
		return func(system string, _ script.StackFrame) (string, string) { return system, "" }, nil
	}
	return nil, Refuse(CodeUsage, "--by is function, module or system, not %s", name)
}

// hotLine is one function, module or system, in the release that is looked at and in the
// one that it is compared with.
type hotLine struct {
	name, where      string
	self, total, was int64
}

// hotSums adds up what was spent; was is the release that is set against all later ones,
// 0 for none. now and then are all the steps there and there.
func hotSums(spent []Spent, by hotGroup, was int) (lines []*hotLine, now, then int64) {
	named := map[string]*hotLine{}
	line := func(system string, f script.StackFrame) *hotLine {
		name, where := by(system, f)
		l := named[name]
		if l == nil {
			l = &hotLine{name: name, where: where}
			named[name] = l
			lines = append(lines, l)
		}
		return l
	}
	for _, sp := range spent {
		top := sp.Stack.Frames[0]
		switch {
		case was == 0 || sp.Stack.Release > was:
			now += sp.Steps
			line(sp.System, top).self += sp.Steps
			seen := map[*hotLine]bool{}
			for _, f := range sp.Stack.Frames {
				if l := line(sp.System, f); !seen[l] {
					seen[l] = true
					l.total += sp.Steps
				}
			}
		case sp.Stack.Release == was:
			then += sp.Steps
			line(sp.System, top).was += sp.Steps
		}
	}
	return lines, now, then
}

func hotTable(spent []Spent, by hotGroup, was int, during time.Duration, limit int) *Table {
	lines, now, then := hotSums(spent, by, was)
	slices.SortFunc(lines, func(a, b *hotLine) int {
		return cmp.Or(cmp.Compare(max(share(b.self, now), share(b.was, then)), max(share(a.self, now), share(a.was, then))), cmp.Compare(b.total, a.total), strings.Compare(a.name, b.name))
	})
	placed := slices.ContainsFunc(lines, func(l *hotLine) bool { return l.where != "" })
	t := &Table{None: fmt.Sprintf("no Lua ran in the last %v, or too little to be seen", during)}
	t.Columns = columns("name", "self:%", "total:%")
	if placed {
		t.Columns = columns("name", "where", "self:%", "total:%")
	}
	if was > 0 {
		t.Columns = append(t.Columns, columns(fmt.Sprintf("in_release_%d:%%", was), "change:%")...)
	} else {
		t.Columns = append(t.Columns, columns("steps_per_second")...)
	}
	for _, l := range lines[:min(len(lines), limit)] {
		row := []any{l.name}
		if placed {
			row = append(row, l.where)
		}
		row = append(row, share(l.self, now), share(l.total, now))
		if was > 0 {
			row = append(row, share(l.was, then), thousandths(share(l.self, now)-share(l.was, then)))
		} else {
			row = append(row, math.Round(float64(l.self)/during.Seconds()))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// share is a part of a whole.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return thousandths(float64(part) / float64(whole))
}

func thousandths(x float64) float64 { return math.Round(1000*x) / 1000 }
