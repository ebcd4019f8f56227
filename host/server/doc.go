// Package server puts a shard together: the map, the store, the scripts, the
// systems, the gate, the page and the console, out of packages that do not know
// of one another. It is the only place that does.
//
// A Server is a value: New wires it and opens its sockets, Run serves until its
// context ends and then saves everybody. Tests run the same on port 0.
package server
