package ledger

import "strings"

// Many is a statement about many rows at once: what it costs to ask a database anything is
// paid once for all of them. It has a text for each of a few numbers of rows.
type Many struct {
	columns int // parameters of a row
	texts   [len(manyRows)]string
}

var manyRows = [...]int{128, 64, 32, 16, 8, 4, 2, 1}

// NewMany makes a statement of its beginning, the first row and the others, with a ? for each
// parameter, and its end. The first row is where a database learns the types.
func NewMany(head, first, row, tail string) *Many {
	m := &Many{columns: strings.Count(row, "?")}
	for i, n := range manyRows {
		m.texts[i] = head + first + strings.Repeat(", "+row, n-1) + tail
	}
	return m
}

// Exec runs the statement for all rows, whose parameters stand behind each other.
func (m *Many) Exec(tx Tx, args []any) error {
	return m.each(args, func(text string, args []any) error {
		_, err := tx.Update(text, args...)
		return err
	})
}

// Rows asks for all rows and calls fn with each that is found.
func (m *Many) Rows(tx Tx, args []any, fn func(Row) error) error {
	return m.each(args, func(text string, args []any) error { return tx.Rows(fn, text, args...) })
}

func (m *Many) each(args []any, do func(text string, args []any) error) error {
	for i, n := range manyRows {
		for n *= m.columns; len(args) >= n; args = args[n:] {
			if err := do(m.texts[i], args[:n]); err != nil {
				return err
			}
		}
	}
	return nil
}
