package server

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// unpeopled are the characters of a universe without players.
type unpeopled struct{}

func (unpeopled) Load(context.Context, world.CharacterID) (system.Character, error) {
	return system.Character{}, nil
}
func (unpeopled) Save([]system.Character) {}

// deaf are scripts that hear of nothing.
type deaf struct{ system.Events }

func (deaf) SystemStarted()     {}
func (deaf) SystemResumed(bool) {}
func (deaf) SystemStopping()    {}

// weighed is a universe with one system whose Lua takes several bits to weigh, by a fake
// clock inside a synctest bubble.
func weighed(t *testing.T) (*holdings, *system.System) {
	t.Helper()
	u := universe.New(universe.Config{Map: luatest.Map(), Characters: unpeopled{},
		Release: code.NewRelease(1, map[string][]byte{
			"main.lua":  []byte("local heavy = require 'heavy' local function first() return heavy[1] end every(1000, first) return {first = first}"),
			"heavy.lua": []byte("local m = {} for i = 1, 20000 do m[i] = {i} end return m"),
		}),
		System: system.Config{Script: script.Options{Entry: []string{"main"}}, UnloadAfter: time.Hour,
			Bind: func(*system.System, *script.State) {}, Events: func(*script.State) system.Events { return deaf{} }}})
	a, err := u.Start("@Alpha")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	t.Cleanup(func() {
		if err := u.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return newHoldings(u), a
}

// within is how long fn takes by the bubble's clock.
func within(fn func()) time.Duration {
	began := time.Now()
	fn()
	return time.Since(began)
}

func TestWeighing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, a := weighed(t)
		var on scale
		for !on.done {
			if err := h.ask(t.Context(), a, on.bit); err != nil {
				t.Fatal(err)
			}
		}
		if on.bits < 10 {
			t.Errorf("20,000 tables were weighed in %d bits", on.bits)
		}
		h.round(t.Context())
		if got := h.of("@Alpha"); got < 1<<20 || got != on.found.bytes {
			t.Errorf("it holds %d bytes, and bit by bit %d", got, on.found.bytes)
		}
		sum, by := int64(0), h.modules("@Alpha")
		for _, bytes := range by {
			sum += bytes
		}
		if sum != h.of("@Alpha") || by["heavy"] < 1<<20 || by["main"] == 0 || by["main"] > by["heavy"]/10 {
			t.Errorf("of %d bytes modules hold %v", h.of("@Alpha"), by)
		}
	})
}

// TestWeighingWhoIsGone would go on for ever: no bit of it is ever weighed.
func TestWeighingWhoIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, a := weighed(t)
		a.Stop("the test")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if took := within(func() { h.weigh(ctx, a) }); took != 0 || ctx.Err() != nil || h.of("@Alpha") != 0 {
			t.Errorf("weighing nobody took %v and found %d bytes", took, h.of("@Alpha"))
		}
	})
}

// TestWeighingWhoStartsAnew finds another State on the scale than the one it began with.
func TestWeighingWhoStartsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, a := weighed(t)
		var on scale
		restart := func(s *system.System) {
			if on.bit(s); on.bits == 2 {
				if err := s.Restart(); err != nil {
					t.Error(err)
				}
			}
		}
		for !on.done && on.bits < 1000 {
			if err := h.ask(t.Context(), a, restart); err != nil {
				t.Fatal(err)
			}
		}
		if on.bits != 3 || on.state != nil {
			t.Errorf("after %d bits, with a State on the scale: %v", on.bits, on.state != nil)
		}
	})
}

// TestWeighingWhoHangs gives up, weighs the others of the round and finds it the next
// time.
func TestWeighingWhoHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, a := weighed(t)
		if _, err := h.universe.Start("@Beta"); err != nil {
			t.Fatal(err)
		}
		release := make(chan struct{})
		_ = a.Post(system.Between(func(*system.System) { <-release }))
		synctest.Wait()
		if took := within(func() { h.round(t.Context()) }); took < weighPatience || took > weighPatience+weighEvery {
			t.Errorf("a round with one that hangs took %v", took)
		}
		if h.of("@Alpha") != 0 || h.of("@Beta") == 0 {
			t.Errorf("who hangs holds %d bytes, who does not %d", h.of("@Alpha"), h.of("@Beta"))
		}
		close(release)
		synctest.Wait()
		h.round(t.Context())
		if h.of("@Alpha") == 0 {
			t.Error("who has hung once is not weighed any more")
		}
	})
}
