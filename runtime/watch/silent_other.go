//go:build !linux

package watch

// silent knows of no file system to distrust here; a change that comes without
// an event is found by the backstop scan.
func silent(string) string { return "" }
