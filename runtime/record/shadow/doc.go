// Package shadow says what a change of code would have made different: what was recorded of a
// system is run twice, side by side, once as it was and once with the change, and what the two
// do outside, and keep, is compared. See ../DESIGN.md.
package shadow
