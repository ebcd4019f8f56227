// Package release decides which scripts run where: it takes batches of saved
// files and operators' patches, stages them, asks every live State, commits to
// all or none (or to a canary), watches what follows and takes back what fails.
//
// A Controller is driven from outside: by the server's goroutines in a shard, by
// the conformance runner step by step. It serialises what it is asked to do with
// one lock; it is not on the tick path.
//
// It is made of parts with state and methods of their own: the intake of files that do
// not run (yet), the patches, the canaries, the units that run all that, the freeze,
// the history, the watchdog and its gauges, the board on which everybody looks.
//
// What every unit is to run is a course (course.go): one release for all, and on the
// units of canaries that release with the canaries laid over. A change is a step from
// one course to another: commit.go makes it, and units.go asks the units and has them
// do it.
//
// Every change is watched by itself until its verdict. watchdog.go books errors to
// the change that caused them, measure.go reads the gauges of the States, watching.go
// and slow.go judge, takeback.go undoes that one change.
//
// In a cluster all nodes have the same Code (cluster.go): whoever changes it has its turn, the others
// stage it before it is decided (stage.go), and go where it was decided.
package release
