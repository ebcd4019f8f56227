package differ

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
)

var (
	programs = flag.Int("programs", 0, "how many random programs to run")
	seed     = flag.Uint64("seed", 1, "seed of the first random program")
	strict   = flag.Int("strict", int(Lines), "0: errors by class, 1: by their words, 2: with their lines")
	most     = flag.Int("most", 10, "differences after which to stop")
	update   = flag.Bool("update", false, "record what lua5.1 prints for testdata")
	workers  = flag.Int("workers", max(1, runtime.NumCPU()/2), "how many programs to run at a time")
	keep     = flag.Bool("keep", false, "do not shrink what differs")
)

// TestRandomPrograms compares programs that nobody wrote.
func TestRandomPrograms(t *testing.T) {
	o := Options{Programs: 500, Seed: *seed, How: Strictness(*strict), Workers: *workers, Most: *most, Keep: *keep}
	if os.Getenv("HOTSHARD_THOROUGH") != "" {
		o.Programs = 2_000
	}
	if *programs > 0 {
		o.Programs, o.Progress = *programs, os.Stderr
	}
	o.Found = func(d Difference) { t.Errorf("%s", d) }
	result, err := Run(o)
	if errors.Is(err, ErrNoReference) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if *programs > 0 {
		fmt.Fprintln(os.Stderr, result)
	}
	t.Log(result)
}
