// Package api answers GET /api/v1/...: the market and what is traded, for everybody, over
// plain HTTP and read-only. openapi.json says what there is; a test keeps it true.
//
// Nothing here asks a system or a service: answers come from the store's read side and from
// what is fixed (the map, the release's types), are kept for some seconds and shared by
// everybody who asks meanwhile. So whoever asks much costs the game nothing but a read or
// two at a time.
//
// Begin with routes in api.go. books.go holds the pages of a book: those of one revision go
// together, however much is traded while they are turned.
package api
