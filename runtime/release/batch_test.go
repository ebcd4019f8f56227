package release

import (
	"strings"
	"testing"
)

func TestLostEventsAreNamed(t *testing.T) { // E11
	s := newShard(t, false, 2, returns(1))
	out := s.ctl.Saved(bg, Batch{Changed: map[string][]byte{"m.lua": []byte(returns(2)), "main.lua": []byte(mainSource)}, Rescan: true}, "disk")
	s.verdict(out[0], Apply)
	s.want("all of it", s.values(), "S00=2 S01=2")
	if w := out[0].Warnings; len(w) != 1 || w[0].Code != "W-RESCAN" {
		t.Errorf("warnings: %v", w)
	}
	s.want("the files", out[0].Files[0], "m.lua")
}

func TestByteOrderMarkAndWindowsLines(t *testing.T) { // E12
	const mark = "\ufeff"
	s := newShard(t, false, 1, returns(1))
	s.verdict(s.save("m.lua", mark+"local m = {}\r\nfunction m.f(x)\r\n  return 2\r\nend\r\nreturn m\r\n"), Apply)
	s.want("it runs", s.values(), "S00=2")
	s.verdict(s.save("m.lua", mark+"local m = {}\r\nfunction m.f(x)\r\n  return 2 +\r\nend\r\nreturn m\r\n"), Refuse, "m.lua:4")
	s.verdict(s.save("m.lua", mark+"local m = {}\r\nfunction m.f(x)\r\n  return x.y.z\r\nend\r\nreturn m\r\n"), Apply)
	if got := s.eval("S00", "main.value()"); !strings.Contains(got, ":3:") {
		t.Errorf("the error's line: %s", got)
	}
}

// A constant that takes a new value is a change, and is told with both.
func TestChangedConstantsAreTold(t *testing.T) {
	s := newShard(t, false, 2, "local m = {}\nlocal most = 5\nm.name = \"a\"\nfunction m.f() return most end\nreturn m\n")
	out := s.save("m.lua", "local m = {}\nlocal most = 6\nm.name = \"b\"\nfunction m.f() return most end\nreturn m\n")
	s.verdict(out, Apply)
	s.want("both took it", s.values(), "S00=6 S01=6")
	for _, want := range []string{"(2 changed, ", "m:most 5 -> 6", `m.name "a" -> "b"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the outcome does not say %q: %s", want, out)
		}
	}
}
