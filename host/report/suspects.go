package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"hotshard/data/ledger/surveillance"
	"hotshard/data/ledger/surveillance/population"
	"hotshard/runtime/world"
)

// Suspect is one as operators see it: with names.
type Suspect struct {
	Name string `json:"name"`
	surveillance.Suspect
	Names []string `json:"with_names"`
}

// Named gives suspects their names; who has none is a number.
func Named(all []surveillance.Suspect, names map[world.CharacterID]string) []Suspect {
	list := make([]Suspect, len(all))
	for i, s := range all {
		list[i] = Suspect{Name: nameOf(s.Who, names), Suspect: s, Names: []string{}}
		for _, other := range s.With {
			list[i].Names = append(list[i].Names, nameOf(other, names))
		}
	}
	return list
}

func nameOf(id world.CharacterID, names map[world.CharacterID]string) string {
	if name := names[id]; name != "" {
		return name
	}
	return fmt.Sprintf("character %d", id)
}

// WriteSuspects writes them for people.
func WriteSuspects(w io.Writer, all []Suspect) error {
	for _, s := range all {
		fmt.Fprintf(w, "%.2f  %s (%d), %s: %s.\n", s.Score, s.Name, s.Who, s.Kind, s.Why)
		if len(s.Names) > 0 {
			fmt.Fprintf(w, "      with %s\n", strings.Join(s.Names, ", "))
		}
		fmt.Fprintf(w, "      %d movements worth %s; entries %s", s.Evidence.Trades, Coins(s.Evidence.Sum), numbers(s.Evidence.Entries))
		if len(s.Evidence.Orders) > 0 {
			fmt.Fprintf(w, "; orders %s", numbers(s.Evidence.Orders))
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintf(w, "suspects: %d\n", len(all))
	return err
}

// numbers lists the first few.
func numbers(list []int64) string {
	const most = 6
	var words []string
	for _, n := range list[:min(most, len(list))] {
		words = append(words, fmt.Sprint(n))
	}
	if len(list) > most {
		words = append(words, "...")
	}
	return strings.Join(words, " ")
}

// WriteCurve writes how good each threshold is; the one in use is marked.
func WriteCurve(w io.Writer, curve []population.Point) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "score\tfound\tmissed\twrong\tprecision\trecall\t")
	for _, p := range curve {
		mark := ""
		if p.Least == surveillance.Flag {
			mark = "<"
		}
		fmt.Fprintf(t, "%.2f\t%d\t%d\t%d\t%.3f\t%.3f\t%s\n", p.Least, p.Found, p.Missed, p.Wrong, p.Precision, p.Recall, mark)
	}
	return t.Flush()
}
