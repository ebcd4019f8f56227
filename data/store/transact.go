package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// Step is one part of a transaction.
type Step interface {
	check(op string) error
	apply(t *tx, op string) error
}

// MaxSteps is how many steps a transaction has at most, so that none keeps others
// waiting for long.
const MaxSteps = 100

// Why says why things move, in the ledger: see there.
type Why = ledger.Why

// Transact does all steps, in order, or, where one cannot be done, none of them: values,
// money and things move together. Under a key that was used before for the same, it does
// nothing and returns the answer of then; otherwise that of why. Errors: those of the
// steps, and ErrKeyUsed for a key that was used for something else.
func (s *Store) Transact(ctx context.Context, why Why, steps ...Step) (answer string, err error) {
	const op = "transact"
	if len(steps) > MaxSteps {
		return "", fail(op, ErrInvalid, fmt.Sprintf("a transaction has at most %d steps, and here are %d", MaxSteps, len(steps)))
	}
	for _, step := range steps {
		if err := step.check(op); err != nil {
			return "", err
		}
	}
	return s.post(ctx, op, why, steps, func(t *tx) error {
		for _, step := range steps {
			if err := step.apply(t, op); err != nil {
				return err
			}
		}
		return nil
	})
}

// post runs fn inside the next commit, with an entry of the ledger in the making, unless
// what is asked under its key was done before: then it returns what was answered. steps are what
// fn does.
func (s *Store) post(ctx context.Context, op string, why Why, steps []Step, fn func(*tx) error) (answer string, err error) {
	if err := why.Check(); err != nil {
		return "", s.explain(op, err)
	}
	fences, err := s.fencesOf(ctx, op)
	if err != nil {
		return "", err
	}
	err = s.explain(op, s.writer.do(ctx, &request{fences: fences, why: &why, steps: steps, run: func(t *tx) (err error) {
		answer, err = t.post(s.now(), &why, func() error { return fn(t) })
		return err
	}}))
	if errors.Is(err, ErrWrongBooks) {
		s.opt.Log.Error("the books are wrong", "what", err)
	}
	return answer, err
}

// Answer is what was answered under a key of an actor's, before anything is done: found is
// false for a key that was not used. Errors: ErrKeyUsed for one that was used for other
// content.
func (s *Store) Answer(ctx context.Context, actor world.CharacterID, key, content string) (answer string, found bool, err error) {
	const op = "answer"
	answer, found, err = ledger.Answered(reader{ctx, s}, &Why{Actor: actor, Key: key, Content: content})
	return answer, found, s.readError(op, err)
}

// reader looks things up outside of any transaction.
type reader struct {
	ctx context.Context
	s   *Store
}

// Get reads one row.
func (r reader) Get(dest []any, text string, args ...any) (found bool, err error) {
	err = r.s.read.QueryRowContext(r.ctx, text, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (t *tx) post(now int64, why *Why, fn func() error) (answer string, err error) {
	answer, found, err := t.w.group.books.Answered(t, why)
	if found || err != nil {
		return answer, err
	}
	entry := ledger.Begin(t, &t.w.group.books)
	t.entry, t.now = &entry, now
	defer func() { t.entry, t.posted = nil, nil }()
	if err := fn(); err != nil {
		return "", err
	}
	id, err := entry.Post(now, why)
	for _, after := range t.posted {
		if err == nil && id != 0 {
			after(id)
		}
	}
	return why.Answer, err
}

// Move moves a quantity between two holdings, a faucet's and a sink's included. Errors:
// ErrNotEnough, ErrNotFound for a character, ErrInvalid.
type Move struct {
	From, To ledger.Holding
	N        int64
}

func (m Move) check(string) error { return nil } // the ledger's

func (m Move) apply(t *tx, _ string) error { return t.entry.Move(m.From, m.To, m.N) }

// PutValue sets the value under a key, nil to remove it.
type PutValue struct {
	Namespace, Key string
	Value          world.Value
}

func (p PutValue) check(op string) error {
	if err := checkKey(op, p.Namespace, p.Key); err != nil {
		return err
	}
	_, err := encodeValue(op, p.Key, p.Value)
	return err
}

func (p PutValue) apply(t *tx, op string) error {
	if p.Value == nil {
		_, err := t.exec(deleteValue, p.Namespace, p.Key)
		return err
	}
	text, err := encodeValue(op, p.Key, p.Value)
	if err != nil {
		return err
	}
	_, err = t.exec(upsertValue, p.Namespace, p.Key, text)
	return err
}

// AddValue adds to the number under a key, which must not come to be below Least.
// Errors: ErrConflict where something else is there, ErrNotEnough, ErrInvalid where the sum
// is not finite.
type AddValue struct {
	Namespace, Key string
	N, Least       float64 // Least: -Inf for no bound
}

func (a AddValue) check(op string) error { return checkKey(op, a.Namespace, a.Key) }

func (a AddValue) apply(t *tx, op string) error {
	has, err := t.number(op, a.Namespace, a.Key)
	if err != nil {
		return err
	}
	sum := has + a.N
	switch {
	case math.IsNaN(sum) || math.IsInf(sum, 0):
		return fail(op, ErrInvalid, "the sum under "+a.Key+" would not be a finite number")
	case sum < a.Least:
		return fail(op, ErrNotEnough, fmt.Sprintf("%s would be %g, and at least %g has to be left", a.Key, sum, a.Least))
	}
	return PutValue{a.Namespace, a.Key, sum}.apply(t, op)
}

// ExpectValue is no change: it makes the transaction fail, ErrConflict, unless the value
// under a key is this one, nil for none.
type ExpectValue struct {
	Namespace, Key string
	Value          world.Value
}

func (e ExpectValue) check(op string) error {
	return PutValue(e).check(op)
}

func (e ExpectValue) apply(t *tx, op string) error {
	var text string
	found, err := t.Get([]any{&text}, selectValue, e.Namespace, e.Key)
	if err != nil {
		return err
	}
	want, err := encodeValue(op, e.Key, e.Value)
	if err != nil {
		return err
	}
	if !found {
		text = "null"
	}
	if !sameJSON(text, want) {
		return fail(op, ErrConflict, "what is stored under "+e.Key+" is not what was expected: read it again")
	}
	return nil
}

// sameJSON compares two texts of JSON by what they say: keys have no order, and scripts do
// not tell an empty list from an empty object.
func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	one, err1 := json.Marshal(unempty(x))
	two, err2 := json.Marshal(unempty(y))
	return err1 == nil && err2 == nil && string(one) == string(two)
}

// unempty makes what is empty one thing.
func unempty(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return map[string]any{}
		}
		for i := range v {
			v[i] = unempty(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = unempty(v[k])
		}
	}
	return v
}

