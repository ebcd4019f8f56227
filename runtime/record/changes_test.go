package record

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// edition is what a release of a changing life is made of.
type edition struct {
	rows int // how its rows are kept: by v, by hp, with armour; or it refuses more than three
	k    int // in its code
	more int // in a file that nobody needs
}

func (e edition) files() map[string][]byte {
	rows := []string{
		`{{v = 1}, {v = 2}}`,
		`reload.migrate("rows", function(old) for _, r in ipairs(old or {}) do if r.v then r.hp, r.v = r.v * 10, nil end end return old or {} end,
			function(new) for _, r in ipairs(new) do r.v, r.hp = r.hp / 10, nil end return new end)`,
		`reload.migrate("rows", function(old) for _, r in ipairs(old or {}) do r.armour = r.hp or r.v end return old or {} end)`,
		`reload.migrate("rows", function(old) if #(old or {}) > 3 then error("too many rows", 0) end return old or {} end)`,
	}[e.rows]
	return map[string][]byte{"main.lua": fmt.Appendf(nil, `
local lib = require "lib"
local M = {n = 0, rows = %s, guns = {}, sums = {}}
for i = 1, 3 do M.guns[i] = setmetatable({hits = i}, lib.gun) end
local function total() local sum = 0 for _, r in ipairs(M.rows) do sum = sum + (r.hp or r.v) + (r.armour or 0) * 3 end return sum end
local function work(p, n)
  local sum = %d
  for i = 1, n do
    sum = sum + lib.step(i)
    sleep(0.2 + i %% 3 / 10)
    local r = M.rows[1 + (p + i) %% #M.rows]
    if r.hp then r.hp = r.hp + 10 else r.v = r.v + 1 end
    if i %% 2 == 0 then local ok, v = task.try(core.store) sum = sum + (ok and v or -1) end
    for _, g in ipairs(M.guns) do sum = sum + g:fire(i) + (g.up or 0) end
  end
  M.sums[#M.sums + 1] = sum
  return sum + total() + math.random(100)
end
function command.work(p, args) core.go(p, args.x) return work(p, 1 + args.x / 1e3 %% 5) end
function command.grow() if #M.rows < 8 then local r = M.rows[1] M.rows[#M.rows + 1] = {v = r.v, hp = r.hp, armour = r.armour} end return #M.rows, core.muted() end
function command.seen() return total(), #M.sums, lib.calls end
function event.player_entered(p) task.spawn(function() while true do sleep(0.5 + p %% 3) M.n = M.n + work(p, 1) core.tell(M.n) end end) end
every(0.4, function() M.n = M.n + %d end)
return M`, rows, e.k, e.k%3), "lib.lua": fmt.Appendf(nil, `
local lib = {calls = 0, gun = {}}
local base = %d
lib.gun.__index = lib.gun
function lib.gun.fire(self, x) self.hits = self.hits + 1 return x * %d %% 11 + self.hits %% 3 end
reload.upgrade(lib.gun, function(g) g.up = (g.up or 0) + 1 end)
function lib.step(n) lib.calls = lib.calls + 1 base = base + 1 return base %% 7 + n end
return lib`, e.k/2, e.k), "spare.lua": fmt.Appendf(nil, "return {%d}", e.more)}
}

// changing is a recorded life whose code changes in all the ways in which a shard's does.
type changing struct {
	*shard
	r      *rand.Rand
	is     edition
	number int
	trial  *edition // what runs as a canary's
	came   map[string]int
}

// release is an edition with the next number.
func (c *changing) release(e edition) *code.Release {
	c.number++
	return code.NewRelease(c.number, e.files())
}

// commit brings the system to an edition; it says no where that refuses.
func (c *changing) commit(sys *system.System, e edition, back bool) bool {
	to := c.release(e)
	c.stager.Back = back
	defer func() { c.stager.Back = false }()
	staged, err := c.stager.Stage(sys.State().Release(), to, sys.State().Modules())
	if err == nil {
		_, err = reload.Commit(sys.State(), staged)
	}
	if err != nil {
		c.came["refused"]++
		return false
	}
	c.stager.Adopt(staged, to.Hash)
	c.at = to
	return true
}

