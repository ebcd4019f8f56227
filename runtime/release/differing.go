package release

import (
	"slices"

	"hotshard/runtime/script/code"
)

// Differing names the functions that have another text in one release than in another, or are
// in one of the two only. Files that do not compile have none.
func Differing(from, to *code.Release) []string {
	var out []string
	for _, path := range from.Changed(to) {
		was, now := textsOf(from.Files[path]), textsOf(to.Files[path])
		for name, text := range was {
			if now[name] != text {
				out = append(out, name)
			}
		}
		for name := range now {
			if _, ok := was[name]; !ok {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func textsOf(f *code.File) map[string]string {
	out := map[string]string{}
	if f == nil {
		return out
	}
	all, err := f.Functions()
	if err != nil {
		return out
	}
	for _, fn := range all {
		out[fn.Name] = fn.Text
	}
	return out
}
