package record

// ddmin finds a small part of the numbers 0 to n-1 of which fails is still true, as it is of
// all of them: none of those that are left can be left out alone. It is Zeller's delta
// debugging; the order in which it tries is always the same. Once stop is true it returns
// what it has.
func ddmin(n int, fails func(keep []int) bool, stop func() bool) []int {
	keep := make([]int, n)
	for i := range keep {
		keep[i] = i
	}
	if n == 0 || stop() {
		return keep
	}
	if fails(nil) {
		return nil
	}
	for chunks := 2; len(keep) > 1 && !stop(); {
		smaller, only := reduce(keep, chunks, fails, stop)
		switch {
		case smaller == nil && chunks >= len(keep):
			return keep
		case smaller == nil:
			chunks = min(2*chunks, len(keep))
		case only:
			keep, chunks = smaller, 2
		default:
			keep, chunks = smaller, max(chunks-1, 2)
		}
	}
	return keep
}

// reduce tries each of so many chunks alone, and then the rest without each; nil says that
// none of these fails.
func reduce(keep []int, chunks int, fails func([]int) bool, stop func() bool) (smaller []int, only bool) {
	bounds := func(i int) (from, to int) { return i * len(keep) / chunks, (i + 1) * len(keep) / chunks }
	for i := 0; i < chunks && !stop(); i++ {
		if from, to := bounds(i); fails(keep[from:to]) {
			return keep[from:to], true
		}
	}
	for i := 0; i < chunks && chunks > 2 && !stop(); i++ {
		from, to := bounds(i)
		if rest := append(append([]int{}, keep[:from]...), keep[to:]...); fails(rest) {
			return rest, false
		}
	}
	return nil, false
}
