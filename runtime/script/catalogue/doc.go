// Package catalogue reads what kinds of things a game has: the types that the files in a
// release's data folder list, checked against the schema that stands beside them. The
// game decides what a category is and which fields it has; this package knows neither.
//
// A Set is read once for all States that run a release, never changes, and may be read by
// every goroutine.
package catalogue
