// Package command is the operators' side of a shard: the commands, what they
// need from the server (shard.go, shard_code.go), and the wire on which a
// terminal client asks for them. Each command is one file or shares one with its
// family; the server runs them, the client only shows what they answer.
package command