// Change adds to what a character or a keeper has in a place, or takes from it below
// zero. What all of a transaction make of a type comes from the faucet with the name of
// its cause, and what they destroy goes into the sink. Errors: ErrNotEnough, ErrNotFound
// for the character, ErrInvalid.
type Change struct {
	Holding ledger.Holding
	By      int64
}

func (c Change) check(op string) error {
	return Item{Location: c.Holding.Location, Type: c.Holding.Type, Quantity: c.By}.checkText(op)
}

func (c Change) apply(t *tx, _ string) error {
	_, err := t.entry.Change(c.Holding, c.By)
	return err
}

// ChangeItem is Change for a character.
type ChangeItem Item

func (c ChangeItem) check(op string) error { return Item(c).checkText(op) }

func (c ChangeItem) apply(t *tx, op string) error {
	return Change{Item(c).holding(), c.Quantity}.apply(t, op)
}

// Room is no change: it makes the transaction fail, ErrNotEnough, where what an owner has
// in a place, and in places within it, takes more than Capacity m3 by then. Volumes are by
// type; one that is not named takes nothing. A capacity of 0 is for nothing at all, however
// little room it takes.
type Room struct {
	Owner    world.CharacterID
	Location string
	Capacity float64
	Volumes  func(itemType string) float64
}

func (r Room) check(op string) error {
	if math.IsNaN(r.Capacity) || r.Capacity < 0 {
		return fail(op, ErrInvalid, "a capacity is at least 0 m3")
	}
	return nil
}

func (r Room) apply(t *tx, op string) error {
	if err := t.entry.Flush(); err != nil {
		return err
	}
	volume, stacks := 0.0, 0
	err := t.each(func(row scanner) error {
		var name string
		var n int64
		if err := row.Scan(&name, &n); err != nil {
			return err
		}
		volume += float64(n) * r.Volumes(name)
		stacks++
		return nil
	}, selectRoom, r.Owner, r.Location, r.Location+world.Inner, afterInner(r.Location))
	if err != nil {
		return err
	}
	if volume > r.Capacity*(1+1e-9) || r.Capacity == 0 && stacks > 0 {
		return fail(op, ErrNotEnough, fmt.Sprintf("there is no room: that would be %.6g m3, and %.6g fit", volume, r.Capacity))
	}
	return nil
}

// Pair is a key and its value.
type Pair struct {
	Key   string
	Value world.Value
}

// MaxList bounds what one List returns, in bytes of JSON.
const MaxList = 4 << 20

const selectPairs = `SELECT key, value FROM kv WHERE namespace = ? AND key >= ? AND key > ? AND substr(key, 1, length(?)) = ? ORDER BY key LIMIT ?`

// List returns up to limit values, and no more than MaxList bytes of them but at least
// one, whose keys begin with the prefix and come behind after, by key.
func (s *Store) List(ctx context.Context, namespace, prefix, after string, limit int) ([]Pair, error) {
	const op = "list"
	size := 0
	pairs, err := query(ctx, s, op, func(row scanner) (p Pair, err error) {
		var text string
		if err := row.Scan(&p.Key, &text); err != nil {
			return p, err
		}
		if size > 0 && size+len(text) > MaxList {
			size = math.MaxInt // nor any behind it
			return Pair{}, nil
		}
		if size != math.MaxInt {
			size += len(text)
		}
		p.Value, err = decodeValue(op, p.Key, text)
		return p, err
	}, selectPairs, namespace, prefix, after, prefix, prefix, limit)
	for i, p := range pairs {
		if p.Key == "" { // a key is never empty
			return pairs[:i], err
		}
	}
	return pairs, err
}

const selectPlace = `SELECT ` + itemColumns + ` FROM holdings WHERE location = ? AND (owner, type) > (?, ?) AND quantity <> 0 ORDER BY owner, type LIMIT ?`

// firstOwner is below the numbers of all characters.
const firstOwner world.CharacterID = 1_000_000

// ItemsAt returns up to limit stacks that lie in a place, whoever's they are, by owner and
// type, those behind a stack of the owner and type: Item{} begins.
func (s *Store) ItemsAt(ctx context.Context, location string, after Item, limit int) ([]Item, error) {
	return query(ctx, s, "items at", scanItem, selectPlace, location, max(after.Owner, firstOwner), after.Type, limit)
}
