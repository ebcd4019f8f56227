package static

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Report says what an import read and what it left out.
type Report struct {
	From string // the folder
	Counts
	Groups []Group // the folders of regions: eve, wormhole, ...

	Named  int // things that have their name from the export
	MadeUp int // things that the export has no name for, named by convention

	LeftOut []LeftOut
}

// Group is one of the folders that the export keeps regions in.
type Group struct {
	Name    string
	Systems int
}

// LeftOut is something the export has and the universe does not.
type LeftOut struct {
	What  string // keys or files of the export
	Count int
	Why   string
}

// WriteReport writes a report for people to read.
func WriteReport(w io.Writer, r Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "read from %s\n", r.From)
	for _, row := range []struct {
		n    int
		what string
	}{
		{r.Regions, "regions"}, {r.Constellations, "constellations"}, {r.Systems, "systems"}, {r.Gates, "stargates"},
		{r.Stars, "stars"}, {r.Planets, "planets"}, {r.Moons, "moons"}, {r.Belts, "asteroid belts"}, {r.Stations, "stations"},
		{r.Named, "names from the export"}, {r.MadeUp, "names made by convention"},
	} {
		fmt.Fprintf(t, "%d\t %s\n", row.n, row.what)
	}
	fmt.Fprintf(t, "systems by kind of space\n")
	for _, g := range r.Groups {
		fmt.Fprintf(t, "%d\t %s\n", g.Systems, g.Name)
	}
	fmt.Fprintf(t, "left out\n")
	for _, l := range r.LeftOut {
		fmt.Fprintf(t, "%d\t %s: %s\n", l.Count, l.What, l.Why)
	}
	return t.Flush()
}

// tally counts what was left out, by what it is and why.
type tally map[[2]string]int

func (t *tally) add(what, why string, n int) {
	if n == 0 {
		return
	}
	if *t == nil {
		*t = tally{}
	}
	(*t)[[2]string{what, why}] += n
}

// list returns the tally with everything that has the same reason together, in
// the order of the reasons; what and why in it are sorted, so that it is always
// the same.
func (t tally) list() []LeftOut {
	var all []LeftOut
	for k, n := range t {
		all = append(all, LeftOut{What: k[0], Why: k[1], Count: n})
	}
	slices.SortFunc(all, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(a.What, b.What))
	})
	var merged []LeftOut
	for _, l := range all {
		if n := len(merged); n > 0 && merged[n-1].Why == l.Why {
			merged[n-1].What += ", " + l.What
			merged[n-1].Count += l.Count
		} else {
			merged = append(merged, l)
		}
	}
	return merged
}
