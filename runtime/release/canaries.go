package release

import (
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/script/code"
)

// canary is a change that only some units run.
type canary struct {
	number  int
	to      *code.Release     // it alone, over what the others ran when it began
	files   map[string][]byte // saved ones that it tries; nil: a patch
	merged  []*Patch          // open patches that the files have caught up with
	patch   *Patch
	units   []string
	rollout *rollout // that widens it by itself, or nil
}

// String is "release 7 (patch #3 of m.f) on A, B".
func (k *canary) String() string {
	what := "saved files"
	if k.patch != nil {
		what = fmt.Sprintf("patch #%d of %s", k.patch.ID, k.patch.Function)
	}
	return fmt.Sprintf("release %d (%s) on %s", k.number, what, strings.Join(k.units, ", "))
}

// paths are the files that the canary tries others of.
func (k *canary) paths() []string {
	if k.patch != nil {
		return []string{k.patch.Path}
	}
	return sortedKeys(k.files)
}

// The commands of operators that advice names.
const (
	promoteFiles = "release promote %d"
	promotePatch = "promote %d"
	endFiles     = "release rollback %d"
	endPatch     = "drop %d"
)

// promoteWith and endWith are the commands for a canary.
func (k *canary) promoteWith() string {
	if k.patch != nil {
		return fmt.Sprintf(promotePatch, k.patch.ID)
	}
	return fmt.Sprintf(promoteFiles, k.number)
}

func (k *canary) endWith() string {
	if k.patch != nil {
		return fmt.Sprintf(endPatch, k.patch.ID)
	}
	return fmt.Sprintf(endFiles, k.number)
}

// canaries are those that run, oldest first. It is a value: what a change works out
// with others does not touch it.
type canaries []*canary

// with is one more, without one less.
func (c canaries) with(k *canary) canaries { return append(slices.Clone(c), k) }

func (c canaries) without(k *canary) canaries {
	return slices.DeleteFunc(slices.Clone(c), func(o *canary) bool { return o == k })
}

// on lists those on a unit.
func (c canaries) on(unit string) (out []*canary) {
	for _, k := range c {
		if slices.Contains(k.units, unit) {
			out = append(out, k)
		}
	}
	return out
}

// ofPatch is the canary of a patch, nil for none.
func (c canaries) ofPatch(id int) *canary {
	for _, k := range c {
		if k.patch != nil && k.patch.ID == id {
			return k
		}
	}
	return nil
}

// ofFiles is the canary of saved files, nil for none.
func (c canaries) ofFiles() *canary {
	for _, k := range c {
		if k.files != nil {
			return k
		}
	}
	return nil
}

// of finds the canary that a number means; 0 is the only one.
func (c canaries) of(number int) (*canary, error) {
	if number == 0 && len(c) == 1 {
		return c[0], nil
	}
	for _, k := range c {
		if k.number == number {
			return k, nil
		}
	}
	if number == 0 && len(c) > 1 {
		return nil, c.which()
	}
	if number == 0 {
		return nil, &code.Refusal{Code: code.RStale, Message: "no canary is running"}
	}
	return nil, &code.Refusal{Code: code.RStale, Message: fmt.Sprintf("release %d is no canary; canaries lists those that run", number)}
}

// which asks back where several canaries run.
func (c canaries) which() *code.Refusal {
	lines := make([]string, len(c))
	for i, k := range c {
		lines[i] = fmt.Sprintf("%v: %s, or %s", k, k.promoteWith(), k.endWith())
	}
	return &code.Refusal{Code: code.RStale, Message: fmt.Sprintf("%d canaries are running; say which. %s", len(c), strings.Join(lines, "; "))}
}

// busy is the refusal of what cannot be done while a canary tries a file, or nil;
// "" is any file.
func (c canaries) busy(subject, path string) error {
	for _, k := range c {
		_, touches := k.files[path]
		if touches || path == "" {
			return &code.Refusal{Code: code.RStale, Subject: subject, Message: fmt.Sprintf("%v is a canary on %v; first %s, or %s", "release "+fmt.Sprint(k.number), k.units, k.promoteWith(), k.endWith())}
		}
	}
	return nil
}

// after are those that began after a release.
func (c canaries) after(number int) []*canary {
	var out []*canary
	for _, k := range c {
		if k.number > number {
			out = append(out, k)
		}
	}
	return out
}

// next is the command that an operator would go on with.
func (c canaries) next(v Verdicted) string {
	for _, k := range c {
		if k.number != v.Release {
			continue
		}
		switch v.Verdict {
		case VerdictGood:
			return k.promoteWith()
		case VerdictSlow, VerdictFailing:
			return k.endWith()
		}
		return ""
	}
	if v.Verdict == VerdictSlow || v.Verdict == VerdictFailing {
		if v.Patch > 0 {
			return fmt.Sprintf(endPatch, v.Patch)
		}
		return "release rollback"
	}
	return ""
}
