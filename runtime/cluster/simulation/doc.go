// Package simulation runs a whole cluster in one goroutine, many times faster than the
// clock, and breaks everything around it: nodes crash, stop and come back, their clocks
// drift, messages are late, lost, doubled and out of order, the bus goes back to an older
// state, the database restarts and its clock jumps. What decides is the code that decides in
// a server (package cluster); what is made up is the network, the database, and what systems
// do: they have money and characters, and pay and send each other of them.
//
// Everything follows from a seed. What happened is a history, and Check says what in it
// cannot be: it knows nothing of how the cluster works. Shrink makes the plan of a run that
// fails small. Planted bugs prove that the checks find what they are for.
//
// Start reading at simulation.go; database.go says what is expected of the real one.
package simulation