// change changes the code in one of the ways.
func (c *changing) change() {
	kind, e, n := c.r.IntN(6), c.is, c.r.IntN(60)
	c.post(system.Between(func(sys *system.System) {
		switch {
		case c.trial != nil && kind < 2: // the canary is promoted: the rest follow, and its release gets a number
			c.is, c.trial = *c.trial, nil
			to := c.release(c.is)
			sys.State().Relabel(to)
			c.at = to
			c.came["promoted"]++
		case c.trial != nil && kind < 4: // it is taken back
			if c.commit(sys, c.is, true) {
				c.trial = nil
				c.came["taken back"]++
			}
		case kind < 2 && c.trial == nil:
			if e.rows, e.k = n%4, n; c.commit(sys, e, false) {
				c.came[fmt.Sprintf("rows %d to %d", c.is.rows, e.rows)]++
				c.is = e
			}
		case kind < 4:
			if e.k = n; n%3 == 0 {
				e.rows = 1 + n%2
			}
			if c.commit(sys, e, false) {
				c.trial = &e
				c.came["canary"]++
			}
		case kind == 4: // an object gets a function of its own, or loses it
			if keys := sys.State().Overrides(); len(keys) > 0 && n%2 == 0 {
				sys.State().DropOverride(keys[0])
				c.came["overrides dropped"]++
				return
			}
			text := fmt.Sprintf("function(self, x) self.hits = self.hits + 2 return x * %d end", n)
			if err := sys.State().Override(fmt.Sprintf("main.guns[%d]", 1+n%3), "lib.gun.fire", text); err != nil {
				c.t.Fatal(err)
			}
			c.came["overridden"]++
		case c.trial == nil: // a file that nobody needs
			e.more = n
			to := c.release(e)
			if err := sys.State().Carry(to); err != nil {
				c.t.Fatal(err)
			}
			c.is, c.at = e, to
			c.came["carried"]++
		}
	}))
}

func (c *changing) act() {
	id := world.CharacterID(1 + c.r.IntN(int(c.next)))
	if client := c.clients[id]; client != nil && c.r.IntN(2) == 0 {
		n := c.r.IntN(100)
		c.post(system.Command{Player: id, Client: client, ID: uint64(n), Name: []string{"work", "work", "grow", "seen"}[n%4], Args: map[string]world.Value{"x": float64(n) * 1e3}})
		return
	}
	c.shard.act(c.r)
}

// TestChangesOfEveryKindRunAgain records lives in which releases migrate, canaries are promoted
// and taken back, single objects are patched and commits are refused, with tasks in the middle
// of their work, and runs them again: from the beginning, where all must be the same at every
// tick and in every image; and from each image that was taken meanwhile, as a system that
// was frozen in the middle of it.
func TestChangesOfEveryKindRunAgain(t *testing.T) {
	came := map[string]int{}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { changingLife(t, seed, came) })
	}
	for _, what := range []string{"promoted", "taken back", "refused", "canary", "overridden", "overrides dropped", "carried", "rows 0 to 1", "rows 1 to 2", "rows 1 to 0"} {
		if came[what] == 0 {
			t.Errorf("%s: that never happened, of %v", what, came)
		}
	}
}

func changingLife(t *testing.T, seed uint64, came map[string]int) {
	s := newShardOf(t, edition{k: 1}.files(), func(c *Config) { c.Every = 1300 * time.Millisecond })
	c := &changing{shard: s, r: rand.New(rand.NewPCG(seed, 5)), is: edition{k: 1}, number: 1, came: came}
	var moments []time.Time
	for tick := range 240 {
		for range c.r.IntN(4) {
			c.act()
		}
		if c.r.IntN(6) == 0 {
			c.change()
		}
		c.turn(time.Duration(c.r.IntN(30)) * time.Millisecond)
		if tick%40 == 17 {
			moments = append(moments, c.clock.Now())
		}
	}
	c.flush()
	whole := c.run(epoch)
	if p := whole.Parted; p != nil {
		t.Fatalf("it parts at tick %d, in %v", p.Tick, p.Parts)
	}
	if whole.Last != c.Tick() || whole.Gap || whole.Images < 10 {
		t.Fatalf("it was run to tick %d of %d, %d images compared, gap %v", whole.Last, c.Tick(), whole.Images, whole.Gap)
	}
	for _, from := range moments {
		if late := c.run(from); late.Parted != nil || late.Last != c.Tick() {
			t.Errorf("from %s on it comes to tick %d of %d, and parts at %+v", from.Sub(epoch), late.Last, c.Tick(), late.Parted)
		}
	}
}
