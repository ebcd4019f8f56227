// Package command is what operators can ask of a shard, and what the commands need
// from it for that. The server runs them; package serve is how they are reached, and
// a terminal only shows what they answer.
//
// A file is one command or a family: what it needs from the shard, an interface; its
// entry in the table, which is all that help, completion and the reading of arguments
// know of it; the function that runs it. So a new command is a file here, with its
// test, and where it needs something new of the shard, a method there.
package command
