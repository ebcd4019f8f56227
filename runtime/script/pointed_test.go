package script

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

const pointedSource = `local M = {n = 0, log = {}}
local step = 2
local unused = "of the file"
function M.add(by, who)
  local before = M.n
  M.n = M.n + by * step
  for i = 1, 2 do
    before = before + i
  end
  return before
end
function M.roll() return math.random(1000), tostring({}) end
function M.waits()
  sleep(1)
  M.n = M.n + 1
  sleep(1)
  return M.n
end
function M.writes() M.n = 100 end
local co = coroutine.wrap(function() for i = 1, 1000 do coroutine.yield(i) end end)
local words = string.gmatch("a b c d e f", "%a")
function M.next() return co(), words() end
function M.total() local n = 0 for k, v in pairs(M) do if type(v) == "number" then n = n + v end end return n end
function event.add(by) M.add(by, "somebody") end
function event.waits() M.log[#M.log + 1] = M.waits() end
function event.roll() M.log[#M.log + 1] = M.roll() + M.next() end
function event.walk()
  for k in pairs(M.log) do
    if k == 1 then M.log.first = M.add(k) end M.f = math.random() * #M.log
  end
end
return M`

// heard is a PointHearer that keeps everything.
type heard struct {
	lines []PointLine
	moves []PointMove
}

func (h *heard) PointTold(l PointLine)  { h.lines = append(h.lines, l) }
func (h *heard) PointMoved(m PointMove) { h.moves = append(h.moves, m) }

// texts are the lines that came since the last time.
func (h *heard) texts() (out []string) {
	for _, l := range h.lines {
		out = append(out, l.Text)
	}
	h.lines = nil
	return out
}

