package luatest

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// fileRun runs the tests of one file.
type fileRun struct {
	options Options
	release *code.Release
	file    string
	pattern *regexp.Regexp
	system  string          // "" for the default
	done    <-chan struct{} // closed when there is no more time; nil: there is
	report  fileReport
	out     strings.Builder
}

// run loads the file once to see which tests it has, then plays each in a World
// of its own; the first plays in the one that was made for looking.
func (f *fileRun) run() fileReport {
	p, err := f.open()
	if err != nil {
		f.fail(f.module(), failure{message: err.Error(), trace: loadTrace(err)})
		return f.finish()
	}
	if wish, ok := p.tests.RawGetString("system").(lua.LString); ok && string(wish) != DefaultSystem {
		p.close()
		f.system = string(wish)
		if p, err = f.open(); err != nil {
			f.fail(f.module(), failure{message: err.Error()})
			return f.finish()
		}
	}
	for _, name := range f.names(p.tests) {
		if f.stopped() {
			f.report.left = true
			break
		}
		if p == nil {
			if p, err = f.open(); err != nil {
				f.fail(name, failure{message: err.Error()})
				continue
			}
		}
		if failures := p.play(name); f.stopped() {
			f.report.left = true
		} else if len(failures) > 0 {
			f.fail(f.module()+"."+name, failures...)
		} else {
			f.report.passed++
		}
		p.close()
		p = nil
	}
	if p != nil {
		p.close()
	}
	return f.finish()
}

// guarded is run, with a panic as a failure: whoever plays tests beside a game does
// not want to end with them.
func (f *fileRun) guarded() (report fileReport) {
	defer func() {
		if r := recover(); r != nil {
			f.fail(f.module(), failure{message: fmt.Sprintf("panic: %v", r)})
			report = f.finish()
		}
	}()
	return f.run()
}

func (f *fileRun) stopped() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

func (f *fileRun) module() string { return code.ModuleName(f.file) }

// open makes a World that has run the file.
func (f *fileRun) open() (*play, error) {
	h := fnv.New64a()
	h.Write([]byte(f.file))
	system := f.system
	if system == "" {
		system = DefaultSystem
	}
	p := &play{stopped: f.stopped, open: f.opener()}
	setup := Setup{
		Release: f.release, Entry: []string{f.module()}, Map: Map(), System: system, Seed: f.options.Seed ^ h.Sum64(), Reloads: f.options.Reloads,
		Stopped: f.stopped,
		Install: p.install, OnFault: p.fault, OnLog: p.logged,
	}
	w, err := f.options.New(setup)
	if err != nil {
		return nil, err
	}
	p.world = w
	return p, nil
}

// names lists the tests to run, shuffled.
func (f *fileRun) names(tests *lua.LTable) []string {
	var names []string
	tests.ForEach(func(k, v lua.LValue) {
		if name, ok := k.(lua.LString); ok && v.Type() == lua.LTFunction && f.pattern.MatchString(f.module()+"."+string(name)) {
			names = append(names, string(name))
		}
	})
	sort.Strings(names)
	h := fnv.New64a()
	h.Write([]byte(f.file))
	order := rand.New(rand.NewPCG(f.options.Seed, h.Sum64()))
	order.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// failure is one thing that went wrong in a test.
type failure struct {
	place   string // "lib/vec_test.lua:12", "" if unknown
	message string
	trace   string
	logs    []string
}

func (f *fileRun) fail(test string, failures ...failure) {
	f.report.failed++
	fmt.Fprintf(&f.out, "FAIL %s\n", test)
	for _, x := range failures {
		f.report.failures = append(f.report.failures, Failure{test, x.place, x.message})
		place := ""
		if x.place != "" {
			place = filepath.Join(f.options.Root, filepath.FromSlash(x.place)) + ": "
		}
		fmt.Fprintf(&f.out, "  %s%s\n", place, indent(x.message, "  "))
		if x.trace != "" {
			fmt.Fprintf(&f.out, "  traceback:\n%s\n", indent(x.trace, "  "))
		}
		for _, line := range x.logs {
			fmt.Fprintf(&f.out, "  log: %s\n", line)
		}
	}
}

func (f *fileRun) finish() fileReport {
	f.report.text = f.out.String()
	return f.report
}

// indent puts more spaces before every line but the first, and before the first
// too if it begins with a tab, as tracebacks do.
func indent(text, by string) string {
	text = strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by)
	if strings.HasPrefix(text, "\t") {
		text = by + text
	}
	return text
}

// loadTrace is the traceback of a file that failed at its top level.
func loadTrace(err error) string {
	var refusal *code.Refusal
	if errors.As(err, &refusal) {
		return refusal.Trace
	}
	return ""
}

// withoutHash turns the "combat.lua@1f3a9c:12" of a running state into
// "combat.lua:12", which editors can open.
func withoutHash(place string) string {
	return hashInPlace.ReplaceAllString(place, "$1$2")
}

var hashInPlace = regexp.MustCompile(`(\.lua)@[0-9a-f]+(:\d+)`)
