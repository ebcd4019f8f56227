package luatest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"

	"hotshard/runtime/script/code"
)

var errBare = errors.New("this world has no players: it is a bare state")

// DefaultSystem is the system of Map in which a test plays that names no other.
const DefaultSystem = "Alpha"

// Options say what to run.
type Options struct {
	Root    string                     // the script root
	Paths   []string                   // test files or folders; empty means the whole root
	Pattern string                     // a regular expression; tests whose "file.name" it does not match are left out
	Seed    uint64                     // of the order and of everything random; 0 is a seed like any other
	Reloads bool                       // reload random scripts at random ticks meanwhile: every test must pass all the same
	Out     io.Writer                  // where the report goes; nil for nowhere
	New     func(Setup) (World, error) // makes the World of one test; nil for Bare
	Replay  ReplayOpener               // opens the recordings that stand beside tests; nil: none
}

// everything is the pattern of all tests.
var everything = regexp.MustCompile("")

// Result counts the outcomes.
type Result struct{ Passed, Failed int }

// Run finds the tests, runs each in a World of its own, in random order, and
// reports. An error says that there was nothing to run: no such path, a pattern
// that does not compile.
func Run(o Options) (Result, error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.New == nil {
		o.New = Bare
	}
	if o.Root == "" {
		o.Root = "."
	}
	pattern, err := regexp.Compile(o.Pattern)
	if err != nil {
		return Result{}, fmt.Errorf("test: --run: %w", err)
	}
	release, files, err := Select(o.Root, o.Paths)
	if err != nil {
		return Result{}, err
	}
	order := rand.New(rand.NewPCG(o.Seed, 1))
	order.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	fmt.Fprintf(o.Out, "seed %d\n", o.Seed)

	var result Result
	reports := runFiles(files, func(file string) fileReport {
		f := fileRun{options: o, release: release, file: file, pattern: pattern}
		return f.run()
	})
	for report := range reports {
		result.Passed += report.passed
		result.Failed += report.failed
		io.WriteString(o.Out, report.text)
	}
	fmt.Fprintf(o.Out, "%d passed, %d failed\n", result.Passed, result.Failed)
	return result, nil
}

// Select reads the scripts below a root as a release, and lists the test files that paths name:
// all for none.
func Select(root string, paths []string) (*code.Release, []string, error) {
	sources, err := readScripts(root)
	if err != nil {
		return nil, nil, fmt.Errorf("test: %w", err)
	}
	files, err := choose(root, sources, paths)
	if err != nil {
		return nil, nil, fmt.Errorf("test: %w", err)
	}
	return code.NewRelease(1, sources), files, nil
}

// fileReport is the outcome of one file's tests.
type fileReport struct {
	passed, failed int
	text           string
	failures       []Failure
	left           bool // there was no time for all
}

// runFiles runs the files on all processors and yields their reports in order.
func runFiles(files []string, run func(string) fileReport) func(func(fileReport) bool) {
	return func(yield func(fileReport) bool) {
		reports := make([]fileReport, len(files))
		ready := make([]chan struct{}, len(files))
		for i := range ready {
			ready[i] = make(chan struct{})
		}
		var next sync.Mutex
		at := 0
		take := func() int {
			next.Lock()
			defer next.Unlock()
			at++
			return at - 1
		}
		for range min(runtime.GOMAXPROCS(0), len(files)) {
			go func() {
				for i := take(); i < len(files); i = take() {
					reports[i] = run(files[i])
					close(ready[i])
				}
			}()
		}
		for i := range files {
			<-ready[i]
			if !yield(reports[i]) {
				return
			}
		}
	}
}

// readScripts reads every Lua file below root, by its path with slashes. Names
// that begin with a dot are left out.
func readScripts(root string) (map[string][]byte, error) {
	sources := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != root && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() || !strings.HasSuffix(path, ".lua") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		sources[filepath.ToSlash(rel)] = text
		return err
	})
	return sources, err
}

// choose lists the test files that the paths name, sorted. A script that is no
// test stands for the test beside it.
func choose(root string, sources map[string][]byte, paths []string) ([]string, error) {
	wanted := map[string]bool{}
	if len(paths) == 0 {
		paths = []string{root}
	}
	for _, path := range paths {
		rel, err := below(root, path)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(rel, ".lua") && !strings.HasSuffix(rel, "_test.lua") {
			rel = strings.TrimSuffix(rel, ".lua") + "_test.lua"
		}
		found := rel == "."
		for name := range sources {
			if !strings.HasSuffix(name, "_test.lua") {
				continue
			}
			if rel == "." || name == rel || strings.HasPrefix(name, rel+"/") {
				wanted[name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s: no tests there (the script root is %s)", path, root)
		}
	}
	files := make([]string, 0, len(wanted))
	for name := range wanted {
		files = append(files, name)
	}
	sort.Strings(files)
	return files, nil
}

// below returns path relative to root, with slashes; a path that does not exist
// as it stands is taken to be below the root already.
func below(root, path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return filepath.ToSlash(filepath.Clean(path)), nil
	}
	absRoot, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(absRoot, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return "", fmt.Errorf("%s is not below the script root %s", path, root)
	}
	return filepath.ToSlash(rel), nil
}
