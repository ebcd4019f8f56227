package record

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// TestOtherMachinesPlayTheSame builds for processors that add to products without rounding
// them, and for those that do not, and runs on 1, 2 and 7 processors: every tick of a life has
// to come to the same.
func TestOtherMachinesPlayTheSame(t *testing.T) {
	levels := []string{"v1"}
	switch {
	case os.Getenv("HOTSHARD_THOROUGH") == "":
		t.Skip("only with HOTSHARD_THOROUGH=1, as in make check: it builds the machine twice")
	case runtime.GOARCH != "amd64":
		levels = nil
	case cpu.X86.HasFMA && cpu.X86.HasAVX2 && cpu.X86.HasBMI2:
		levels = append(levels, "v3")
	}
	want, from := "", ""
	for _, level := range append([]string{""}, levels...) {
		binary := filepath.Join(t.TempDir(), "record.test")
		build := exec.Command("go", "test", "-c", "-o", binary, ".")
		build.Env = append(os.Environ(), "GOAMD64="+level)
		if level == "" {
			build.Env = os.Environ()
		}
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, procs := range []int{1, 2, 7} {
			digests := filepath.Join(t.TempDir(), "digests")
			life := exec.Command(binary, "-test.run", "^TestWhatALifeComesTo$")
			life.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", procs), "HOTSHARD_TEST_DIGESTS="+digests)
			if out, err := life.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got, err := os.ReadFile(digests)
			if err != nil {
				t.Fatal(err)
			}
			here := fmt.Sprintf("GOAMD64=%s on %d processors", level, procs)
			if want == "" {
				want, from = string(got), here
			}
			if string(got) != want {
				t.Errorf("%s comes out differently from %s, first at tick %s", here, from, firstOther(string(got), want))
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
