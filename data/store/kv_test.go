package store

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hotshard/runtime/world"
)

func drawValue(r *rapid.T, depth int) world.Value {
	kind := rapid.IntRange(0, 5).Draw(r, "kind")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return rapid.Bool().Draw(r, "bool")
	case 1:
		return rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(r, "number")
	case 2:
		return plainTexts().Draw(r, "string")
	case 3:
		return nil
	case 4:
		list := []world.Value{}
		for range rapid.IntRange(0, 3).Draw(r, "len") {
			list = append(list, drawValue(r, depth-1))
		}
		return list
	}
	table := map[string]world.Value{}
	for range rapid.IntRange(0, 3).Draw(r, "len") {
		table[plainTexts().Draw(r, "key")] = drawValue(r, depth-1)
	}
	return table
}

// Whatever a script puts comes back the same.
func TestValuesComeBack(t *testing.T) {
	s := open(t)
	rapid.Check(t, func(r *rapid.T) {
		key := "k" + short(plainTexts().Draw(r, "key"))
		want := drawValue(r, 3)
		if err := s.Put(bg, "n", key, want); err != nil {
			r.Fatal(err)
		}
		got, err := s.Get(bg, "n", key)
		if err != nil || !reflect.DeepEqual(got, want) {
			r.Fatalf("put %#v, got %#v (%v)", want, got, err)
		}
	})
}

func TestNamespacesAndRemoval(t *testing.T) {
	s := open(t)
	must(t, s.Put(bg, "a", "k", "in a"))
	must(t, s.Put(bg, "b", "k", "in b"))
	must(t, s.Put(bg, "a", "k", nil))
	a, err := s.Get(bg, "a", "k")
	must(t, err)
	b, err := s.Get(bg, "b", "k")
	must(t, err)
	if a != nil || b != "in b" {
		t.Errorf("a has %v, b has %v", a, b)
	}
}

func TestKeys(t *testing.T) {
	s := open(t)
	for _, k := range []string{"b", "a_2", "a_1", "a%3", "ab", "a_10"} {
		must(t, s.Put(bg, "n", k, 1.0))
	}
	got, err := s.Keys(bg, "n", "a_", 10)
	must(t, err)
	if fmt.Sprint(got) != "[a_1 a_10 a_2]" {
		t.Errorf("keys %v", got)
	}
	if got, err = s.Keys(bg, "n", "", 2); err != nil || fmt.Sprint(got) != "[a%3 a_1]" {
		t.Errorf("keys %v (%v)", got, err)
	}
}

func TestKVRefuses(t *testing.T) {
	s := open(t)
	loop := map[string]world.Value{}
	loop["self"] = loop
	for _, v := range []world.Value{math.NaN(), math.Inf(1), func() {}, loop, strings.Repeat("x", MaxValue)} {
		wants(t, s.Put(bg, "n", "k", v), ErrInvalid, "k")
	}
	wants(t, s.Put(bg, "n", "", 1.0), ErrInvalid)
	wants(t, s.Put(bg, "n", strings.Repeat("k", MaxKey+1), 1.0), ErrInvalid)
	must(t, s.Put(bg, "n", "word", "one"))
	_, err := s.Add(bg, "n", "word", 1)
	wants(t, err, ErrConflict, "word")
	must(t, s.Put(bg, "n", "huge", math.MaxFloat64))
	_, err = s.Add(bg, "n", "huge", math.MaxFloat64)
	wants(t, err, ErrInvalid)
	_, err = s.Add(bg, "n", "x", math.NaN())
	wants(t, err, ErrInvalid)
}

// Every one of many additions at once counts, and each is told its own sum.
func TestAddIsAtomic(t *testing.T) {
	s := open(t)
	const workers, times = 8, 25
	var mu sync.Mutex
	told := map[float64]bool{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range times {
				sum, err := s.Add(bg, "n", "count", 1)
				fine(t, err)
				mu.Lock()
				told[sum] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	v, err := s.Get(bg, "n", "count")
	must(t, err)
	if v != float64(workers*times) || len(told) != workers*times {
		t.Errorf("counted to %v with %d different answers", v, len(told))
	}
}
