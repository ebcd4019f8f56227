// Package spell finds the name that somebody meant.
package spell

import "slices"

// Nearest is the known name nearest to an unknown one, "" where none is near enough
// to be a slip of the fingers. Of equally near ones it is the first in order.
func Nearest(unknown string, known []string) string {
	if len(unknown) < 3 {
		return ""
	}
	best, bestDistance := "", max(1, len(unknown)/3)
	for _, name := range slices.Sorted(slices.Values(known)) {
		if d := editDistance(unknown, name, bestDistance); d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = name, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions, changes and swaps of neighbours
// that turn a into b (optimal string alignment); more than limit is limit+1.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	next := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return min(row[len(b)], limit+1)
}
