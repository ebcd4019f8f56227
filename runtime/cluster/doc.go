// Package cluster decides which node runs which system or service, and how one moves from a
// node to another while it runs. It is a machine of states and nothing else: events and the
// time go in, actions come out. It opens no connection, reads no clock and starts no
// goroutine, so that the same code runs in a server and in the simulation, which breaks
// everything around it (package simulation).
//
// Start reading at DESIGN.md; then node.go, and lease.go for owning, leave.go and arrive.go
// for the two ends of a move.
package cluster
