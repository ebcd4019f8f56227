// Command leftout reads what `go test -json` says, shows what `go test` would show, and
// says in the last lines which tests were left out, and why. With -none a test that
// was left out for want of something is a failure.
//
//	go test -json ./... | go run ./host/leftout
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	none := flag.Bool("none", false, "fail where a test was left out for want of something")
	flag.Parse()
	r := newReport(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "leftout:", err)
		os.Exit(1)
	}
	if lacking := r.finish(); r.failed || *none && lacking > 0 {
		os.Exit(1)
	}
}

// event is a line of go test -json.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// elective begins the reason of a test that lacks nothing: it runs where somebody asks
// for it, or where there is something to test.
const elective = "only "

type report struct {
	out     io.Writer
	output  map[[2]string]*strings.Builder // by package and test
	skipped map[string][]string            // tests by the reason why
	events  int
	failed  bool
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[[2]string]*strings.Builder{}, skipped: map[string][]string{}}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "" { // what is no event comes from the build
			fmt.Fprintln(r.out, lines.Text())
			continue
		}
		r.events++
		r.take(e)
	}
	if r.events == 0 {
		return errors.New("no tests were run")
	}
	return lines.Err()
}

func (r *report) take(e event) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		if r.output[key] == nil {
			r.output[key] = &strings.Builder{}
		}
		r.output[key].WriteString(e.Output)
	case "skip":
		if e.Test != "" {
			why := reason(r.output[key].String())
			r.skipped[why] = append(r.skipped[why], strings.TrimPrefix(e.Package, "hotshard/")+" "+e.Test)
		}
	case "fail":
		r.failed = true
		if e.Test != "" {
			fmt.Fprint(r.out, r.output[key])
		} else {
			r.ended(e.Package)
			fmt.Fprintf(r.out, "FAIL\t%s\t%.3fs\n", e.Package, e.Elapsed)
		}
	case "pass":
		if e.Test == "" {
			fmt.Fprintf(r.out, "ok  \t%s\t%.3fs\n", e.Package, e.Elapsed)
		}
	}
	if e.Action == "pass" || e.Action == "fail" || e.Action == "skip" {
		delete(r.output, key)
	}
}

// ended shows what is left of a package that failed: its own words, and those of tests
// that came to no end, as when the program is stopped in the middle of them.
func (r *report) ended(pkg string) {
	var left [][2]string
	for key := range r.output {
		if key[0] == pkg {
			left = append(left, key)
		}
	}
	slices.SortFunc(left, func(a, b [2]string) int { return strings.Compare(b[1], a[1]) }) // the package's last
	for _, key := range left {
		for line := range strings.Lines(r.output[key].String()) {
			if !strings.HasPrefix(line, "FAIL") { // which is said once, behind it
				fmt.Fprint(r.out, line)
			}
		}
		delete(r.output, key)
	}
}

// reason is what a test said as it was skipped: its last words that do not come from
// the runner, without the file and line.
func reason(output string) string {
	why := "no reason given"
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if _, rest, ok := strings.Cut(line, ".go:"); ok {
			if _, text, ok := strings.Cut(rest, ": "); ok {
				line = text
			}
		}
		why = line
	}
	return why
}

// finish writes what was left out and returns how many tests lack something.
func (r *report) finish() (lacking int) {
	reasons := slices.Sorted(maps.Keys(r.skipped))
	show := func(asked bool) (n int) {
		for _, why := range reasons {
			if tests := r.skipped[why]; strings.HasPrefix(why, elective) == asked {
				fmt.Fprintf(r.out, "left out: %s (%s)\n", why, strings.Join(tests, ", "))
				n += len(tests)
			}
		}
		return n
	}
	show(true)
	lacking = show(false)
	switch {
	case lacking > 0:
		fmt.Fprintf(r.out, "%d tests were left out for want of what is named above\n", lacking)
	case !r.failed:
		fmt.Fprintln(r.out, "nothing was left out for want of anything")
	}
	return lacking
}
