// Package system is the actor that owns one solar system or one service: a
// goroutine with a Lua state, a physical space, timers and players. Everybody
// else talks to it by putting messages in its inbox; nothing in here is shared,
// so nothing in here is locked.
//
// A System is made of parts with state and methods of their own, which know each
// other only where a field says so: its mail, its door, the players' commands, the
// scripts, the entities in space, the bubbles and what is sent of them, the saves, the
// pace. Start reading at tick.go: Step is one tick, which calls the parts in order.
// interlude.go is what happens between two of them, loop.go says when a tick happens and when
// the system sleeps, arrival.go and player.go how players come and go, api.go what bindings
// may ask.
//
// A place is one in a line before a door, and a turn is one of a ship.
package system
