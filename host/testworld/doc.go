// Package testworld makes the worlds that Lua tests play in, for luatest: the
// real system, physics and bindings, with everything outside of one system (other
// systems, the store, connections) kept in memory, and a clock that moves only
// when a test says so.
package testworld
