package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// What bash is offered, by a real bash.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	app, err := kong.New(&cli, kong.Name("host"), kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	writeCompletion(&script, "bash", app.Model)
	script.WriteString("COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _host; echo \"${COMPREPLY[*]}\"\n")
	for line, want := range map[string]string{
		"host aud":                    "audit",
		"host serve --tls":            "--tls-cert --tls-key",
		"host serve --data x --fo":    "--four-eyes",
		"host serve --listen x --log": "--log-format",
		"host check --scr":            "--scripts",
		"host doctor nonsense":        "",
		"host report eco":             "economy",
		"host report economy --si":    "--since",
		"host report suspects --sim":  "--simulate",
		"host simulate economy --ke":  "--keep",
	} {
		out, err := exec.Command(bash, append([]string{"--norc", "-c", script.String(), "bash"}, strings.Fields(line)...)...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", line, got, err, want)
		}
	}
}

func TestCompletionForEveryShell(t *testing.T) {
	t.Parallel()
	app, err := kong.New(&cli, kong.Name("host"), kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var script strings.Builder
		writeCompletion(&script, shell, app.Model)
		for _, word := range []string{"serve", "record-keep", "audit", "doctor"} {
			if !strings.Contains(script.String(), word) {
				t.Errorf("%s is not told of %s", shell, word)
			}
		}
	}
}
