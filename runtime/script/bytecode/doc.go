// Package bytecode compiles gopher-lua's syntax tree to gopher-lua's bytecode, as the
// manual of Lua 5.1 wants it: all right-hand sides before any assignment, a local in
// scope after its own value, one cell a variable. gopher-lua's own compiler writes
// results into registers that the expression still reads.
//
// The n-th function expression in the text of a function is its n-th nested prototype,
// and dead code is compiled like any other: the reload engine counts on both.
package bytecode
