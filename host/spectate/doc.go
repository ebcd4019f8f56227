// Package spectate shows a recording in the player's page: a copy of a system is run again on
// one goroutine, at the pace that somebody asks for, and whoever looks sees it as its pilots did.
// Operators reach the copy by a console of their own. Nothing of it reaches anything outside.
package spectate
