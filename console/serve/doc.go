// Package serve is how operators reach the commands of a shard: the local socket and
// who is at its other end, and the protocol that is spoken on it, one JSON object a
// line. The folder remote has the same over SSH. The server answers here; package
// client asks.
package serve
