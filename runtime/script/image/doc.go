// Package image writes down the values of a Lua machine, with who shares what, and
// makes them again: tables, closures and the variables that they share, coroutines in
// the middle of a wait. The same values give the same bytes. What it does not know, the
// functions and the Go objects of whoever owns the machine, it asks a Host.
//
// DESIGN.md in this package says how. A Reader reads bytes from outside: whatever they
// are, they cost an error, and memory in proportion to their length.
package image
