package release

import (
	"context"
	"fmt"
	"slices"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// unread says whether no unit has loaded any of the changed files, nor will as a
// matter of course when it wakes up. Saving them makes no release: no code that runs
// changes.
func unread(staged legs, from, to *code.Release) bool {
	changed := from.Changed(to)
	for _, path := range changed {
		if to.Files[path] == nil || to.Needed(path) {
			return false
		}
		for _, st := range staged {
			if slices.Contains(st.Roots(), code.ModuleName(path)) {
				return false
			}
		}
	}
	return len(changed) > 0 && (len(staged) > 0 || onlyTests(changed))
}

// onlyTests says whether files are there for tests alone: nothing that runs changes
// with them, so they wait for no promote.
func onlyTests(paths []string) bool {
	return !slices.ContainsFunc(paths, func(path string) bool { return !code.IsTest(path) })
}

// What is said of files that make no release.
const (
	noteCarried = "no system has required it yet; whoever does gets what was saved"
	noteTests   = "tests make no release"
)

// carry gives all units files that none has loaded, so that whoever requires one from
// now on gets what was saved. Where one has been loaded meanwhile, that is an R-STALE.
func (c *Controller) carry(ctx context.Context, from, to *code.Release) Outcome {
	to = to.Numbered(from.Number)
	give := func(r *code.Release) (string, error) {
		return firstError(c.units.each(ctx, nil, func(_ string, st *script.State) error { return st.Carry(r) }))
	}
	if unit, err := give(to); err != nil {
		_, _ = give(from) // for those that have it; one that cannot go back has begun to use it
		return refusedIn(unit, err)
	}
	c.units.carry(from, to)
	c.history.replace(from, to)
	o := Outcome{Verdict: Ignore, Release: to.Number, Message: noteCarried}
	changed := from.Changed(to)
	if onlyTests(changed) {
		o.Message = noteTests
	}
	amended := map[string][]byte{}
	for _, path := range changed {
		amended[path] = to.Files[path].Source
	}
	if err := c.cfg.Journal.Amend(to.Number, amended); err != nil {
		o.Message += fmt.Sprintf(" (but the store could not note it: %v)", err)
	}
	return o
}

// count fills in what a change comes to where no unit that has loaded any of it is
// awake: those that wake up begin with it.
func (o *Outcome) count(from, to *code.Release) {
	if o.Report.Modules > 0 {
		return
	}
	o.Asleep = true
	for _, path := range from.Changed(to) {
		was, now := texts(from.Files[path]), texts(to.Files[path])
		for _, name := range sortedKeys(now) {
			switch old, known := was[name]; {
			case !known:
				o.Report.Added++
				o.Changes = append(o.Changes, reload.FunctionChange{Name: name, Change: "new"})
			case old != now[name]:
				o.Report.Functions++
				o.Changes = append(o.Changes, reload.FunctionChange{Name: name, Change: "changed"})
			}
		}
		for _, name := range sortedKeys(was) {
			if _, still := now[name]; !still {
				o.Report.Removed++
				o.Changes = append(o.Changes, reload.FunctionChange{Name: name, Change: "deleted"})
			}
		}
	}
}

// texts are the functions of a file by name; a file that is not there has none.
func texts(f *code.File) map[string]string {
	out := map[string]string{}
	if f == nil {
		return out
	}
	all, _ := f.Functions() // it compiles: it is staged
	for _, fn := range all {
		out[fn.Name] = fn.Text
	}
	return out
}
