package command

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
)

// thenBefore is Watched.Then of a comparison with what was before.
const thenBefore = "before"

// now is the time to be held against MeanThen.
func (w Watched) now() time.Duration {
	if w.Then == thenBefore {
		return w.MeanNow
	}
	return w.Mean
}

// verdicts is how the patches do that are watched, by their numbers: the latest watch
// of each.
func (s Shard) verdicts(ctx context.Context) (map[int]Watched, error) {
	out := map[int]Watched{}
	if s.Releases == nil {
		return out, nil
	}
	all, err := s.Releases.Verdicts(ctx)
	for _, w := range all {
		if _, known := out[w.Patch]; !known && w.Patch > 0 {
			out[w.Patch] = w
		}
	}
	return out, err
}

func runCanaries(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	all, err := s.Shard.Releases.Verdicts(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("release", "what", "systems", "functions", "since:time", "calls", "errors", "in_callers", "error_rate", "expected_errors",
		"time_ms:ms", "p99_ms:ms", "time_before_ms:ms", "compared_with", "verdict", "next"), None: "nothing is watched; canaries --all shows what was"}
	var notes []string
	for _, w := range all {
		if w.Over && !a.All {
			continue
		}
		what := "files"
		if w.Patch > 0 {
			what = fmt.Sprintf("patch #%d", w.Patch)
		}
		t.Rows = append(t.Rows, []any{w.Release, what, list(w.Systems), list(w.Functions), moment(w.Since), math.Round(w.Calls), w.Errors, w.InCallers, w.Rate,
			math.Round(w.Expected*100) / 100, millis(w.now()), millis(w.P99), millis(w.MeanThen), w.Then, w.Verdict, w.Next})
		notes = append(notes, fmt.Sprintf("release %d (%s), %s: %s%s", w.Release, what, w.Verdict, w.Figures, advice(w)))
	}
	t.Note = strings.Join(notes, "\n")
	return Result{Table: t}, nil
}

func advice(w Watched) string {
	if w.Next == "" {
		return ""
	}
	return "; next: " + w.Next
}
