package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// legKey says which units a staged step is for: those of a program that run one
// release and are to run another.
type legKey struct{ program, from, to string } // the releases by their hashes

// legs are the staged steps of one change. Without canaries there is one a program.
type legs map[legKey]*reload.Staged

// of is the step that brings a State to a release, nil where there is none.
func (g legs) of(st *script.State, to *code.Release) *reload.Staged {
	return g[legKey{st.Program(), st.Release().Hash, to.Hash}]
}

// keys lists the steps in order.
func (g legs) keys() []legKey {
	out := make([]legKey, 0, len(g))
	for key := range g {
		out = append(out, key)
	}
	slices.SortFunc(out, func(a, b legKey) int {
		return cmp.Or(cmp.Compare(a.program, b.program), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return out
}

// renumber gives the staged releases the numbers of a course.
func (g legs) renumber(to course) {
	for _, st := range g {
		for _, r := range to.releases() {
			if r.Hash == st.To.Hash {
				st.To = r
				break
			}
		}
	}
}

// changes lists what all steps together change, by name.
func (g legs) changes() []reload.FunctionChange {
	var all []reload.FunctionChange
	for _, key := range g.keys() {
		for _, f := range g[key].Changes() {
			if !slices.ContainsFunc(all, func(x reload.FunctionChange) bool { return x.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	return all
}

func (g legs) functions() map[string]bool {
	out := map[string]bool{}
	for _, st := range g {
		for _, f := range st.Functions() {
			out[f] = true
		}
	}
	return out
}

// beside are the functions that may do otherwise although their own text is the same:
// those inside the changed ones, and all of a file that changed outside its functions,
// such as in a constant.
func (g legs) beside(changed map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, st := range g {
		for _, path := range st.Changed {
			f := st.To.Files[path]
			if f == nil {
				continue
			}
			all, _ := f.Functions() // it compiles: it is staged
			apart := rest(st.From.Files[path]) != rest(f)
			for _, fn := range all {
				outer, _, _ := strings.Cut(fn.Name, "/")
				if apart || changed[outer] {
					out[fn.Name] = true
				}
			}
		}
	}
	return out
}

// rest is the text of a file without its functions.
func rest(f *code.File) string {
	if f == nil {
		return ""
	}
	all, _ := f.Functions()
	slices.SortFunc(all, func(a, b code.Function) int { return cmp.Compare(a.Start, b.Start) })
	src, end, out := f.Source, 0, strings.Builder{}
	for _, fn := range all {
		if fn.Start >= end { // not inside the one before
			out.Write(src[end:min(fn.Start, len(src))])
			end = min(fn.End, len(src))
		}
	}
	out.Write(src[end:])
	return out.String()
}

// union adds to a what b has besides. Most units have loaded the same.
func union(a, b []string) []string {
	if slices.Equal(a, b) {
		return a
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

// refusedIn is a refusal by one unit. What no script is to blame for may be tried
// again unchanged.
func refusedIn(unit string, err error) Outcome {
	o := refused(err)
	if unit != "" {
		o.Message += fmt.Sprintf(" (in %s)", unit)
	}
	_, judged := err.(*code.Refusal)
	o.passing = !judged
	return o
}

// merge folds a unit's report into the outcome: every warning once.
func merge(o *Outcome, r *reload.Report) {
	o.warn(r.Warnings...)
	o.Frames += r.Frames
	if r.Modules >= o.Report.Modules {
		o.Report = *r
	}
}

// warn adds warnings that are not there yet.
func (o *Outcome) warn(list ...code.Warning) {
	for _, w := range list {
		if !slices.ContainsFunc(o.Warnings, func(x code.Warning) bool { return x.Code == w.Code && x.Subject == w.Subject }) {
			o.Warnings = append(o.Warnings, w)
		}
	}
}

func firstError(errs map[string]error) (string, error) {
	for _, unit := range sortedKeys(errs) {
		if errs[unit] != nil {
			return unit, errs[unit]
		}
	}
	return "", nil
}
