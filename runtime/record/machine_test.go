package record

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/cpu"

	"hotshard/runtime/system"
)

// TestWhatALifeComesTo prints the digests of a life of many ships for
// TestOtherMachinesPlayTheSame, which runs it in other builds.
func TestWhatALifeComesTo(t *testing.T) {
	out := os.Getenv("HOTSHARD_TEST_DIGESTS")
	if out == "" {
		out = filepath.Join(t.TempDir(), "digests")
	}
	s := newShard(t)
	r := rand.New(rand.NewPCG(11, 1))
	for s.next < 120 {
		s.act(r)
	}
	s.live(r, 120)
	var b strings.Builder
	rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
	if err != nil {
		t.Fatal(err)
	}
	run := rec.NewRun(setup(), Options{From: epoch, Each: func(_ *system.System, st system.Stepped) error {
		fmt.Fprintln(&b, st.Tick, st.Now)
		return nil
	}})
	defer run.Close()
	if err := run.All(); err != nil || run.Parted != nil {
		t.Fatal(err, run.Parted)
	}
	if err := os.WriteFile(out, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// machine is a kind of processor that the life is played on: how to build for it, and what runs
// such a program here.
type machine struct {
	name  string
	env   []string
	run   []string
	procs []int
}

// machines are those that this one can play: itself, those of its kind that add to products
// without rounding them and those that do not, and one of another kind, in an emulator.
func machines(t *testing.T) []machine {
	all := []machine{{name: "here", procs: []int{1, 2, 7}}}
	if runtime.GOARCH == "amd64" {
		all = append(all, machine{name: "GOAMD64=v1", env: []string{"GOAMD64=v1"}, procs: []int{1, 7}})
		if cpu.X86.HasFMA && cpu.X86.HasAVX2 && cpu.X86.HasBMI2 {
			all = append(all, machine{name: "GOAMD64=v3", env: []string{"GOAMD64=v3"}, procs: []int{1, 2, 7}})
		}
	}
	if emulator := arm64(t); runtime.GOARCH != "arm64" && emulator != "" {
		all = append(all, machine{name: "arm64", env: []string{"GOARCH=arm64", "CGO_ENABLED=0"}, run: []string{emulator}, procs: []int{1, 7}})
	}
	return all
}

// arm64 is a program that runs those of arm64, "" where there is none.
func arm64(t *testing.T) (emulator string) {
	t.Run("arm64", func(t *testing.T) {
		for _, name := range []string{"qemu-aarch64", "qemu-aarch64-static"} {
			if path, err := exec.LookPath(name); err == nil {
				emulator = path
				return
			}
		}
		if runtime.GOARCH != "arm64" {
			t.Skip("qemu-aarch64 is not installed")
		}
	})
	return emulator
}

// plays builds for a machine, and returns what the life comes to on so many of its processors.
func (m machine) plays(t *testing.T) (digests []string) {
	binary := filepath.Join(t.TempDir(), "record.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), m.env...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", m.name, err, out)
	}
	for _, procs := range m.procs {
		out := filepath.Join(t.TempDir(), "digests")
		command := append(slices.Clone(m.run), binary, "-test.run", "^TestWhatALifeComesTo$")
		life := exec.Command(command[0], command[1:]...)
		life.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", procs), "HOTSHARD_TEST_DIGESTS="+out)
		if said, err := life.CombinedOutput(); err != nil {
			t.Fatalf("%s on %d processors: %v\n%s", m.name, procs, err, said)
		}
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, string(got))
	}
	return digests
}

// TestOtherMachinesPlayTheSame plays one life on several kinds of processors, and on 1, 2 and 7
// of them: every tick has to come to the same.
func TestOtherMachinesPlayTheSame(t *testing.T) {
	if os.Getenv("HOTSHARD_THOROUGH") == "" {
		t.Skip("only with HOTSHARD_THOROUGH=1, as in make check: it builds the machine several times")
	}
	want := ""
	for _, m := range machines(t) {
		for i, got := range m.plays(t) {
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s on %d processors comes out differently, first at tick %s", m.name, m.procs[i], firstOther(got, want))
			}
		}
	}
	if strings.Count(want, "\n") < 100 {
		t.Errorf("only %d ticks were run", strings.Count(want, "\n"))
	}
}

// firstOther is the first line in which two texts differ.
func firstOther(a, b string) string {
	other := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i >= len(other) || line != other[i] {
			return line
		}
	}
	return "?"
}
