package simulation

import (
	"fmt"
	"slices"
	"strings"
)

// Shrink makes the plan of a run that fails smaller as long as it still breaks the same
// rule, and returns the smallest run.
func Shrink(r *Result) *Result {
	if len(r.Problems) == 0 {
		return r
	}
	rule := r.Problems[0].Rule
	for size := len(r.Plan); size > 0; size /= 2 {
		for from := 0; from < len(r.Plan); {
			plan := slices.Delete(slices.Clone(r.Plan), from, min(from+size, len(r.Plan)))
			less := RunPlan(r.Seed, r.Bug, plan)
			if i := slices.IndexFunc(less.Problems, func(p Problem) bool { return p.Rule == rule }); i >= 0 {
				less.Problems[0], less.Problems[i] = less.Problems[i], less.Problems[0]
				r = less
				continue
			}
			from += size
		}
	}
	return r
}

// Tell is a run that fails, for people: what cannot be, the plan, and what happened.
func Tell(r *Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, r)
	for _, p := range r.Problems {
		fmt.Fprintln(&b, p)
	}
	fmt.Fprintln(&b, "the plan, made small:")
	for _, s := range r.Plan {
		fmt.Fprintln(&b, s)
	}
	fmt.Fprintln(&b, "what happened, as far as it matters:")
	fmt.Fprintln(&b, Story(r.History, r.Problems[0], 60))
	return b.String()
}
