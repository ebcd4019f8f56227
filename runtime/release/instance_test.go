package release

import "testing"

const shipSource = `
local m = {}
local bonus = 5
m.ship = {}
m.ship.__index = m.ship
function m.ship:shoot(n) return n + bonus end
function m.new(name) return setmetatable({name = name, ammo = 1}, m.ship) end
m.a, m.b = m.new "a", m.new "b"
function m.f(x) return m.a:shoot(1) .. " " .. m.b:shoot(1) end
function m.more() bonus = bonus + 1 end
return m
`

func TestPatchOfOneObject(t *testing.T) { // P14
	s := newShard(t, true, 2, shipSource)
	s.want("before", s.values(), "S00=6 6 S01=6 6")
	patch := PatchRequest{Function: "m.ship.shoot", Instance: `require("m").b`, Author: "amy", Canary: []string{"S01"},
		Code: "function(n) return self.name .. n + bonus * 10 end"}
	o, _ := s.patch(PatchRequest{Function: patch.Function, Instance: patch.Instance, Code: patch.Code, Author: "amy"})
	s.verdict(o, Refuse, "one system")
	for expr, words := range map[string]string{"5": "is a number", "nothing.here": "R-LOAD", "require(": "R-SYNTAX"} {
		bad := patch
		bad.Instance = expr
		o, _ := s.patch(bad)
		s.verdict(o, Refuse, words)
	}
	bad := patch
	bad.Code = "function(n return n end"
	o, _ = s.patch(bad)
	s.verdict(o, Refuse, "R-SYNTAX")

	o, p := s.patch(patch)
	s.verdict(o, Apply, "no other object")
	s.want("only that one", s.values(), "S00=6 6 S01=6 b51")
	s.want("no release", s.releases(), "S00=1 S01=1")
	if list := s.ctl.Patches(); len(list) != 1 || list[0].Instance != patch.Instance || list[0].Status != PatchOpen {
		t.Errorf("the list: %+v", list)
	}
	o, _ = s.patch(patch)
	s.verdict(o, Refuse, "R-PATCH-CONFLICT", "#1")
	s.eval("S01", `(function() require("m").more() end)()`)
	s.want("the module's variable is shared", s.values(), "S00=6 6 S01=7 b61")

	// A release goes under it.
	s.save("m.lua", shipSource+"-- later\n")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.eval("S01", `(function() require("m").more() end)()`)
	s.want("and stays so through a release", s.values(), "S00=6 6 S01=8 b71")
	s.verdict(s.ctl.Drop(bg, p.ID, "amy"), Apply)
	s.want("dropped", s.values(), "S00=6 6 S01=8 8")
	if st := s.ctl.Patches()[0].Status; st != PatchDropped {
		t.Errorf("the patch is %s", st)
	}
}

func TestPatchOfAnObjectThatIsGone(t *testing.T) {
	s := newShard(t, true, 2, shipSource)
	o, p := s.patch(PatchRequest{Function: "m.ship.shoot", Instance: `require("m").b`, Author: "amy", Canary: []string{"S01"}, Code: "function(self, n) return 0 end"})
	s.verdict(o, Apply)
	s.want("patched", s.values(), "S00=6 6 S01=6 0")
	s.unload("S01")
	s.start("S01")
	s.want("a fresh start", s.values(), "S00=6 6 S01=6 6")
	s.verdict(s.ctl.Drop(bg, p.ID, "amy"), Apply)
	s.want("dropped", s.values(), "S00=6 6 S01=6 6")
}
