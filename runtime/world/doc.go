// Package world holds the plain typed values that every other room of the
// runtime speaks in: identifiers, vectors, the static map and the way through it,
// and the values that cross from one actor to another. It imports
// nothing of ours, allocates nothing behind the caller's back and does no I/O.
package world
