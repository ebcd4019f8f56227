package release

import (
	"context"
	"testing"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// one is a fleet of one State.
type one struct{ st *script.State }

func (o one) Each(_ context.Context, _ []string, f func(string, *script.State) error) map[string]error {
	return map[string]error{"one": f("one", o.st)}
}
func (one) SetCourse(*code.Release, map[string]*code.Release) {}
func (one) Awake() []string                                   { return nil }

func TestUnloadAndRollbackOverANewModule(t *testing.T) {
	ctx := context.Background()
	rel := code.NewRelease(1, map[string][]byte{"main.lua": []byte(`local M = {} N = 0 return M`)})
	opts := script.Options{Name: "one", Release: rel, Entry: []string{"main"}}
	st, err := script.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	c := New(Config{Release: rel, Fleet: one{st}, Options: func(string) *script.Options { return &opts }})
	both := map[string][]byte{
		"main.lua":  []byte(`local M = {} N = 0 M.extra = require "extra" return M`),
		"extra.lua": []byte(`on("tick", function() N = N + 1 end) return {f = function() return 1 end}`),
	}
	if o := c.Saved(ctx, Batch{Changed: both}, "amy")[0]; o.Verdict != Apply {
		t.Fatal(o)
	}
	tick := func(want float64) {
		t.Helper()
		st.Emit("tick")
		st.Eval("N", "test", func(v []any, err error) {
			if err != nil || v[0] != want {
				t.Errorf("N is %v, want %v (%v)", v, want, err)
			}
		})
	}
	tick(1)
	if o := c.Unload(ctx, "extra", "amy"); o.Verdict != Refuse {
		t.Fatalf("a module that is required was unloaded: %v", o)
	}
	tick(2)
	if o := c.Rollback(ctx, 1, "amy", "back"); o.Verdict != Apply {
		t.Fatal(o)
	}
	tick(2)
	if o := c.Saved(ctx, Batch{Changed: both}, "amy")[0]; o.Verdict != Apply {
		t.Fatal(o)
	}
	tick(3)
	alone := map[string][]byte{"main.lua": []byte(`local M = {} N = 0 return M`)}
	if o := c.Saved(ctx, Batch{Changed: alone}, "amy")[0]; o.Verdict != Apply {
		t.Fatal(o)
	}
	tick(4) // no longer required, still loaded
	if o := c.Unload(ctx, "extra", "amy"); o.Verdict != Apply {
		t.Fatal(o)
	}
	tick(4)
	if o := c.Unload(ctx, "extra", "amy"); o.Verdict != Refuse {
		t.Fatal(o)
	}
}

func TestUnloadWaitsForACanary(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.save("extra.lua", "return 1")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.save("m.lua", returns(2))
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy"), Apply)
	s.verdict(s.ctl.Unload(bg, "extra", "amy"), Refuse, "R-STALE", "[S01]")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.verdict(s.ctl.Unload(bg, "extra", "amy"), Apply)
}

func TestUnloadTakesAFileNameToo(t *testing.T) {
	s := newShard(t, false, 1, returns(1))
	s.save("chat.old.lua", "return 1")
	s.verdict(s.ctl.Unload(bg, "chat.older.lua", "amy"), Refuse, "chat.older.lua")
	s.verdict(s.ctl.Unload(bg, "chat.old.lua", "amy"), Apply)
}
