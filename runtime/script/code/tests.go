package code

import "strings"

// IsTest says whether the script at a path is there for tests alone: one called
// *_test.lua, or a helper of tests in a folder called testing.
func IsTest(path string) bool {
	return strings.HasSuffix(path, "_test.lua") || strings.HasPrefix(path, "testing/") || strings.Contains(path, "/testing/")
}
