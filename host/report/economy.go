package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hotshard/data/ledger/economy"
)

// How much of a report people are shown: all of it is in the JSON.
const (
	mostDays  = 31
	mostTypes = 20
)

// WriteEconomy writes the report for people. itemType chooses whose candles are shown; ""
// for nobody's.
func WriteEconomy(w io.Writer, r *economy.Report, itemType string) error {
	p := &page{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	p.head(r)
	p.causes(r)
	p.regions(r)
	p.days(r)
	p.indices(r)
	p.types(r)
	if itemType != "" {
		p.candles(r, itemType)
	}
	p.verdict(r)
	return p.w.Flush()
}

// page is a text in tables.
type page struct{ w *tabwriter.Writer }

// row writes cells.
func (p *page) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(p.w, "\t")
		}
		fmt.Fprint(p.w, c)
	}
	fmt.Fprintln(p.w)
}

func (p *page) title(text string) { fmt.Fprintf(p.w, "\n%s\n", text) }

func (p *page) head(r *economy.Report) {
	if r.Entries == 0 {
		p.row("Nothing has happened in that time.")
	} else {
		p.row(fmt.Sprintf("%s to %s, %d entries", r.From.Format(time.RFC3339), r.Until.Format(time.RFC3339), r.Entries))
	}
	m := r.Money
	p.title("Money")
	p.row("at the beginning", Coins(m.Opening))
	p.row("came", Coins(m.Faucets))
	p.row("went", Coins(m.Sinks))
	p.row("at the end", Coins(m.Closing))
	p.row("traded", Worth(m.Turnover))
	p.row("velocity", fmt.Sprintf("%.4f", m.Velocity), "turnover over the mean supply")
	p.row("today in", "wallets "+Coins(m.Held.Wallets), "escrow "+Coins(m.Held.Escrow), "corporations "+Coins(m.Held.Keepers), "elsewhere "+Coins(m.Held.Other))
}

func (p *page) causes(r *economy.Report) {
	p.title("Faucets and sinks")
	p.row("kind", "account", "cause", "activity", "money", "things", "postings")
	for _, c := range r.Causes {
		p.row(c.Kind, c.Account, c.Cause, c.Activity, Coins(c.Money), Worth(c.Things), c.Postings)
	}
}

func (p *page) regions(r *economy.Report) {
	p.title("Regions")
	p.row("region", "money in", "money out", "mined", "made", "looted", "used", "destroyed", "given", "other", "traded", "trades")
	for _, x := range r.Regions {
		name := x.Region
		if name == "" {
			name = "(in none)"
		}
		p.activity(name, x.Activity)
	}
	p.activity("total", r.Totals)
}

func (p *page) activity(name string, a economy.Activity) {
	p.row(name, Coins(a.MoneyIn), Coins(a.MoneyOut), Worth(a.Mined), Worth(a.Made), Worth(a.Looted), Worth(a.Used), Worth(a.Destroyed), Worth(a.Given), Worth(a.Other), Worth(a.Turnover), a.Trades)
}

func (p *page) days(r *economy.Report) {
	p.title("Days")
	p.row("day", "money", "in", "out", "traded", "velocity", "mined", "made", "destroyed")
	for _, d := range r.Days[max(0, len(r.Days)-mostDays):] {
		p.row(d.Date, Coins(d.Supply), Coins(d.MoneyIn), Coins(d.MoneyOut), Worth(d.Turnover), fmt.Sprintf("%.4f", d.Velocity), Worth(d.Mined), Worth(d.Made), Worth(d.Destroyed))
	}
}

func (p *page) indices(r *economy.Report) {
	p.title("Prices (chained Fisher, 100 on the first day)")
	p.row("basket", "day", "index", "linked by")
	for _, x := range r.Indices {
		last := x.Days[len(x.Days)-1]
		p.row(x.Basket, last.Date, fmt.Sprintf("%.2f", last.Index), last.Types)
	}
}

func (p *page) types(r *economy.Report) {
	p.title("Types, the most traded first")
	p.row("type", "category", "came", "went", "there", "traded", "price", "priced")
	list := slices.Clone(r.Types)
	slices.SortStableFunc(list, func(a, b economy.TypeFigure) int {
		var x, y economy.Value
		x.Add(a.Units, a.Price)
		y.Add(b.Units, b.Price)
		return y.Compare(&x)
	})
	for _, t := range list[:min(mostTypes, len(list))] {
		p.row(t.Type, t.Category, t.Came, t.Went, t.There, t.Units, Coins(t.Price), t.Priced)
	}
	if more := len(list) - mostTypes; more > 0 {
		p.row(fmt.Sprintf("and %d more: --json has all", more))
	}
}

func (p *page) candles(r *economy.Report, itemType string) {
	p.title("Candles of " + itemType)
	p.row("region", "day", "open", "high", "low", "close", "units", "trades")
	for _, c := range r.Candles {
		if strings.EqualFold(c.Type, itemType) {
			p.row(c.Region, c.Date, Coins(c.Open), Coins(c.High), Coins(c.Low), Coins(c.Close), c.Units, c.Trades)
		}
	}
}

func (p *page) verdict(r *economy.Report) {
	fmt.Fprintln(p.w)
	for _, text := range r.Wrong {
		fmt.Fprintln(p.w, text)
	}
	fmt.Fprintln(p.w, Verdict(r))
}

// Verdict is the last line: whether everything adds up.
func Verdict(r *economy.Report) string {
	if !r.OK() {
		return fmt.Sprintf("economy: %d wrong, %d entries: host audit says more", len(r.Wrong), r.Entries)
	}
	return fmt.Sprintf("economy: ok, %d entries: the regions add up to the totals, and the totals to the ledger", r.Entries)
}

// Coins is an amount of money as people write it: 1,234.50.
func Coins(hundredths int64) string {
	var v economy.Value
	v.Add(hundredths, 1)
	return Worth(v)
}

// Worth is Coins of any size.
func Worth(v economy.Value) string {
	text, sign := v.String(), ""
	if rest, below := strings.CutPrefix(text, "-"); below {
		text, sign = rest, "-"
	}
	for len(text) < 3 {
		text = "0" + text
	}
	whole, cents := text[:len(text)-2], text[len(text)-2:]
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return sign + whole + "." + cents
}
