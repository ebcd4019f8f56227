// Package differ holds our Lua against the reference: it writes random programs,
// runs each in Debian's lua5.1 and in a State, and compares what they print and
// how they fail.
//
//	go test ./runtime/script/differ                                two thousand programs, always the same
//	make differ PROGRAMS=1000000 SEED=7                            as many as you like
//	go test ./runtime/script/differ -run Random -programs 1 -seed 42 -keep   one of them, not shrunk
//
// A program is made from its seed alone, ends by itself, prints no address and does
// not depend on the order of pairs(), so that two right implementations print the
// same, with errors of the same words on the same lines. One that differs is shrunk
// while it still differs, and reported with its seed and both outputs.
//
// Start reading at campaign.go; generate.go is where programs come from, reference.go
// and ours.go run them, compare.go says what counts as the same, shrink.go makes
// them small. testdata holds programs that somebody wrote, one file for each area of
// the language, with what lua5.1 printed for them.
package differ
