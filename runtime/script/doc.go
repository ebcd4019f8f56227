// Package script hosts the Lua of one system or service: it loads modules from a
// code.Release and runs handlers, timers, commands and tasks under an instruction
// budget. Package reload replaces that code in place when a new release comes (see
// DESIGN.md).
//
// A State belongs to one goroutine; nothing in here takes a lock. What is shared
// between States (compiled units, releases) is immutable.
package script