// pointedState has its log points looked at by a clock that stands.
func pointedState(t testing.TB) (*State, *Points, *heard) {
	t.Helper()
	h := &heard{}
	now := time.Unix(1_800_000_000, 0)
	ps := NewPoints(func() time.Time { return now }, h)
	s, err := New(Options{Name: "@Sol", Release: code.NewRelease(1, map[string][]byte{"main.lua": []byte(pointedSource)}), Entry: []string{"main"}, Seed: 3, Points: ps,
		OnFault: func(f Fault) { t.Errorf("a fault: %s", f.Message) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, ps, h
}

func point(t testing.TB, s *State, ps *Points, where, text string, more ...func(*PointSpec)) PointInfo {
	t.Helper()
	spec := PointSpec{Where: where, Text: text}
	for _, m := range more {
		m(&spec)
	}
	p, err := ps.Add(s.Release(), spec)
	if err != nil {
		t.Fatalf("%s %s: %v", where, text, err)
	}
	return p
}

func TestALogPointTellsWhatIsInSight(t *testing.T) {
	for text, want := range map[string]string{
		"by {by} is {by * step + 1}":              "by 3 is 7",
		"{M.n} {main.n} {before}":                 "0 0 0",
		"{unused}":                                "of the file",
		"{who} {#who} {who:upper()} {who == 'a'}": "somebody 8 SOMEBODY false",
		"{i}":                                         "nil",
		"{{{by}}} {'}'} {({a = {1}}).a[1]}":           "{3} } 1",
		"{nil + 1} and {by}":                          "<attempt to perform arithmetic on a nil value> and 3",
		"{M.total()}":                                 "0",
		"{M.writes()}":                                "<",
		"{sleep(1)}":                                  "<",
		"{M.next()}":                                  "<",
		"{math.random(1000) > 0}":                     "true",
		"{(function() while true do end end)()}":      "<budget",
		"{('x'):rep(1000000)}":                        "<budget",
		"{('x'):rep(1000)}":                           strings.Repeat("x", 200) + "...",
		"{M.log}, {M.add}, {print}, {true}":           "{}, <function main.add",
		"{rawset(M, 'n', 1)}":                         "<",
		"{coroutine.yield(1)}":                        "<",
		"{('a b'):gmatch('%a')()}":                    "a",
		"a\nb {'\\27[2J'}":                            "a b  [2J",
		"{select('#', M.total(), 1, 2)} of {by, who}": "",
	} {
		s, ps, h := pointedState(t)
		if want == "" {
			if _, err := ps.Add(s.Release(), PointSpec{Where: "main.add:6", Text: text}); err == nil {
				t.Errorf("%s is taken", text)
			}
			continue
		}
		p := point(t, s, ps, "main.add:6", text)
		s.Emit("add", lua.LNumber(3))
		got := h.texts()
		if len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s\n  tells %q\n  want  %q", text, got, want)
		}
		if n := do(t, s, "main.n")[0]; n != 6.0 {
			t.Errorf("%s: n is %v", text, n)
		}
		if p.Function != "main.add" || p.Line != 6 || p.Source != "M.n = M.n + by * step" {
			t.Errorf("it stands at %+v", p)
		}
	}
}

// What is wrong with an expression reads without its place, which says nothing.
func TestWhatIsWrongHasNoPlace(t *testing.T) {
	for text, want := range map[string]string{"logpoint:2: there is no global x": "there is no global x", "m.lua:3: bad": "m.lua:3: bad", "logpoint:": "logpoint:", "": ""} {
		if got := withoutPlace(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

func TestALogPointSaysWhereItStands(t *testing.T) {
	s, ps, h := pointedState(t)
	point(t, s, ps, "main.add:8", "{i}", func(p *PointSpec) { p.If = "i == 2" })
	point(t, s, ps, "main.add:8", "{i} too", func(p *PointSpec) { p.System = "@Sol" })
	point(t, s, ps, "main.add:8", "elsewhere", func(p *PointSpec) { p.System = "@Luna" })
	point(t, s, ps, "main:10", "{before}", func(p *PointSpec) { p.If = "nothing.at_all" })
	s.Emit("add", lua.LNumber(1))
	if len(h.lines) != 4 {
		t.Fatalf("told %+v", h.lines)
	}
	want := PointLine{Point: 1, System: "@Sol", Function: "main.add", Line: 8, Release: 1, Text: "2"}
	if h.lines[1] != want || h.lines[0].Text != "1 too" || h.lines[2].Text != "2 too" {
		t.Errorf("told %+v", h.lines)
	}
	if last := h.lines[3]; last.Line != 10 || !last.Failed || !strings.HasPrefix(last.Text, "--if: ") || !strings.HasSuffix(last.Text, ": 3") {
		t.Errorf("of a condition that is none: %+v", last)
	}
	if list := ps.List(); list[0].Hits != 2 || list[0].Told != 1 || list[2].Hits != 0 {
		t.Errorf("the list: %+v", list)
	}
}

func TestALogPointThatCannotBe(t *testing.T) {
	s, ps, _ := pointedState(t)
	for spec, want := range map[PointSpec]string{
		{Where: "main.add"}:                             "which line?",
		{Where: "main.add:0"}:                           "which line?",
		{Where: "main.ad:6"}:                            "no function main.ad; it has main.add",
		{Where: "other.add:6"}:                          "no function other.add",
		{Where: "main.add:40"}:                          "has the lines 4 to 11",
		{Where: "main:2"}:                               "the nearest is main.add:5",
		{Where: "main:900"}:                             "the nearest is",
		{Where: "main.add:6", Text: "a { b"}:            "without its }",
		{Where: "main.add:6", Text: "a } b"}:            "without its {",
		{Where: "main.add:6", Text: "{by = 2}"}:         "by = 2 is no expression",
		{Where: "main.add:6", Text: "{}"}:               "no expression in {}",
		{Where: "main.add:6", Text: "{return 1}"}:       "is no expression",
		{Where: "main.add:6", Text: "x", If: "by = 2"}:  "by = 2 is no expression",
		{Where: "main.add:6", Text: "x", If: "1) + (2"}: "",
	} {
		_, err := ps.Add(s.Release(), spec)
		if want == "" {
			continue // it is one
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", spec, err, want)
		}
	}
	for err := error(nil); err == nil; {
		_, err = ps.Add(s.Release(), PointSpec{Where: "main.add:6", Text: "x"})
	}
	if n := len(ps.List()); n != MaxPoints {
		t.Errorf("%d log points", n)
	}
}

// A frame that waits has it too, and whoever is gauged or traced meanwhile.
func TestALogPointUnderWhatElseRuns(t *testing.T) {
	for name, during := range map[string]func(*State) (after func()){
		"nothing": func(*State) func() { return func() {} },
		"a gauge": func(s *State) func() {
			s.Gauge([]string{"main.waits"})
			return func() { s.Ungauge() }
		},
		"a trace": func(s *State) func() {
			stop, err := s.Trace("main.waits", 10, func(TracedCall) {})
			if err != nil {
				t.Fatal(err)
			}
			return stop
		},
	} {
		for _, early := range []bool{true, false} {
			s, ps, h := pointedState(t)
			after := func() {}
			if early {
				after = during(s)
			}
			s.Emit("waits")
			p := point(t, s, ps, "main.waits:15", "{M.n}")
			s.Emit("add", lua.LNumber(1)) // it takes it over
			if !early {
				after = during(s)
			}
			s.Emit("waits")
			s.Advance(1)
			if got := h.texts(); fmt.Sprint(got) != "[2 3]" {
				t.Errorf("%s, early %v: told %q", name, early, got)
			}
			after()
			s.Emit("waits")
			ps.Drop(p.ID)
			s.Advance(2)
			s.Emit("waits")
			s.Advance(4)
			if got := h.texts(); len(got) != 0 {
				t.Errorf("%s, early %v: without it %q", name, early, got)
			}
			m := s.Module("main")
			for _, f := range m.Functions {
				if f != nil && &f.Slot.Proto.Code[0] != &f.Decl.Proto.Code[0] {
					t.Errorf("%s: %s has not got its own code back", name, f.Decl.Name)
				}
			}
		}
	}
}

// Two States do the same, one of them with log points that look at everything: to the last
// byte they come out the same, whatever is thawed of them too.
func TestLogPointsChangeNothing(t *testing.T) {
	plain, _, _ := pointedState(t)
	looked, ps, h := pointedState(t)
	for _, p := range []struct{ where, text, when string }{
		{"main.add:6", "{M.total()} {math.random()} {tostring({})} {M.next()} {M.writes()} {#M.log}", ""},
		{"main.add:8", "{i}", "M.total() > 0 and math.random() > 0.5"},
		{"main.waits:15", "{M.n} {coroutine.create(function() end)}", ""},
		{"main.waits:17", "{sleep(1)} {M.roll()}", ""},
		{"main.roll:12", "{M.roll()} {tostring(M)}", ""},
		{"main:28", "{M.log}", ""},
		{"main:29", "{k} {M.total()}", ""},
	} {
		point(t, looked, ps, p.where, p.text, func(s *PointSpec) { s.If = p.when })
	}
	for turn := range 40 {
		for _, s := range []*State{plain, looked} {
			s.Emit("add", lua.LNumber(turn))
			s.Emit("waits")
			s.Emit("roll")
			s.Emit("walk")
			s.Advance(float64(turn) / 4)
		}
		want, err1 := plain.Image(nil)
		got, err2 := looked.Image(nil)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("after turn %d the images differ", turn)
		}
		if plain.m.Allocated != looked.m.Allocated {
			t.Fatalf("after turn %d %d bytes were allocated, and %d", turn, plain.m.Allocated, looked.m.Allocated)
		}
		if v, w := plain.Vital(nil), looked.Vital(nil); fmt.Sprint(v) != fmt.Sprint(w) {
			t.Fatalf("after turn %d: %+v and %+v", turn, v, w)
		}
		if turn%10 == 9 { // it goes on elsewhere, with the same log points
			for _, s := range []**State{&plain, &looked} {
				if *s, err1 = Thaw((*s).opts.with((*s).release), got, nil, nil); err1 != nil {
					t.Fatal(err1)
				}
				t.Cleanup((*s).Close)
			}
		}
	}
	if len(h.lines) < 100 {
		t.Errorf("only %d lines were told", len(h.lines))
	}
}

// with are the options with a release.
func (o Options) with(r *code.Release) Options {
	o.Release = r
	return o
}

// What comes by too often is told so often, and the next line says what was left out.
func TestALogPointThatIsTooLoud(t *testing.T) {
	h := &heard{}
	now := time.Unix(1_800_000_000, 0)
	ps := NewPoints(func() time.Time { return now }, h)
	s, err := New(Options{Name: "@Sol", Release: code.NewRelease(1, map[string][]byte{"main.lua": []byte(pointedSource)}), Entry: []string{"main"}, Points: ps})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p := point(t, s, ps, "main.add:6", "{by}", func(p *PointSpec) { p.Until = now.Add(time.Minute) })
	for range 1000 {
		s.Emit("add", lua.LNumber(1))
	}
	if len(h.lines) != PointLines {
		t.Errorf("%d lines were told in a second", len(h.lines))
	}
	now = now.Add(time.Second)
	s.Advance(1)
	s.Emit("add", lua.LNumber(2))
	if last := h.lines[len(h.lines)-1]; last.Text != "2" || last.Untold != 1000-PointLines {
		t.Errorf("the next line is %+v", last)
	}
	if list := ps.List(); list[0].Hits != 1001 || list[0].Untold != 1000-PointLines || list[0].Told != PointLines+1 {
		t.Errorf("the list says %+v", list)
	}
	if gone := ps.Expire(now); len(gone) != 0 {
		t.Errorf("gone too early: %+v", gone)
	}
	if gone := ps.Expire(now.Add(time.Minute)); len(gone) != 1 || gone[0].ID != p.ID {
		t.Errorf("its time is over, and %+v are gone", gone)
	}
	h.lines = nil
	s.Emit("add", lua.LNumber(2))
	if len(h.lines) != 0 {
		t.Errorf("it tells on: %+v", h.lines)
	}
}

// The time that log points take is nobody's: what is gauged is not slower for them.
func TestLogPointsTakeNobodysTime(t *testing.T) {
	s, ps, _ := pointedState(t)
	point(t, s, ps, "main.add:6", "{M.total()}")
	s.Emit("add", lua.LNumber(1))
	before := time.Since(started)
	if took := s.pointed.took; took <= 0 || s.stopwatch() > time.Since(started)-took || s.stopwatch() < before-took {
		t.Errorf("it took %v, and the stopwatch shows %v of %v", took, s.stopwatch(), before)
	}
}

// Code that comes by again and again runs as it is after a while, until the next second.
func TestALogPointIsTakenOffWhatIsHot(t *testing.T) {
	s, ps, h := pointedState(t)
	point(t, s, ps, "main.add:8", "{i}")
	f := s.functionNamed("main.add")
	own := &f.Decl.Proto.Code[0]
	do(t, s, "local m = main for i = 1, 20000 do m.add(1) end")
	if &f.Slot.Proto.Code[0] != own {
		t.Error("it has its own code no more")
	}
	if hits := ps.List()[0].Hits; hits != pointPasses {
		t.Errorf("%d hits were counted", hits)
	}
	s.Advance(0.5)
	s.Emit("add", lua.LNumber(1))
	if &f.Slot.Proto.Code[0] != own {
		t.Error("it was put back within the second")
	}
	h.lines = nil
	s.Advance(1)
	s.Emit("add", lua.LNumber(1))
	if hits := ps.List()[0].Hits; hits != pointPasses+2 || &f.Slot.Proto.Code[0] == own {
		t.Errorf("in the next second it is not there: %d hits", hits)
	}
}

// BenchmarkLogPoint says what it costs that code comes to a log point that tells no more.
func BenchmarkLogPoint(b *testing.B) {
	for name, when := range map[string]string{"always": "", "if": "by > 100"} {
		b.Run(name, func(b *testing.B) {
			s, ps, h := pointedState(b)
			point(b, s, ps, "main.add:6", "{M.n} of {by}", func(p *PointSpec) { p.If = when })
			for n := 0; b.Loop(); n++ {
				s.Advance(float64(n) / 100)
				s.Emit("add", lua.LNumber(1))
			}
			h.lines = nil
		})
	}
}
