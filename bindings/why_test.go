package bindings

import (
	"fmt"
	"strings"
	"testing"
)

// The books learn who wanted a movement, where, when and under which scripts.
func TestMovementsSayWhy(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`items.give(P, "Ore", 5)`, "main 1  "},
		{`items.give(P, "Ore", 5, "hold", "mining")`, "mining 1  "},
		{`items.take(P, "Ore", 5, "hold", "refining")`, "refining 1  "},
		{`items.move(P, "Ore", 5, 2, "hold", "hold", "a gift")`, "a gift 1  "},
		{`items.stow(P, "Ore", 5, "hold", 7, "loot")`, "loot 1  "},
		{`store.transact {{give = P, type = "Ore", n = 1}}`, "main 0  "},
		{`store.transact({{give = P, type = "Ore", n = 1}}, {cause = "bounty", actor = P})`, "bounty 1  "},
		{`store.transact({{give = P, type = "Ore", n = 1}}, {actor = P, key = "k", content = {b = 2, a = 1}})`, `main 1 k {"a":1,"b":2}`},
		{`store.transact({{give = P, type = "Ore", n = 1, from = "x"}, {room = P, location = "l", capacity = 3}}, {actor = P, key = "k"})`, `main 1 k [["items",1,"","Ore",1,"","x"],["room",1,"l",3]]`},
	} {
		st := newStage(t, c.code, "")
		if got := st.run(t); len(st.memory.whys) == 0 {
			t.Fatalf("%s: %s", c.code, got)
		}
		why := st.memory.whys[0]
		if got := fmt.Sprintf("%s %d %s %s", why.Cause, why.Actor, why.Key, why.Content); got != c.want {
			t.Errorf("%s: %q, and not %q", c.code, got, c.want)
		}
		if why.System != "@Alpha" || why.Tick < 2 || why.Release != 1 {
			t.Errorf("%s: %+v", c.code, why)
		}
	}
}

func TestAServiceSaysWhere(t *testing.T) {
	st := newStage(t, `store.transact({{give = P, type = "Ore", n = 1}}, {system = "Beta"})`, "")
	st.run(t)
	if got := st.memory.whys[0].System; got != "@Beta" {
		t.Error(got)
	}
}

// What all kinds of steps become.
func TestStepsOfATransaction(t *testing.T) {
	st := newStage(t, `store.transact {{give = P, type = "ore", n = 3, from = "mining"}, {take = P, type = "ore", n = 2, location = "hold", to = "fire"},
		{move = P, type = "ore", n = 1, location = "hold", to = 2, to_location = "hangar"}, {move = "wrecks", type = "ore", n = 1, location = "wreck 5", to = P}}`, "")
	st.run(t)
	want := strings.Join([]string{
		"bindings.MoveItem{{1  Ore 3}  mining}", "bindings.MoveItem{{1 hold Ore -2}  fire}",
		"bindings.PassItem{{1 } {2 } hold hangar Ore 1}", "bindings.PassItem{{0 wrecks} {1 } wreck 5  Ore 1}",
	}, "\n")
	if got := strings.Join(st.memory.did, "\n"); got != want {
		t.Errorf("it did\n%s", got)
	}
}

func TestCauseOfAPlace(t *testing.T) {
	for place, want := range map[string]string{
		"loot.lua@1:12: ": "loot", "services/market.lua@12:3: ": "services.market", "": "", "wait:1: ": "", "1.lua@5:2: ": "", "lib/A-b.lua@1:3: ": "lib.ab",
	} {
		if got := causeOf(place); got != want {
			t.Errorf("%q: %q, and not %q", place, got, want)
		}
	}
}
