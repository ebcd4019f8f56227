// Package dap lets an editor debug a recording: it speaks the Debug Adapter Protocol over TCP,
// and what it stops, steps through and goes back in is a copy that is run again. The system
// that was recorded, if it still plays, notices nothing.
//
// Start reading at session.go: one goroutine answers what an editor asks and runs the copy, so
// that nothing of it is looked at while it moves. runner.go says when it stops, back.go how it
// goes back, variables.go what is shown.
package dap
