// Package code turns source into declarations: it compiles files, names their functions
// and variables, and matches those of two versions of a file. A Release is a set of
// files. Nothing here runs Lua or knows a State; all but a File's one compilation is
// pure.
package code
