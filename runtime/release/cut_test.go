package release

import (
	"fmt"
	"strings"
	"testing"
)

// long is module m with so many functions more, one a line.
func long(n int) string {
	var b strings.Builder
	b.WriteString("local m = {calls = 0}\nfunction m.f(x) m.calls = m.calls + 1 return 1 end\n")
	for i := range n {
		fmt.Fprintf(&b, "function m.g%d(x)\n  return x + %d\nend\n", i, i)
	}
	return b.String() + "return m\n"
}

func TestFileThatEndsEarlyIsHeld(t *testing.T) {
	whole := long(14)
	at := func(mark string) string { return whole[:strings.Index(whole, mark)] }
	for name, c := range map[string]struct {
		old, saved string
		held       bool
	}{
		"all functions but one are gone":  {whole, at("function m.g0"), true},
		"one is gone, and the return":     {whole, at("function m.g13"), true},
		"only the return":                 {whole, at("return m\n"), true},
		"with a line end of the editor's": {whole, strings.TrimRight(at("function m.g3"), "\n") + "\r\n\n", true},
		"edited before it was cut":        {whole, strings.Replace(at("function m.g9"), "x + 2", "x + 3", 1), true},
		"the last is taken out":           {whole, at("function m.g13") + "return m\n", false},
		"all are taken out":               {whole, at("function m.g0") + "return m\n", false},
		"some in the middle":              {whole, at("function m.g4") + whole[strings.Index(whole, "function m.g9"):], false},
		"something new in their place":    {whole, at("function m.g0") + "function m.h() end\nreturn m\n", false},
		"no module, its end is gone":      {strings.TrimSuffix(whole, "return m\n"), at("function m.g3"), true},
		"no module, the last is out":      {strings.TrimSuffix(whole, "return m\n"), at("function m.g13"), false},
		"a comment at the end is out":     {whole + "-- the end\n", whole, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShard(t, false, 2, long(0))
			s.verdict(s.save("n.lua", c.old), Ignore)
			for unit := range s.units {
				s.want("somebody requires it", s.eval(unit, `return require("n") ~= nil`), "true")
			}
			if !c.held {
				s.verdict(s.save("n.lua", c.saved), Apply)
				return
			}
			before := s.ctl.Live()
			s.verdict(s.save("n.lua", c.saved), Hold, "W-CUT-OFF", "reload accept n.lua")
			s.verdict(s.save("n.lua", c.saved), Hold)
			if s.ctl.Live() != before {
				t.Error("something changed")
			}
			disk := map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(long(0)), "n.lua": []byte(c.saved)}
			if d := s.ctl.Drift(disk); len(d) != 1 || !strings.Contains(d[0].Why, "cut off") {
				t.Errorf("the drift: %v", d)
			}
			s.verdict(s.save("n.lua", c.old), Ignore) // whole again
			s.verdict(s.ctl.Accept(bg, "n.lua", []byte(c.saved), "amy")[0], Refuse, "not held")
			s.verdict(s.save("n.lua", c.saved), Hold)
			s.verdict(s.ctl.Accept(bg, "n.lua", []byte("other"), "amy")[0], Refuse)
			s.verdict(s.ctl.Accept(bg, "n.lua", []byte(c.saved), "amy")[0], Apply)
			s.verdict(s.save("n.lua", c.saved), Ignore)
		})
	}
}

func TestOtherFilesOfABatchThatIsCutAreApplied(t *testing.T) {
	s := newShard(t, false, 2, long(14))
	cut := long(14)[:200]
	cut = cut[:strings.LastIndex(cut, "function")]
	b := Batch{Changed: map[string][]byte{"m.lua": []byte(cut), "main.lua": []byte(mainSource + "-- later\n")}}
	out := s.ctl.Saved(bg, b, "disk")
	if len(out) != 2 || out[0].Verdict != Apply || out[1].Verdict != Hold || out[1].Subject != "m.lua" {
		t.Fatalf("%+v", out)
	}
	s.want("the functions stay", s.eval("S00", `return require("m").g13(1)`), "14")
	p := newShard(t, true, 1, long(14))
	p.verdict(p.save("m.lua", cut), Hold) // in production too it does not even wait
	if q := p.ctl.Queued(); len(q) != 0 {
		t.Errorf("queued: %v", q)
	}
}
