package command

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/release"
)

// tookNow is the time to be held against MeanThen.
func tookNow(v release.Verdicted) time.Duration {
	if v.Then == release.ThenBefore {
		return v.MeanNow
	}
	return v.Mean
}

// verdicts is how the patches do that are watched, by their numbers: the latest watch
// of each.
func (s Shard) verdicts(ctx context.Context) (map[int]release.Verdicted, error) {
	out := map[int]release.Verdicted{}
	if s.Releases == nil {
		return out, nil
	}
	open, closed, err := s.Releases.Verdicts(ctx)
	for _, v := range slices.Concat(open, closed) {
		if _, known := out[v.Patch]; !known && v.Patch > 0 {
			out[v.Patch] = v
		}
	}
	return out, err
}

func runCanaries(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	all, closed, err := s.Shard.Releases.Verdicts(ctx)
	if err != nil {
		return Result{}, err
	}
	if a.All {
		all = append(all, closed...)
	}
	t := &Table{Columns: columns("release", "what", "systems", "functions", "since:time", "calls", "errors", "in_callers", "error_rate", "expected_errors",
		"time_ms:ms", "p99_ms:ms", "time_before_ms:ms", "compared_with", "verdict", "next"), None: "nothing is watched; canaries --all shows what was"}
	var notes []string
	for _, v := range all {
		what := "files"
		if v.Patch > 0 {
			what = fmt.Sprintf("patch #%d", v.Patch)
		}
		t.Rows = append(t.Rows, []any{v.Release, what, list(v.Units), list(v.Functions), moment(v.Since), math.Round(v.Calls), v.Errors, v.InCallers, v.Rate,
			math.Round(v.Expected*100) / 100, millis(tookNow(v)), millis(v.P99), millis(v.MeanThen), v.Then, v.Verdict, v.Next})
		notes = append(notes, fmt.Sprintf("release %d (%s), %s: %v%s", v.Release, what, v.Verdict, v, advice(v.Next)))
	}
	t.Note = strings.Join(notes, "\n")
	return Result{Table: t}, nil
}

func advice(next string) string {
	if next == "" {
		return ""
	}
	return "; next: " + next
}
