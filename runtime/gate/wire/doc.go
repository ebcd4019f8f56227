// Package wire is what players and the server say to each other: the message
// types, their two encodings and the WebSocket frames around them. PROTOCOL.md
// beside this file describes the same for somebody who writes a client.
//
// A message that goes to many players is made once as a Frame, encoded once for
// each codec in use and shared by every connection.
package wire
