package shadow

import (
	"slices"
	"strings"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// sumOf is a number for all that a system keeps, in whatever order; the difference of two says
// in how much they are not the same.
func sumOf(s *system.System) (sum world.Digest, err error) {
	err = s.Survey(func(l script.Leaf) { sum += l.Digest() })
	return sum, err
}

// kept is what a system keeps, by path. What stands under one path more than once, as it has no
// name of its own, is one text.
func keptOf(s *system.System) (map[string]string, error) {
	all := map[string][]string{}
	err := s.Survey(func(l script.Leaf) {
		path := l.Path()
		all[path] = append(all[path], l.Text())
	})
	out := make(map[string]string, len(all))
	for path, texts := range all {
		slices.Sort(texts)
		out[path] = strings.Join(texts, ", ")
	}
	return out, err
}

// difference is a place in which two do not keep the same.
type difference struct{ path, was, now string }

func differences(was, now map[string]string) (out []difference) {
	for path, text := range was {
		if now[path] != text {
			out = append(out, difference{path, text, now[path]})
		}
	}
	for path, text := range now {
		if _, ok := was[path]; !ok {
			out = append(out, difference{path, "", text})
		}
	}
	slices.SortFunc(out, func(a, b difference) int { return strings.Compare(a.path, b.path) })
	return out
}
