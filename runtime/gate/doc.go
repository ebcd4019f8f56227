// Package gate lets players in: WebSockets at /play, sessions that outlive a
// dropped socket, limits on what one player may ask for, and a write path that
// hands one shared frame to thousands of sockets without a goroutine or an
// allocation for each.
//
// The protocol is described in wire/PROTOCOL.md.
package gate
