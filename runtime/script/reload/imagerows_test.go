package reload

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What the twins of an image do besides: a file whose data is migrated, forth and back, whose
// releases are taken back as those of a canary are, and objects with functions of their own.

// rowsSource is the file at one of its stages: its rows have a v, an hp, or armour besides; the
// last refuses more than two of them. A way back there is from the first migration only.
func rowsSource(stage, k int) []byte {
	rows := []string{
		`{{v = 1}, {v = 2}}`,
		`reload.migrate("rows", function(old) for _, r in ipairs(old or {}) do if r.v then r.hp, r.v = r.v * 10, nil end end return old or {} end,
			function(new) for _, r in ipairs(new) do r.v, r.hp = r.hp / 10, nil end return new end)`,
		`reload.migrate("rows", function(old) for _, r in ipairs(old or {}) do r.armour = r.hp or r.v end return old or {} end)`,
		`reload.migrate("rows", function(old) if #(old or {}) > 2 then error("too many rows", 0) end return old or {} end)`,
	}[stage]
	return fmt.Appendf(nil, `
local R = {rows = %s, guns = {}, sums = {}, gun = {}}
R.gun.__index = R.gun
function R.gun.fire(self, x) self.hits = self.hits + 1 return x * %d + self.hits end
reload.upgrade(R.gun, function(g) g.up = (g.up or 0) + 1 end)
for i = 1, 3 do R.guns[i] = setmetatable({hits = i}, R.gun) end
function R.total() local sum = 0 for _, r in ipairs(R.rows) do sum = sum + (r.hp or r.v) + (r.armour or 0) * 3 end return sum end
function R.slow(n)
  local sum = 0
  for i = 1, n do
    for _, r in ipairs(R.rows) do sum = sum + (r.hp or r.v) sleep(0.07) end
    local ok, got = task.try(function() sleep(0.05) if i %% 3 == 0 then error("as it must") end return R.total() end)
    sum = sum + (ok and got or %d)
  end
  R.sums[#R.sums + 1] = sum
end
function R.poke(x)
  local r = R.rows[1 + x %% #R.rows]
  if x > 6 then if r.hp then r.hp = r.hp + 10 else r.v = r.v + 1 end end
  if x == 3 and #R.rows < 6 then R.rows[#R.rows + 1] = {v = r.v, hp = r.hp, armour = r.armour} end
  if x %% 3 == 0 then task.spawn(R.slow, 1 + x %% 4) end
  local fired = 0
  for _, g in ipairs(R.guns) do fired = fired * 7 %% 10007 + g:fire(x) + (g.up or 0) end
  return fired, R.total(), table.concat(R.sums, " ", math.max(1, #R.sums - 3))
end
return R`, rows, k, k)
}

// rowsLife is the file's life in both worlds.
type rowsLife struct {
	t         *testing.T
	r         *rand.Rand
	worlds    map[*propWorld]*Stager
	stage     int
	came      map[string]int // how often what happened
	overrides []string
}

// act does one thing to the file in both worlds.
func (l *rowsLife) act() {
	switch l.r.IntN(3) {
	case 0, 1:
		l.release()
	case 2:
		l.override()
	}
}

// release brings both worlds to another stage, or the same with other code. What one refuses
// the other refuses with the same words.
func (l *rowsLife) release() {
	stage, back := l.r.IntN(4), l.r.IntN(2) == 0
	files, said, first := map[string][]byte{"rows.lua": rowsSource(stage, l.r.IntN(50))}, "", true
	for w, g := range l.worlds {
		g.Back = back
		st, err := g.Stage(w.s.Release(), w.s.Release().With(w.s.Release().Number+1, files), w.s.Modules())
		if err == nil {
			if _, err = Commit(w.s, st); err == nil {
				g.Adopt(st)
			}
		}
		g.Back = false
		if now := fmt.Sprint(err); first {
			said, first = now, false
		} else if now != said {
			l.t.Fatalf("one world says %s, and the other %s", said, now)
		}
	}
	if said != "<nil>" {
		l.came["refused"]++
		return
	}
	if stage != l.stage {
		l.came[fmt.Sprint("from ", l.stage, " to ", stage)]++
	}
	l.stage = stage
}

// override gives an object a function of its own, or takes it away.
func (l *rowsLife) override() {
	expr := fmt.Sprintf("R.guns[%d]", 1+l.r.IntN(3))
	text := fmt.Sprintf("function(self, x) self.hits = self.hits + %d return x - self.hits end", l.r.IntN(9))
	drop := l.r.IntN(2) == 0
	for w := range l.worlds {
		if !drop {
			if err := w.s.Override(expr, "rows.gun.fire", text); err != nil {
				l.t.Fatal(err)
			}
			continue
		}
		for _, key := range w.s.Overrides() {
			w.s.DropOverride(key)
		}
	}
	l.came["overridden"]++
}
