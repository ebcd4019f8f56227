// Package reload replaces the code of running States (see DESIGN.md of
// hotshard/runtime/script). A Stager runs the top levels of the next release beside
// those of the last and works out what differs; Plan says what that does to a State;
// Commit does it between two ticks, or nothing.
package reload
