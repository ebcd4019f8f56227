// Package release decides which scripts run where: it takes batches of saved
// files and operators' patches, stages them, asks every live State, commits to
// all or none (or to a canary), watches the errors that follow and rolls back.
//
// A Controller is driven from outside: by the server's goroutines in a shard, by
// the conformance runner step by step. It serialises what it is asked to do with
// one lock; it is not on the tick path.
package release
