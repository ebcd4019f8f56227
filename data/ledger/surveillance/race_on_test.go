//go:build race

package surveillance_test

// raced says that the race detector looks on.
const raced = true
