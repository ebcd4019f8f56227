// Package system is the actor that owns one solar system or one service: a
// goroutine with a Lua state, a physical space, timers and players. Everybody
// else talks to it by putting messages in its inbox; nothing in here is shared,
// so nothing in here is locked.
//
// Start reading at tick.go: Step is one tick, told in order. loop.go says when a
// tick happens and when the system sleeps, player.go how players come and go,
// view.go what they get to see.
package system
