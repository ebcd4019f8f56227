// Package mesh makes one universe of those of several processes. It gives each the rest as a
// universe.Elsewhere, runs what its node owns (host/node), and carries messages, players and
// what they see over the bus (host/bus).
//
// A process is at home to the players whose sockets it has; what they play in may run on any.
// Start reading at mesh.go; routes.go finds who runs what, carry.go takes messages there,
// home.go is the players' end and far.go the systems' end of what players see, space.go runs
// and moves systems, jump.go lets players in, and roll.go notices who was lost on the way.
package mesh
