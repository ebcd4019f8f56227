//go:build race

package testworld

// raced says that the race detector looks on.
const raced = true
