package ledger

import (
	"math"
	"slices"

	"hotshard/runtime/world"
)

// Reader looks things up in the tables.
type Reader interface {
	// Get reads one row; found is false for none.
	Get(dest []any, text string, args ...any) (found bool, err error)
}

// Tx is the transaction that an entry is written in.
type Tx interface {
	Reader
	// Insert runs an INSERT and returns the new row's id, and Update runs a statement and says
	// whether it touched any row.
	Insert(text string, args ...any) (int64, error)
	Update(text string, args ...any) (bool, error)
	// Rows calls fn with every row.
	Rows(fn func(Row) error, text string, args ...any) error
}

// Row is one row of what was asked for.
type Row interface{ Scan(dest ...any) error }

// Writing is one entry in the making: what has moved so far in a transaction. Each
// holding is read once and written once, however often it moves.
type Writing struct {
	tx      Tx
	group   *Group
	touched []touched
	moved   []moved // by no account: see settle
}

// touched is a holding as the transaction found it, and by how much that changes.
type touched struct {
	Holding
	row   *held
	has   int64
	by    int64
	given int64 // of by, to the group
}

// moved is what came into the world, or went, without an account being named.
type moved struct {
	thing string
	by    int64
}

// Begin begins an entry. The group is that of all entries of the transaction.
func Begin(tx Tx, group *Group) Writing { return Writing{tx: tx, group: group} }

// Move moves a quantity from one holding to another.
func (w *Writing) Move(from, to Holding, n int64) error {
	if n < 1 || n > world.MaxQuantity {
		return refuse(Invalid, "a quantity is 1 to %d, and not %d", int64(world.MaxQuantity), n)
	}
	if from.Type != to.Type {
		return refuse(Invalid, "%s does not turn into %s by moving", from.Type, to.Type)
	}
	if from.Holder.Kind == Sink || to.Holder.Kind == Faucet {
		return refuse(Invalid, "what is in a sink stays there, and a faucet takes nothing: not from %s to %s", from.Holder, to.Holder)
	}
	if _, err := w.change(from, -n); err != nil {
		return err
	}
	_, err := w.change(to, n)
	return err
}

// Change adds to a holding, or takes from it below zero, and returns what is there then.
// What the changes of an entry make or destroy together is settled at its end.
func (w *Writing) Change(h Holding, by int64) (int64, error) {
	if h.Holder.Kind != Character && h.Holder.Kind != Keeper {
		return 0, refuse(Invalid, "%s has no things of its own", h.Holder)
	}
	left, err := w.change(h, by)
	if err != nil {
		return 0, err
	}
	for i := range w.moved {
		if w.moved[i].thing == h.Type {
			w.moved[i].by += by
			return left, nil
		}
	}
	w.moved = append(w.moved, moved{h.Type, by})
	return left, nil
}

// Number is the number under which the tables have a holder.
func (w *Writing) Number(h Holder) (int64, error) { return w.group.names.owner(w.tx, h) }

// Has is how much is in a holding by now.
func (w *Writing) Has(h Holding) (int64, error) {
	t, err := w.touch(h)
	if err != nil {
		return 0, err
	}
	return t.has + t.by, nil
}

// change is a change of one side.
func (w *Writing) change(h Holding, by int64) (int64, error) {
	t, err := w.touch(h)
	if err != nil {
		return 0, err
	}
	now := t.has + t.by
	most := int64(world.MaxQuantity)
	if t.row.owner < 0 || t.Holder.Kind == Sink { // what has come and gone in all years
		most = math.MaxInt64 / 2
	}
	switch left := now + by; {
	case t.row.owner > 0 && left < 0:
		return 0, refuse(NotEnough, "not enough %s: there are %d", h.Type, now)
	case left > most || left < -most:
		return 0, refuse(Invalid, "that would be more %s than can be counted: at most %d", h.Type, most)
	}
	t.by += by
	return now + by, nil
}

// touch finds a holding among those of the entry, or in the table.
func (w *Writing) touch(h Holding) (*touched, error) {
	for i := range w.touched {
		if w.touched[i].Holding == h {
			return &w.touched[i], nil
		}
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	owner, err := w.group.names.owner(w.tx, h.Holder)
	if err != nil {
		return nil, err
	}
	row, err := w.group.row(w.tx, place{owner, h.Location, h.Type})
	if err != nil {
		return nil, err
	}
	if row.has != row.sum {
		return nil, refuse(Wrong, "holding %d (%s): it is %d, and its postings add up to %d: nothing of it moves until somebody has looked", row.id, h, row.has, row.sum)
	}
	if row.id == 0 && h.Holder.Kind == Character {
		if err := w.group.exists(w.tx, h.Holder); err != nil {
			return nil, err
		}
	}
	w.touched = append(w.touched, touched{Holding: h, row: row, has: row.has})
	return &w.touched[len(w.touched)-1], nil
}

func (h *Holding) check() error {
	if h.Type == "" || len(h.Type) > MaxText || len(h.Location) > MaxText {
		return refuse(Invalid, "an item has a type, and type and location have at most %d characters", MaxText)
	}
	return nil
}

// Flush writes the holdings as they are by now, so that what reads the table sees them.
func (w *Writing) Flush() error {
	if err := w.give(); err != nil {
		return err
	}
	return w.group.Flush(w.tx)
}

// give has the group know how the holdings are by now.
func (w *Writing) give() error {
	for i := range w.touched {
		t := &w.touched[i]
		if by := t.by - t.given; by != 0 {
			if err := w.group.change(w.tx, t.row, by); err != nil {
				return err
			}
			t.given = t.by
		}
	}
	return nil
}

// Post ends the entry: what was made or destroyed is put down to an account with the
// name of the cause, and the group has the holdings, the entry and its postings to write. It
// returns the entry's id, 0 where nothing has moved and nothing is to be remembered.
func (w *Writing) Post(at int64, why *Why) (int64, error) {
	if err := w.settle(why.Cause); err != nil {
		return 0, err
	}
	if err := w.balanced(); err != nil {
		return 0, err
	}
	if err := w.give(); err != nil {
		return 0, err
	}
	w.touched = slices.DeleteFunc(w.touched, func(t touched) bool { return t.by == 0 })
	if len(w.touched) == 0 && why.Key == "" {
		return 0, nil
	}
	entry, err := w.group.entry(w.tx, at, why)
	if err != nil {
		return 0, err
	}
	for _, t := range w.touched {
		w.group.postings = append(w.group.postings, t.row.id, entry, t.by)
	}
	return entry, nil
}

// settle puts what the changes made down to a faucet, and what they destroyed to a sink.
func (w *Writing) settle(cause string) error {
	for _, m := range w.moved {
		from := Holding{Holder{Faucet, 0, cause}, "", m.thing}
		if m.by < 0 {
			from.Holder.Kind = Sink
		}
		if m.by == 0 {
			continue
		}
		if _, err := w.change(from, -m.by); err != nil {
			return err
		}
	}
	w.moved = w.moved[:0]
	return nil
}

// balanced says whether the entry makes and destroys nothing. It cannot but be: this is
// for a mistake in here, which must not be committed.
func (w *Writing) balanced() error {
	for i := range w.touched {
		sum := int64(0)
		for k := range w.touched {
			if w.touched[k].Type == w.touched[i].Type {
				sum += w.touched[k].by
			}
		}
		if sum != 0 {
			return refuse(Invalid, "the entry does not balance: %d %s too many", sum, w.touched[i].Type)
		}
	}
	return nil
}
