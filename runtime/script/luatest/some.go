package luatest

import (
	"context"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/syntax"
)

// Failure is one thing that went wrong in a test.
type Failure struct {
	Test    string // "chat_test.it_shouts", or the module where a file does not load
	Place   string // "chat_test.lua:12", "" if unknown
	Message string
}

// String is "chat_test.it_shouts: chat_test.lua:12: not equal".
func (f Failure) String() string {
	if f.Place == "" {
		return f.Test + ": " + f.Message
	}
	return f.Test + ": " + f.Place + ": " + f.Message
}

// Outcome is what came of some tests. Left are the files that were not played to
// their end because ctx ended.
type Outcome struct {
	Result
	Failures []Failure
	Left     []string
}

// Related lists the test files that have something to say about changed files of a
// release: changed tests themselves, the tests beside changed files, tests that
// require one, and those beside files that require one. The nearest come first.
func Related(r *code.Release, changed []string) []string {
	var out []string
	add := func(path string) {
		if strings.HasSuffix(path, "_test.lua") && r.Files[path] != nil && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	modules := map[string]bool{}
	for _, path := range changed {
		modules[code.ModuleName(path)] = true
		add(path)
	}
	for _, path := range changed {
		add(beside(path))
	}
	var users []string
	for path, f := range r.Files {
		if slices.ContainsFunc(requires(f.Source), func(m string) bool { return modules[m] }) {
			users = append(users, path)
		}
	}
	slices.Sort(users)
	for _, path := range users {
		add(path)
	}
	for _, path := range users {
		add(beside(path))
	}
	return out
}

// beside is the test of a script.
func beside(path string) string { return strings.TrimSuffix(path, ".lua") + "_test.lua" }

// requires lists the modules that a text names after the word require.
func requires(text []byte) []string {
	var out []string
	tokens := syntax.Tokens(text)
	for i, t := range tokens {
		if t.String || t.Text != "require" {
			continue
		}
		rest := tokens[i+1:]
		if len(rest) > 0 && !rest[0].String && rest[0].Text == "(" {
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].String {
			out = append(out, rest[0].Text)
		}
	}
	return out
}

// RunFiles plays the tests of some files of a release, in this order and on the
// calling goroutine alone, until they are through or ctx ends. Of the options, Root
// matters to recordings alone and Paths to nothing; a Pattern must compile.
func RunFiles(ctx context.Context, r *code.Release, files []string, o Options) Outcome {
	if o.New == nil {
		o.New = Bare
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	pattern := everything
	if o.Pattern != "" {
		pattern = regexp.MustCompile(o.Pattern)
	}
	var all Outcome
	for _, file := range files {
		if ctx.Err() != nil {
			all.Left = append(all.Left, file)
			continue
		}
		f := fileRun{options: o, release: r, file: file, pattern: pattern, done: ctx.Done()}
		report := f.guarded()
		all.Passed += report.passed
		all.Failed += report.failed
		all.Failures = append(all.Failures, report.failures...)
		if report.left {
			all.Left = append(all.Left, file)
		}
	}
	return all
}
