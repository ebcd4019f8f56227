//go:build race

package simulation

// raced says that the race detector looks on.
const raced = true
