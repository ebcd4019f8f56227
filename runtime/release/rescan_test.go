package release

import "testing"

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
