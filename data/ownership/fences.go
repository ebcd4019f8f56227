package ownership

import "hotshard/runtime/world"

// Gate looks at the fences of what a transaction writes, once for all of it.
type Gate struct {
	text string
	rows map[world.Address]Row
}

// NewGate returns a gate in a database system's words.
func NewGate(w Words) *Gate {
	return &Gate{text: `SELECT ` + columns + w.Clock + ` FROM ownership AS o WHERE o.subject IN (` + w.OfNames + `) ORDER BY o.subject` + w.Lock}
}

// Read reads who owns the subjects, at the beginning of a transaction, and keeps their epochs
// as they are until its end: whoever wants to raise one waits for it.
func (g *Gate) Read(tx Tx, subjects []world.Address) error {
	g.rows = map[world.Address]Row{}
	all, err := collect(tx, g.text, asJSON(subjects))
	for _, r := range all {
		g.rows[r.Subject] = r
	}
	return err
}

// Pass says whether what is written under the fences is done in the transaction: nil, or a
// *Refusal of the first that does not count.
func (g *Gate) Pass(fences []world.Fence) error {
	for _, f := range fences {
		row, found := g.rows[f.Subject]
		if !found {
			row = Row{Subject: f.Subject}
		}
		if err := row.Accepts(f); err != nil {
			return err
		}
	}
	return nil
}
