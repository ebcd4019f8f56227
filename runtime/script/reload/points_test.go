package reload

import (
	"fmt"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

const pointsSource = `local M = {n = 0}
function M.add(by)
  local before = M.n
  M.n = M.n + by
  return before
end
function M.waits()
  sleep(1)
  M.n = M.n + 1
end
function event.add(by) M.add(by) end
function event.waits() M.waits() end
return M`

type hearsPoints struct {
	lines []string
	moves []script.PointMove
}

func (h *hearsPoints) PointTold(l script.PointLine) {
	h.lines = append(h.lines, fmt.Sprintf("%s:%d@%d %s", l.Function, l.Line, l.Release, l.Text))
}
func (h *hearsPoints) PointMoved(m script.PointMove) { h.moves = append(h.moves, m) }

func (h *hearsPoints) told() string {
	out := strings.Join(h.lines, "; ")
	h.lines = nil
	return out
}

// TestLogPointsMoveWithTheirLines reloads under log points: they go with their line, are
// dropped with a word where it has gone, and are there again where it comes back.
func TestLogPointsMoveWithTheirLines(t *testing.T) {
	h := &hearsPoints{}
	ps := script.NewPoints(time.Now, h)
	s, err := script.New(script.Options{Name: "test", Release: code.NewRelease(1, map[string][]byte{"m.lua": []byte(pointsSource)}), Entry: []string{"m"}, Points: ps})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	r := &reloader{t: t, s: s, g: stagerOf("m"), n: 1}
	if _, err := ps.Add(s.Release(), script.PointSpec{Where: "m.add:4", Text: "{before} + {by}"}); err != nil {
		t.Fatal(err)
	}
	if _, err := ps.Add(s.Release(), script.PointSpec{Where: "m.waits:9", Text: "{M.n}"}); err != nil {
		t.Fatal(err)
	}
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(pointsSource) }
	for _, c := range []struct {
		name, src, want string
		lost            string
	}{
		{"another function changed", edit("sleep(1)", "sleep(2)"), "m.add:4@2 0 + 1", ""},
		{"lines before the function", "-- why\n\n" + pointsSource, "m.add:6@3 2 + 1", ""},
		{"a line before it", edit("  local before", "  by = by + 1\n  local before"), "m.add:5@4 4 + 2", ""},
		{"it is edited", edit("M.n = M.n + by", "M.n = M.n + by + 0"), "m.add:4@5 8 + 1", ""},
		{"it has gone", edit("  M.n = M.n + by\n", ""), "", "is not there any more"},
		{"it is back", pointsSource, "m.add:4@7 10 + 1", ""},
		{"the function has gone", edit("function M.add(by)", "function M.plus(by)", "M.add(by)", "M.plus(by)"), "", "no m.add any more"},
		{"and is back, elsewhere", "local x = 1\n" + pointsSource, "m.add:5@9", ""},
	} {
		h.moves = nil
		r.must("m.lua", c.src)
		s.Emit("add", lua.LNumber(1))
		if got := h.told(); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: told %q, want %q", c.name, got, c.want)
		}
		var lost string
		for _, m := range h.moves {
			lost += m.Lost
		}
		if c.lost == "" != (lost == "") || !strings.Contains(lost, c.lost) {
			t.Errorf("%s: heard %+v", c.name, h.moves)
		}
		s.Emit("add", lua.LNumber(1))
		if n := len(h.moves); n > 2 {
			t.Errorf("%s: heard %d times", c.name, n)
		}
		h.told()
	}
	// A frame that waits in code that is replaced ends in its own, without.
	s.Emit("waits")
	r.must("m.lua", edit("  sleep(1)", "  M.n = M.n + 0\n  sleep(1)"))
	s.Emit("waits")
	s.Advance(1)
	if got := h.told(); strings.Count(got, "m.waits:10@10") != 1 || strings.Count(got, ";") != 0 {
		t.Errorf("of two that waited: %q", got)
	}
}
