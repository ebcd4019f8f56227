package reload

import (
	"bytes"
	"testing"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// TestWhatIsOnlyTriedLeavesNothing plans a release whose migration counts, draws and shows, and
// commits one that refuses in the middle of that: the State is the same to the byte, and so are
// its steps, since a run of what was recorded does not try.
func TestWhatIsOnlyTriedLeavesNothing(t *testing.T) {
	o := propOptions(t, 1)
	o.Entry = []string{"m"}
	o.Release = code.NewRelease(1, map[string][]byte{"m.lua": []byte(`local M = {rows = {{v = 1}}, seen = {}} function M.f() return tostring(M.seen) end return M`)})
	s, err := script.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	eval(t, s, `(function() require("m").rows[1].v = 7 return 0 end)()`)
	for name, end := range map[string]string{"planned": "", "refused": `if old[1].v == 7 then error("no", 0) end`} {
		to := s.Release().With(2, map[string][]byte{"m.lua": []byte(`local M = {seen = {}}
			M.rows = reload.migrate("rows", function(old) if not old then return {} end
				for i = 1, 50 do old[#old + 1] = {v = math.random(100), name = tostring(M.seen)} end ` + end + ` return old end)
			function M.f() return tostring(M.seen) end return M`)})
		st, err := NewStager(o).Stage(s.Release(), to, s.Modules())
		if err != nil {
			t.Fatal(err)
		}
		mustImage(t, s) // which counts, the first time, what is there before scripts
		before, steps := mustImage(t, s), s.Steps()
		if end == "" {
			_, err = Plan(s, st)
		} else if _, err = Commit(s, st); err == nil {
			t.Fatal("it was not refused")
		} else {
			err = nil
		}
		if err != nil {
			t.Fatal(err)
		}
		if after := mustImage(t, s); !bytes.Equal(before, after) {
			t.Errorf("%s: %s", name, firstDifference(after, before))
		}
		if s.Steps() != steps {
			t.Errorf("%s: it has done %d steps, and had done %d", name, s.Steps(), steps)
		}
	}
}

func mustImage(t *testing.T, s *script.State) []byte {
	t.Helper()
	data, err := s.Image(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
