// Package vm runs compiled Lua. It works on gopher-lua's own values, threads and
// prototypes, with an interpreter loop, calls, errors and tables of its own, where
// gopher-lua's give other results than Lua 5.1 or cost too much. DESIGN.md in the
// package script says which and why.
//
// It is the only package that reaches below gopher-lua's exported surface: layout.go
// mirrors the structures it needs, and Check compares them with the library's, field
// by field, so that a changed library is an error at start and never a crash later.
package vm
