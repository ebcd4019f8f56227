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

// Logpoints are lines of the scripts that tell when code comes by.
type Logpoints interface {
	// AddPoint sets one, in a system or everywhere; it tells from the next tick on.
	AddPoint(ctx context.Context, spec script.PointSpec) (script.PointInfo, error)
	// Points lists them, the oldest first.
	Points(ctx context.Context) ([]script.PointInfo, error)
	// PointLines are the latest lines of one, the oldest first.
	PointLines(ctx context.Context, id int) ([]PointLine, error)
	// DropPoint takes one away.
	DropPoint(ctx context.Context, id int) (script.PointInfo, error)
}

// PointLine is what a log point has told, and when.
type PointLine struct {
	At time.Time
	script.PointLine
}

var ifFlag = Flag{"--if", "EXPR", "a Lua expression: only where it holds", nil}

// How long a log point tells.
const defaultPoint, maxPoint = 10 * time.Minute, 24 * time.Hour

func init() {
	offered := func(s Shard) bool { return s.Logpoints != nil }
	register([]Command{{
		Name: "logpoint", Args: "FUNCTION:LINE 'TEXT {EXPR}' [@SYSTEM]", Short: "tell in the log when code comes to a line of a script, with what expressions that only look are worth there; gone after 10 minutes, or --for",
		Example: "logpoint market.fee:12 'fee {fee} of {order.price}' @Jita --if 'fee > 100' --for 10m", Role: Operator, Changes: true,
		Flags: []Flag{ifFlag, forFlag, confirmFlag}, Takes: []Kind{FunctionWord}, Offered: offered, Run: runLogpoint,
	}, {
		Name: "logpoints", Args: "[N]", Short: "log points: where they stand, what they have told; with a number, the latest lines of that one",
		Example: "logpoints 3", Offered: offered, Run: runLogpoints,
	}, {
		Name: "logpoint drop", Args: "N...|all", Short: "take log points away",
		Example: "logpoint drop 3", Role: Operator, Changes: true, Rescue: true, Offered: offered, Run: runLogpointDrop,
	}})
}

func runLogpoint(ctx context.Context, s *Session, a Args) (Result, error) {
	system, err := anySystem(a)
	if err != nil {
		return Result{}, err
	}
	switch {
	case len(a.Words) == 0:
		return Result{}, Refuse(CodeUsage, "where? Name the function and the line of its file: market.fee:12")
	case len(a.Words) == 1:
		return Result{}, Refuse(CodeUsage, "what shall it tell? Give a text in quotes, with expressions in braces: 'fee {fee}'")
	case len(a.Words) > 2:
		return Result{}, Refuse(CodeUsage, "what is %q for? Put the whole text in quotes", a.Words[2])
	}
	during := cmp.Or(a.For, defaultPoint)
	if during > maxPoint {
		return Result{}, Refuse(CodeUsage, "a log point tells for %s at most", Spoken(maxPoint))
	}
	if system == "" {
		if err := confirm(s, a, "a log point in every system"); err != nil {
			return Result{}, err
		}
	}
	p, err := s.Shard.Logpoints.AddPoint(ctx, script.PointSpec{Where: a.Words[0], Text: a.Words[1], If: a.Given(ifFlag), System: system, Author: s.Who, Until: s.now().Add(during)})
	if err != nil {
		return Result{}, err
	}
	if a.JSON {
		t := pointTable([]script.PointInfo{p})
		t.One = true
		return Result{Table: t}, nil
	}
	where := "every system"
	if p.Spec.System != "" {
		where = "@" + p.Spec.System
	}
	return text("log point %d at %s:%d in %s, before\n  %s\nuntil %s; tail and logpoints %d show what it tells, logpoint drop %d ends it",
		p.ID, p.Function, p.Line, where, p.Source, p.Spec.Until.Local().Format("15:04:05"), p.ID, p.ID), nil
}

// pointNumber reads 3 or #3.
func pointNumber(word string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(word, "#"))
	if err != nil || n <= 0 {
		return 0, Refuse(CodeUsage, "%q is no number of a log point; logpoints lists them", word)
	}
	return n, nil
}

func runLogpoints(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	if a.Word(0) != "" {
		return runPointLines(ctx, s, a)
	}
	all, err := s.Shard.Logpoints.Points(ctx)
	if err != nil {
		return Result{}, err
	}
	return Result{Table: pointTable(all)}, nil
}

func pointTable(all []script.PointInfo) *Table {
	t := &Table{Columns: columns("point", "function", "line", "file", "system", "text", "if", "hits", "told", "untold", "until:time", "author", "source", "lost"), None: "no log points"}
	for _, p := range all {
		t.Rows = append(t.Rows, []any{p.ID, p.Function, p.Line, p.File, p.Spec.System, p.Spec.Text, p.Spec.If, p.Hits, p.Told, p.Untold, moment(p.Spec.Until), p.Spec.Author, p.Source, p.Lost})
	}
	return t
}

func runPointLines(ctx context.Context, s *Session, a Args) (Result, error) {
	id, err := pointNumber(a.Word(0))
	if err != nil {
		return Result{}, err
	}
	lines, err := s.Shard.Logpoints.PointLines(ctx, id)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("at:time", "system", "function", "line", "release", "player", "text"), None: fmt.Sprintf("log point %d has told nothing yet", id)}
	for _, l := range lines {
		t.Rows = append(t.Rows, []any{moment(l.At), l.System, l.Function, l.Line, l.Release, l.Player, PointText(l.PointLine)})
	}
	return Result{Table: t}, nil
}

// PointText is a log point's line as the log has it.
func PointText(l script.PointLine) string {
	if l.Untold == 0 {
		return l.Text
	}
	return fmt.Sprintf("%s (%s before it untold: too many)", l.Text, count(int(l.Untold), "line"))
}

func runLogpointDrop(ctx context.Context, s *Session, a Args) (Result, error) {
	ids, err := pointsMeant(ctx, s, a)
	if err != nil {
		return Result{}, err
	}
	var gone []script.PointInfo
	for _, id := range ids {
		p, err := s.Shard.Logpoints.DropPoint(ctx, id)
		if err != nil {
			return Result{}, err
		}
		gone = append(gone, p)
	}
	if a.JSON {
		return Result{Table: pointTable(gone)}, nil
	}
	lines := make([]string, len(gone))
	for i, p := range gone {
		lines[i] = fmt.Sprintf("log point %d at %s:%d is gone; it has told %s", p.ID, p.Function, p.Line, count(int(p.Told), "line"))
	}
	return text("%s", cmp.Or(strings.Join(lines, "\n"), "no log points")), nil
}

// pointsMeant are the numbers that were named.
func pointsMeant(ctx context.Context, s *Session, a Args) (ids []int, err error) {
	if len(a.Words) == 1 && a.Words[0] == "all" {
		all, err := s.Shard.Logpoints.Points(ctx)
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return ids, err
	}
	for _, w := range a.Words {
		id, err := pointNumber(w)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, Refuse(CodeUsage, "which log point? logpoints lists their numbers; all are all")
	}
	return ids, nil
}
