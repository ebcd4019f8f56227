package testworld_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLuacheckAcceptsTheScripts runs luacheck, where it is installed, with the
// configuration that is made from the tables of words: it must know all of them.
func TestLuacheckAcceptsTheScripts(t *testing.T) {
	luacheck, err := exec.LookPath("luacheck")
	if err != nil {
		t.Skip("luacheck is not installed")
	}
	run := func(path string) (string, error) {
		c := exec.Command(luacheck, "--no-color", "--quiet", path)
		c.Dir = "../.." // where it finds the configuration
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := run("scripts"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run("host/testworld/testdata/slips.lua"); err == nil || !strings.Contains(out, "'orbti'") || !strings.Contains(out, "'eq'") || !strings.Contains(out, "'io'") {
		t.Errorf("of a script that says what is not there it finds %v:\n%s", err, out)
	}
}
