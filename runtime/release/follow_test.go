package release

import (
	"strings"
	"testing"

	"hotshard/runtime/script/code"
)

// A node follows a release of another one under its number, with nothing written down: what is
// patched and tried here is over.
func TestANodeFollowsAnother(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.save("m.lua", returns(2))
	o, _ := s.ctl.Patch(bg, PatchRequest{Function: "m.f", Code: "function(x) return 3 end", Author: "amy", Reason: "a try", Canary: []string{"S01"}})
	s.verdict(o, Apply)
	begun := s.journal.n
	live := code.NewRelease(9, map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(returns(4))})
	o = s.ctl.Follow(bg, live)
	s.verdict(o, Apply, "release 9")
	s.want("values", s.values(), "S00=4 S01=4")
	s.want("releases", s.releases(), "S00=9 S01=9")
	if s.journal.n != begun {
		t.Error("the journal has been given a release that it had")
	}
	if st := s.ctl.Status(); st.Release != 9 || st.Canary != 0 || st.Patches != 0 {
		t.Errorf("it stands at %+v", st)
	}
	s.verdict(s.ctl.Follow(bg, live), Ignore)

	bad := live.With(10, map[string][]byte{"m.lua": []byte("not Lua")})
	s.verdict(s.ctl.Follow(bg, bad), Refuse)
	s.want("values", s.values(), "S00=4 S01=4")
	s.save("m.lua", returns(5))
	s.want("values", s.values(), "S00=5 S01=5")
	if notes := strings.Join(s.journal.notes, "; "); strings.Contains(notes, "9 ") || strings.Contains(notes, "10 ") {
		t.Errorf("the journal has %s", notes)
	}
}
