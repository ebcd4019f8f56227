// Package script hosts the Lua of one system or service: it loads modules from a
// Release, runs handlers, timers, commands and tasks under an instruction budget,
// and replaces code in place when a new Release comes (see DESIGN.md).
//
// A State belongs to one goroutine; nothing in here takes a lock. What is shared
// between States (compiled units, releases) is immutable.
package script
