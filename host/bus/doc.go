// Package bus carries messages between the nodes of a cluster over NATS: to one node, to all,
// or a request that is answered within its time. It is only a bus. What is sent comes once or
// not at all, in the order in which one node has sent it to another; nothing is kept for who
// is away, and nothing is sent again. So whoever must know asks the table of owners.
//
// Start reading at bus.go; envelope.go is what a message looks like, request.go what is
// answered, join.go who is let in, embedded.go a bus for one machine.
package bus
