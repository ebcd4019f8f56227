package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"hotshard/runtime/world"
)

func volumes(of map[string]float64) func(string) float64 {
	return func(name string) float64 { return of[name] }
}

// A trade moves money, goods and a value together, and one that cannot be leaves all
// three as they were.
func TestTransact(t *testing.T) {
	s, ctx := open(t), context.Background()
	ann, ben := player(t, s, "Ann").ID, player(t, s, "Ben").ID
	give := func(owner world.CharacterID, location, name string, n int64) ChangeItem {
		return ChangeItem{Owner: owner, Location: location, Type: name, Quantity: n}
	}
	if _, err := s.Transact(ctx, test, give(ann, "wallet", "Money", 100), give(ben, "hangar", "Ore", 50), PutValue{"scripts", "sold", 0.0}); err != nil {
		t.Fatal(err)
	}
	trade := func(n int64, price float64) []Step {
		return []Step{
			give(ben, "hangar", "Ore", -n), give(ann, "hold", "Ore", n), give(ann, "wallet", "Money", -int64(price)), give(ben, "wallet", "Money", int64(price)),
			AddValue{"scripts", "sold", float64(n), 0}, Room{ann, "hold", 30, volumes(map[string]float64{"Ore": 2})},
		}
	}
	state := func() string {
		a, err1 := s.Items(ctx, ann)
		b, err2 := s.Items(ctx, ben)
		sold, err3 := s.Get(ctx, "scripts", "sold")
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(a, b, sold)
	}
	if _, err := s.Transact(ctx, test, trade(10, 40)...); err != nil {
		t.Fatal(err)
	}
	done := state()
	for _, c := range []struct {
		name  string
		steps []Step
		kind  error
		says  string
	}{
		{"no room", trade(6, 1), ErrNotEnough, "no room: that would be 32 m3, and 30 fit"},
		{"no money", trade(1, 61), ErrNotEnough, "not enough Money"},
		{"no goods", trade(41, 1), ErrNotEnough, "not enough Ore"},
		{"nobody", []Step{PutValue{"scripts", "sold", 7.0}, give(999, "", "Ore", 1)}, ErrNotFound, "no character 999"},
		{"too low", []Step{PutValue{"scripts", "x", 7.0}, AddValue{"scripts", "sold", -11, 0}}, ErrNotEnough, "sold would be -1"},
		{"not finite", []Step{AddValue{"scripts", "sold", math.Inf(1), math.Inf(-1)}}, ErrInvalid, "finite"},
		{"not as expected", []Step{PutValue{"scripts", "x", 1.0}, ExpectValue{"scripts", "sold", 9.0}}, ErrConflict, "not what was expected"},
		{"not empty", []Step{ExpectValue{"scripts", "sold", nil}}, ErrConflict, "not what was expected"},
		{"a bad key", []Step{PutValue{"scripts", "x", 1.0}, PutValue{"scripts", "", 1.0}}, ErrInvalid, "a key has"},
		{"no number", []Step{PutValue{"scripts", "sold", "x"}, AddValue{"scripts", "sold", 1, 0}}, ErrConflict, "not a number"},
		{"a bad capacity", []Step{Room{ann, "hold", math.NaN(), volumes(nil)}}, ErrInvalid, "capacity"},
		{"too many", make([]Step, MaxSteps+1), ErrInvalid, "at most 100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Transact(ctx, test, c.steps...)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
			if now := state(); now != done {
				t.Errorf("something has moved: %s", now)
			}
		})
	}
	for _, ok := range []Step{
		ExpectValue{"scripts", "sold", 10.0}, ExpectValue{"scripts", "none", nil}, PutValue{"scripts", "t", map[string]world.Value{"a": 1.0, "b": []world.Value{2.0}}},
		ExpectValue{"scripts", "t", map[string]world.Value{"b": []world.Value{2.0}, "a": 1.0}}, PutValue{"scripts", "t", nil}, ExpectValue{"scripts", "t", nil},
		AddValue{"scripts", "debt", -5, math.Inf(-1)},
	} {
		if _, err := s.Transact(ctx, test, ok); err != nil {
			t.Errorf("%+v: %v", ok, err)
		}
	}
}

func TestList(t *testing.T) {
	s, ctx := open(t), context.Background()
	for _, key := range []string{"order/1", "order/2", "order/3", "orders", "Order/1", "a%", "a_"} {
		if err := s.Put(ctx, "scripts", key, key); err != nil {
			t.Fatal(err)
		}
	}
	list := func(prefix, after string, limit int) string {
		pairs, err := s.List(ctx, "scripts", prefix, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, p := range pairs {
			if p.Value != p.Key {
				t.Errorf("%+v", p)
			}
			keys = append(keys, p.Key)
		}
		return strings.Join(keys, " ")
	}
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          string
	}{
		{"order/", "", 10, "order/1 order/2 order/3"}, {"order/", "", 2, "order/1 order/2"}, {"order/", "order/2", 10, "order/3"},
		{"order/", "order/3", 10, ""}, {"a%", "", 10, "a%"}, {"", "", 2, "Order/1 a%"}, {"none", "", 5, ""},
	} {
		if got := list(c.prefix, c.after, c.limit); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	large := strings.Repeat("x", MaxValue-100)
	for i := range 6 {
		if err := s.Put(ctx, "scripts", fmt.Sprint("large/", i), large); err != nil {
			t.Fatal(err)
		}
	}
	if pairs, err := s.List(ctx, "scripts", "large/", "", 100); err != nil || len(pairs) != 4 {
		t.Errorf("%d large ones at once, %v", len(pairs), err)
	}
}

func TestItemsAt(t *testing.T) {
	s, ctx := open(t), context.Background()
	ann, ben := player(t, s, "Ann").ID, player(t, s, "Ben").ID
	for _, i := range []Item{{ben, "dock", "Ore", 1}, {ann, "dock", "Gas", 2}, {ann, "dock", "Ore", 3}, {ann, "hold", "Ore", 4}} {
		if _, err := s.GiveItems(ctx, test, i); err != nil {
			t.Fatal(err)
		}
	}
	first, err := s.ItemsAt(ctx, "dock", Item{}, 2)
	if err != nil || len(first) != 2 || first[1] != (Item{ann, "dock", "Ore", 3}) {
		t.Fatalf("%v %v", first, err)
	}
	rest, err := s.ItemsAt(ctx, "dock", first[1], 2)
	if err != nil || len(rest) != 1 || rest[0] != (Item{ben, "dock", "Ore", 1}) {
		t.Fatalf("%v %v", rest, err)
	}
}

func TestTypeOwners(t *testing.T) {
	s, ctx := open(t), context.Background()
	ann, ben := player(t, s, "Ann").ID, player(t, s, "Ben").ID
	if _, err := s.GiveItems(ctx, test, Item{ann, "hold", "Ore", 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveCharacters(ctx, []Character{{ID: ben, System: 1, Ship: `{"type":"Wren"}`, Data: `{"fit":["Gun 50%_"]}`}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.TypeOwners(ctx, []string{"Ore", "Wren", "Gun 50%_", "Gun 50xx", "Wre", "%"})
	if err != nil || fmt.Sprint(got) != "map[Gun 50%_:1 Ore:1 Wren:1]" {
		t.Errorf("%v %v", got, err)
	}
}
