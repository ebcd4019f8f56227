package ledger

// Names knows the numbers of the accounts, of which there are a few dozen. It belongs to
// whoever writes, and is not safe for use by several goroutines.
type Names struct {
	numbers map[Holder]int64
	fresh   []Holder // not committed yet
}

const (
	selectAccount = `SELECT id FROM ledger_accounts WHERE kind = ? AND name = ?`
	insertAccount = `INSERT INTO ledger_accounts (id, kind, name)
		VALUES ((SELECT CASE WHEN ?1 = 'faucet' THEN coalesce(min(id), 0) - 1 ELSE coalesce(max(id), 0) + 1 END
			FROM ledger_accounts WHERE (id < 0) = (?1 = 'faucet')), ?1, ?2)`
)

// owner is the number under which a holder's holdings stand. An account gets one when it
// is first named.
func (n *Names) owner(tx Tx, h Holder) (int64, error) {
	if h.Kind == Character {
		if h.ID <= FirstCharacter {
			return 0, refuse(NotFound, "there is no %s", h)
		}
		return int64(h.ID), nil
	}
	if id := n.numbers[h]; id != 0 {
		return id, nil
	}
	if err := checkName("the "+string(h.Kind), h.Name); err != nil {
		return 0, err
	}
	var id int64
	found, err := tx.Get([]any{&id}, selectAccount, string(h.Kind), h.Name)
	if err == nil && !found {
		id, err = tx.Insert(insertAccount, string(h.Kind), h.Name)
	}
	if err != nil {
		return 0, err
	}
	if n.numbers == nil {
		n.numbers = map[Holder]int64{}
	}
	n.numbers[h], n.fresh = id, append(n.fresh, h)
	return id, nil
}

// FirstCharacter is where the numbers of characters begin.
const FirstCharacter = 1_000_000

// Commit says that what was written since is on the disk, Forget that it is not.
func (n *Names) Commit() { n.fresh = n.fresh[:0] }

// Forget forgets the numbers that were not committed.
func (n *Names) Forget() {
	for _, h := range n.fresh {
		delete(n.numbers, h)
	}
	n.fresh = n.fresh[:0]
}
