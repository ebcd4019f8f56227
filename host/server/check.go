package server

import (
	"fmt"
	"sync"

	"hotshard/bindings"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
)

// CheckOptions say what the game's scripts are checked against: the words and events
// of the bindings, and the words of tests.
func CheckOptions() luacheck.Options {
	o := luacheck.Options{API: luacheck.FromTables(bindings.Tables()...), Tests: luacheck.FromTables(luatest.Tables()...), Types: bindings.CheckTypes,
		Rooms: []luacheck.Room{bindings.PanelRoom()}}
	for _, e := range bindings.Events {
		o.Events = append(o.Events, e.Sig)
	}
	return o
}

// mostFindings is how many of them are told with one release.
const mostFindings = 20

// checks reads the scripts of releases as bin/host check does. It remembers what it
// found in the last one: a save that changes a module breaks its callers, and what has
// been wrong with other files for long is no news.
type checks struct {
	mu      sync.Mutex
	checker *luacheck.Checker
	of      string // hash of the release that was read last,
	found   []luacheck.Finding
}

func newChecks() *checks { return &checks{checker: luacheck.NewChecker(CheckOptions())} }

// warm reads a release, so that the first save does not have to.
func (c *checks) warm(r *code.Release) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read(r)
}

// advise returns what is found in the files that differ between two releases, and in
// the others what was not found before: what is an error of the check, and blocks
// nothing here, is called so.
func (c *checks) advise(from, to *code.Release) []code.Warning {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := map[luacheck.Finding]bool{}
	for _, f := range c.read(from) {
		old[placeless(f)] = true
	}
	changed := map[string]bool{}
	for _, path := range from.Changed(to) {
		changed[path] = true
	}
	var out []code.Warning
	more := 0
	for _, f := range c.read(to) {
		switch {
		case !changed[f.File] && old[placeless(f)]:
		case len(out) == mostFindings:
			more++
		default:
			out = append(out, warningOf(f))
		}
	}
	if more > 0 {
		out = append(out, code.Warning{Code: code.WCheck, Subject: "and more", Detail: fmt.Sprintf("%d others: bin/host check lists them", more)})
	}
	return out
}

func (c *checks) read(r *code.Release) []luacheck.Finding {
	if c.of == r.Hash {
		return c.found
	}
	texts := make(map[string][]byte, len(r.Files))
	for path, f := range r.Files {
		texts[path] = f.Source
	}
	c.of, c.found = r.Hash, c.checker.Check(texts)
	return c.found
}

// placeless is a finding wherever in its file it stands.
func placeless(f luacheck.Finding) luacheck.Finding {
	f.Line, f.Col = 0, 0
	return f
}

func warningOf(f luacheck.Finding) code.Warning {
	kind := "error"
	if f.Severity == luacheck.Warning {
		kind = "warning"
	}
	return code.Warning{Code: code.WCheck, Subject: fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Col), Detail: kind + ": " + f.Message}
}
