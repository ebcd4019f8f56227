// Package deploy is how a shard is run by others: systemd, Docker, Debian.
package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	"go.yaml.in/yaml/v3"
)

// systemd finds nothing wrong with the unit, and little to protect better.
func TestUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("only where systemd-analyze is")
	}
	b, err := os.ReadFile("hotshard.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "hotshard.service")
	installed := regexp.MustCompile(`/usr/bin/hotshard\b`).ReplaceAllString(string(b), "/bin/true")
	if err := os.WriteFile(unit, []byte(installed), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput(); err != nil || strings.Contains(string(out), "hotshard.service") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=30", unit).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What the unit and the images start is what the program understands.
func TestFlagsAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../serve.go")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.ToLower(string(source))
	for _, file := range []string{"hotshard.service", "Dockerfile"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		serve := regexp.MustCompile(`(?:hotshard serve|CMD \["serve").*`).FindString(string(b))
		flags := regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(serve, -1)
		if len(flags) < 4 {
			t.Errorf("%s starts a shard with %d flags", file, len(flags))
		}
		for _, f := range flags {
			if !strings.Contains(known, strings.ReplaceAll(f[1], "-", "")) {
				t.Errorf("%s gives --%s, which there is not", file, f[1])
			}
		}
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Build struct{ Context, Dockerfile string }
			Ports []string
		}
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	shard := file.Services["shard"]
	if _, err := os.Stat(filepath.Join(shard.Build.Context, shard.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	for _, p := range shard.Ports {
		if !strings.HasPrefix(p, "127.0.0.1:") {
			t.Errorf("the port %s is open to all", p)
		}
	}
}

// What compose is given is what the Compose Specification has, and every node is of one cluster.
func TestComposeFilesAreWhatTheSpecificationHas(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"compose.yaml", "compose.cluster.yaml"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := yaml.Unmarshal(b, &all); err != nil {
			t.Fatal(file, err)
		}
		if err := schema.Validate(all); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
