// Package differ holds our Lua against the reference: it writes random programs,
// runs each in Debian's lua5.1 and in a State, and compares what they print and
// how they fail.
//
//	go test ./runtime/script/differ                                  a few thousand programs, always the same
//	go test ./runtime/script/differ -run Random -programs 1000000 -seed 7 -v   as many as you like
//
// A program is made from its seed alone, ends by itself, prints no address and does
// not depend on the order of pairs(), so that two right implementations print the
// same. One that differs is shrunk while it still differs, and reported with its
// seed and both outputs.
//
// Start reading at campaign.go; generate.go is where programs come from, reference.go
// and ours.go run them, compare.go says what counts as the same, shrink.go makes
// them small.
package differ
