package command

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/script"
)

// hotGroup says which line a frame of a system belongs to, and where that begins.
type hotGroup func(system string, f script.StackFrame) (name, where string)

func hotBy(name string) (hotGroup, error) {
	switch name {
	case "", "function":
		return func(_ string, f script.StackFrame) (string, string) { return f.Function, f.Place }, nil
	case "module":
		return func(_ string, f script.StackFrame) (string, string) { return f.Module, "" }, nil
	case "system":
		return func(system string, _ script.StackFrame) (string, string) { return system, "" }, nil
	}
	return nil, Refuse(CodeUsage, "--by is function, module or system, not %s", name)
}

// hotLine is one function, module or system, in the release that is looked at and in the
// one that it is compared with.
type hotLine struct {
	name, where      string
	self, total, was int64
}

// hotSums adds up what was spent. now is all the steps of what is looked at, then of what
// it is compared with.
func hotSums(spent []Spent, by hotGroup, c hotComparison) (lines []*hotLine, now, then int64) {
	named := map[string]*hotLine{}
	line := func(system string, f script.StackFrame) *hotLine {
		name, where := by(system, f)
		l := named[name]
		if l == nil {
			l = &hotLine{name: name, where: where}
			named[name] = l
			lines = append(lines, l)
		}
		return l
	}
	for _, sp := range spent {
		top := sp.Stack.Frames[0]
		switch {
		case c.is == nil || c.is(sp.Stack.Release):
			now += sp.Steps
			line(sp.System, top).self += sp.Steps
			seen := map[*hotLine]bool{}
			for _, f := range sp.Stack.Frames {
				if l := line(sp.System, f); !seen[l] {
					seen[l] = true
					l.total += sp.Steps
				}
			}
		case sp.Stack.Release == c.against:
			then += sp.Steps
			line(sp.System, top).was += sp.Steps
		}
	}
	return lines, now, then
}

func hotTable(spent []Spent, by hotGroup, c hotComparison, during time.Duration, limit int) *Table {
	lines, now, then := hotSums(spent, by, c)
	slices.SortFunc(lines, func(a, b *hotLine) int {
		return cmp.Or(cmp.Compare(max(share(b.self, now), share(b.was, then)), max(share(a.self, now), share(a.was, then))), cmp.Compare(b.total, a.total), strings.Compare(a.name, b.name))
	})
	placed := slices.ContainsFunc(lines, func(l *hotLine) bool { return l.where != "" })
	t := &Table{None: fmt.Sprintf("no Lua ran in these %v, or too little to be seen", during)}
	t.Columns = columns("name", "self:%", "total:%")
	if placed {
		t.Columns = columns("name", "where", "self:%", "total:%")
	}
	if c.against > 0 {
		t.Columns = append(t.Columns, columns(fmt.Sprintf("in_release_%d:%%", c.against), "change:%")...)
	} else {
		t.Columns = append(t.Columns, columns("steps_per_second")...)
	}
	for _, l := range lines[:min(len(lines), limit)] {
		row := []any{l.name}
		if placed {
			row = append(row, l.where)
		}
		row = append(row, share(l.self, now), share(l.total, now))
		if c.against > 0 {
			row = append(row, share(l.was, then), thousandths(share(l.self, now)-share(l.was, then)))
		} else {
			row = append(row, math.Round(float64(l.self)/during.Seconds()))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// share is a part of a whole.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return thousandths(float64(part) / float64(whole))
}

func thousandths(x float64) float64 { return math.Round(1000*x) / 1000 }
