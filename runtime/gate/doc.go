// Package gate lets players in: WebSockets at /play, sessions that outlive a
// dropped socket, limits on what one player may ask for, and a write path that
// hands one shared frame to thousands of sockets without a goroutine or an
// allocation for each.
//
// Reading the source: api.go is what others see; upgrade.go and reader.go follow a
// connection from the handshake to its requests; login.go and session.go tie it to
// a character; writer.go is the way out. The protocol is wire/PROTOCOL.md, and
// package client is its other end.
package gate
