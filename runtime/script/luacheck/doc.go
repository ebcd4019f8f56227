// Package luacheck reads scripts without running them and says what would go
// wrong: files that do not compile, names nobody declared, assignments that
// would make a new global, words the API does not have, modules that are not
// there, fields that a required module never sets, locals nobody reads.
//
// It works on the syntax tree of gopher-lua's own parser, so that what it
// accepts is what the shard will run. It reports only what can be known from the
// text: a table that is handed to a function, filled with computed keys or given
// a metatable is left alone.
package luacheck
