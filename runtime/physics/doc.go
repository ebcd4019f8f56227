// Package physics moves the bodies of one solar system and says who sees whom.
//
// It is pure: a time step and a seed go in, states and events come out. It reads
// no clock, starts no lasting goroutine and does no I/O. Every flight mode is the
// closed form of linear drag (MOTION.md), so a step of any length lands where
// many short ones do, and a client that runs the same law needs to hear only of
// courses that changed.
//
// Where to start reading: Motion and its Advance (motion.go) are the law, for
// one body; Space.Step (step.go) is the tick, for all of them; bubble.go decides
// who is with whom; Mirror (mirror.go) is the far end, a client's picture.
//
// A Space belongs to one goroutine. Inside Step it may fan the integration out
// over Config.Workers goroutines; what comes out has the same bytes for any
// number of them. (The compiler may fuse multiply and add on some processors
// other than amd64, so bytes are comparable between machines of one kind.)
package physics
