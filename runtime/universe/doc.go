// Package universe is the set of all solar systems and services of a shard: it
// starts them when they are first needed, knows who is where, and carries
// messages between them and the players' commands to them. It is the one place
// in the runtime that is shared by many goroutines, and holds no game.
package universe
