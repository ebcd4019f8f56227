package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"hotshard/runtime/world"
)

// Limits of a key, in bytes, and of a value, in bytes of JSON.
const (
	MaxKey   = 256
	MaxValue = 1 << 20
)

const (
	selectValue = `SELECT value FROM kv WHERE namespace = ? AND key = ?`
	selectKeys  = `SELECT key FROM kv WHERE namespace = ? AND key >= ? AND substr(key, 1, length(?)) = ? ORDER BY key LIMIT ?`
	upsertValue = `INSERT INTO kv (namespace, key, value) VALUES (?, ?, ?)
		ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value`
	deleteValue = `DELETE FROM kv WHERE namespace = ? AND key = ?`
)

// Get returns the value under the key, nil where there is none.
func (s *Store) Get(ctx context.Context, namespace, key string) (world.Value, error) {
	const op = "get"
	text, found, err := queryOne(ctx, s, op, scanText, selectValue, namespace, key)
	if err != nil || !found {
		return nil, err
	}
	return decodeValue(op, key, text)
}

// Put sets the value under the key; nil removes it. Errors: ErrInvalid for a
// value that is no JSON (a number that is not finite, a function, a cycle) or is
// too long, and for a key that is empty or too long.
func (s *Store) Put(ctx context.Context, namespace, key string, value world.Value) error {
	return s.do(ctx, "put", PutValue{namespace, key, value})
}

// do does one step by itself.
func (s *Store) do(ctx context.Context, op string, step Step) error {
	if err := step.check(op); err != nil {
		return err
	}
	return s.change(ctx, op, func(t *tx) error { return step.apply(t, op) })
}

// Add adds n to the number under the key, where nothing counts as 0, and
// returns the sum. Errors: ErrConflict where something else is there, ErrInvalid
// where the sum is not finite.
func (s *Store) Add(ctx context.Context, namespace, key string, n float64) (sum float64, err error) {
	const op = "add"
	if err := checkKey(op, namespace, key); err != nil {
		return 0, err
	}
	err = s.change(ctx, op, func(t *tx) error {
		has, err := t.number(op, namespace, key)
		if err != nil {
			return err
		}
		sum = has + n
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			return fail(op, ErrInvalid, "the sum under "+key+" would not be a finite number")
		}
		text, err := encodeValue(op, key, sum)
		if err != nil {
			return err
		}
		_, err = t.exec(upsertValue, namespace, key, text)
		return err
	})
	return sum, err
}

// Keys returns up to limit keys that begin with the prefix, in order.
func (s *Store) Keys(ctx context.Context, namespace, prefix string, limit int) ([]string, error) {
	return query(ctx, s, "keys", scanText, selectKeys, namespace, prefix, prefix, prefix, limit)
}

// number reads what Add adds to.
func (t *tx) number(op, namespace, key string) (float64, error) {
	var text string
	found, err := t.Get([]any{&text}, selectValue, namespace, key)
	if err != nil || !found {
		return 0, err
	}
	v, err := decodeValue(op, key, text)
	if err != nil {
		return 0, err
	}
	n, ok := v.(float64)
	if !ok {
		return 0, fail(op, ErrConflict, "what is stored under "+key+" is not a number")
	}
	return n, nil
}

func scanText(row scanner) (s string, err error) { return s, row.Scan(&s) }

func encodeValue(op, key string, v world.Value) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", &Error{Op: op, Kind: ErrInvalid, Message: "the value for " + key + " cannot be stored", Err: err}
	}
	if b.Len() > MaxValue {
		return "", fail(op, ErrInvalid, fmt.Sprintf("the value for %s takes %d bytes, at most %d are kept", key, b.Len(), MaxValue))
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func decodeValue(op, key, text string) (v world.Value, err error) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, &Error{Op: op, Kind: ErrCorrupt, Message: "the value under " + key + " is damaged: put it anew", Err: err}
	}
	return v, nil
}

func checkKey(op, namespace, key string) error {
	if key == "" || len(key) > MaxKey || len(namespace) > MaxKey {
		return fail(op, ErrInvalid, fmt.Sprintf("a key has 1 to %d characters", MaxKey))
	}
	return nil
}
