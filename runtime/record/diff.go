package record

import (
	"fmt"
	"strings"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
)

// Difference is a place in which two states of a system are not the same.
type Difference struct {
	Path string `json:"path"`
	Was  string `json:"was"`          // "" where there is nothing
	Now  string `json:"now"`          // the same
	By   string `json:"by,omitempty"` // the function that wrote it last in the run, where somebody watched
}

// String is the difference in a line.
func (d Difference) String() string {
	none := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	line := fmt.Sprintf("%s was %s and is %s", d.Path, none(d.Was), none(d.Now))
	if d.By != "" {
		line += "; written by " + d.By
	}
	return line
}

// mostDifferences is how many are told.
const mostDifferences = 50

// state is the transcript of a system.
type state struct {
	paths []string // in order
	texts map[string]string
}

func stateOf(s *system.System) (state, error) {
	out := state{texts: map[string]string{}}
	times := map[string]int{}
	err := s.Transcript(func(path, text string) {
		if times[path]++; times[path] > 1 {
			path = fmt.Sprintf("%s (%d)", path, times[path])
		}
		out.paths = append(out.paths, path)
		out.texts[path] = text
	})
	return out, err
}

// differences lists where two states differ, in the order of the image: what scripts keep
// first, and of that what is nearest to a module. Some paths may be ignored. all is how many
// there are.
func differences(was, now state, ignored map[string]bool, watch *script.Watch) (out []Difference, all int) {
	add := func(path string) {
		if ignored[path] {
			return
		}
		if all++; len(out) >= mostDifferences {
			return
		}
		d := Difference{Path: path, Was: was.texts[path], Now: now.texts[path]}
		if watch != nil {
			d.By = watch.Writer(plainPath(path))
		}
		out = append(out, d)
	}
	for _, path := range now.paths {
		if was.texts[path] != now.texts[path] {
			add(path)
		}
	}
	for _, path := range was.paths {
		if _, ok := now.texts[path]; !ok {
			add(path)
		}
	}
	return out, all
}

// plainPath is a path without the number that tells those of the same name apart.
func plainPath(path string) string {
	if i := strings.LastIndex(path, " ("); i > 0 {
		return path[:i]
	}
	return path
}
