package luacheck

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Severity says how bad a finding is: an Error fails the check, a Warning does
// not.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

// Finding is one thing found at one place. File is the path to show, Line and
// Col count from 1.
type Finding struct {
	File     string
	Line     int
	Col      int
	Severity Severity
	Message  string

	types bool // it is about a name of a type
}

// String returns the finding as editors understand it: "file:line:col: message".
func (f Finding) String() string {
	kind := ""
	if f.Severity == Warning {
		kind = "warning: "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", f.File, f.Line, f.Col, kind, f.Message)
}

// Options say what to check and which words exist.
type Options struct {
	Root   string   // the script root; require finds modules under it
	Paths  []string // files or folders to report on; empty means the whole root
	API    API      // the words scripts may use
	Events []string // the events that the core tells scripts, by name or signature; empty: names of events are not checked
	// Types reads the data files among the scripts: the names that scripts may use, and what
	// is wrong with the files; nil: scripts have no types.
	Types func(scripts map[string][]byte) (Types, []Finding)
	Tests API // the words that tests may use besides: files called *_test.lua, and those in folders called testing
	Rooms []Room
}

// Room is a folder whose scripts run elsewhere than the others: they have other words, and
// neither requires the other's modules.
type Room struct {
	Folder     string // "panels/"
	Of         string // what they are for: "the page"
	API, Tests API
	Events     []string
}

// Report is the outcome of a check.
type Report struct {
	Files    int
	Findings []Finding // sorted by file, line and column
}

// Errors returns how many findings are errors.
func (r Report) Errors() int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

// Write prints the findings, one a line, and a last line that sums up.
func (r Report) Write(w io.Writer) {
	for _, f := range r.Findings {
		fmt.Fprintln(w, f)
	}
	errors := r.Errors()
	fmt.Fprintf(w, "%d files, %d errors, %d warnings\n", r.Files, errors, len(r.Findings)-errors)
}

// Run checks the files below the paths. Every file below the root is read, since
// a file is judged by the modules it requires; an error is returned only when
// files cannot be read at all.
func Run(o Options) (Report, error) {
	root := o.Root
	if root == "" {
		root = "."
	}
	names, err := scripts(root)
	if err != nil {
		return Report{}, fmt.Errorf("check: %w", err)
	}
	wanted, err := choose(root, names, o.Paths)
	if err != nil {
		return Report{}, fmt.Errorf("check: %w", err)
	}
	texts := make(map[string][]byte, len(names))
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return Report{}, fmt.Errorf("check: %w", err)
		}
		texts[name] = text
	}
	report := Report{Files: len(wanted)}
	for _, f := range NewChecker(o).Check(texts) {
		if wanted[f.File] {
			f.File = filepath.Join(root, filepath.FromSlash(f.File))
			report.Findings = append(report.Findings, f)
		}
	}
	return report, nil
}

// scripts lists the Lua files below root, with slashes, sorted. Folders and
// files that begin with a dot are editors' business and left out.
func scripts(root string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := d.Name(); path != root && strings.HasPrefix(base, ".") {
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
		names = append(names, filepath.ToSlash(rel))
		return nil
	})
	sort.Strings(names)
	return names, err
}

// choose marks the scripts that the paths name: a file, or everything below a
// folder. A path is taken as it stands or, if there is no such thing, below the
// root. A path that names no script is an error, since it is a typing mistake.
func choose(root string, names, paths []string) (map[string]bool, error) {
	wanted := make(map[string]bool, len(names))
	if len(paths) == 0 {
		for _, name := range names {
			wanted[name] = true
		}
		return wanted, nil
	}
	for _, path := range paths {
		rel, err := below(root, path)
		if err != nil {
			return nil, err
		}
		found := false
		for _, name := range names {
			if rel == "." || name == rel || strings.HasPrefix(name, rel+"/") {
				wanted[name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s: no scripts there (the script root is %s)", path, root)
		}
	}
	return wanted, nil
}

// below returns path relative to root, with slashes.
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
