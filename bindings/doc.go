// Package bindings holds the words of the game's language: one file for each Lua
// table that scripts may use, and events.go for what the core tells scripts.
// Each function stands with its Lua signature and its description, from which
// the editor stubs in library/ and API.md are made (go run ./bindings/gen), and
// by which its arguments are checked before it runs.
//
// Scripts hold numbers, never pointers: a player is a character's id, a ship an
// entity's. One that has gone stale is answered with nil and a sentence.
package bindings
