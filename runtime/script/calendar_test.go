package script

import (
	"strings"
	"testing"
	"time"

	"hotshard/runtime/script/code"
)

// A Friday.
var friday = time.Date(2026, 11, 27, 2, 30, 0, 0, time.UTC)

func TestCalendars(t *testing.T) {
	for _, c := range []struct{ text, shown, next, then string }{
		{"03:00", "03:00", "Fri 27 03:00:00", "Sat 28 03:00:00"},
		{"02:30", "02:30", "Sat 28 02:30:00", "Sun 29 02:30:00"}, // now is no later
		{"02:30:01", "02:30:01", "Fri 27 02:30:01", "Sat 28 02:30:01"},
		{"*:15", "*:15", "Fri 27 03:15:00", "Fri 27 04:15:00"},
		{"*:30:10", "*:30:10", "Fri 27 02:30:10", "Fri 27 03:30:10"},
		{"Thu,MON 18:30", "mon,thu 18:30", "Mon 30 18:30:00", "Thu 03 18:30:00"},
		{"fri *:00", "fri *:00", "Fri 27 03:00:00", "Fri 27 04:00:00"},
		{"fri 00:00", "fri 00:00", "Fri 04 00:00:00", "Fri 11 00:00:00"},
		{"  sun   23:59:59 ", "sun 23:59:59", "Sun 29 23:59:59", "Sun 06 23:59:59"},
	} {
		when, err := parseCalendar(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		next := when.next(friday)
		if got, then := next.Format("Mon 02 15:04:05"), when.next(next).Format("Mon 02 15:04:05"); when.String() != c.shown || got != c.next || then != c.then {
			t.Errorf("%q is %q, next at %s and then %s", c.text, when, got, then)
		}
		if again, err := parseCalendar(when.String()); err != nil || again != when {
			t.Errorf("%q is read as %q: %v", when, again, err)
		}
	}
	for text, want := range map[string]string{
		"": "no time", "3:00": "no time of the day", "24:00": "no time of the day", "03:60": "no time of the day", "03": "no time of the day",
		"03:00:00:00": "no time of the day", "*:*": "no time of the day", "-1:00": "no time of the day", "03:00 mon": `"03:00" is no day`,
		"monday 03:00": `"monday" is no day; the days are sun, mon`, "mon, 03:00": `"" is no day`, "mon tue 03:00": "no time", "+3:00": "no time of the day",
	} {
		if _, err := parseCalendar(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// watch is a State by a clock on the wall that a test sets.
type watch struct {
	*State
	t    *testing.T
	wall time.Time
	game float64
}

func newWatch(t *testing.T, source string) *watch {
	w := &watch{t: t, wall: friday}
	s, err := New(Options{Name: "test", Release: code.NewRelease(1, map[string][]byte{"main.lua": []byte(source)}), Entry: []string{"main"},
		Started: friday, Now: func() time.Time { return w.wall }, OnFault: func(f Fault) { t.Error(f.Message) }})
	if err != nil {
		t.Fatal(err)
	}
	w.State = s
	t.Cleanup(s.Close)
	return w
}

// at sets the wall's clock and lets a tick of the game pass.
func (w *watch) at(clock string) *watch {
	wall, err := time.Parse("2006-01-02 15:04:05", clock)
	if err != nil {
		w.t.Fatal(err)
	}
	w.wall = wall
	w.game += 0.1
	w.Advance(w.game)
	return w
}

func (w *watch) ran(what string, want float64) {
	w.t.Helper()
	if got := do(w.t, w.State, `require "main".n`)[0]; got != want {
		w.t.Errorf("%s: it ran %v times, not %v", what, got, want)
	}
}

const dailyAtThree = `local m = {n = 0} at("03:00", function() m.n = m.n + 1 end) return m`

func TestAtGoesByTheWall(t *testing.T) {
	w := newWatch(t, dailyAtThree)
	if due, ok := w.NextDue(); !ok || due != 1800 {
		t.Errorf("due at %v %v", due, ok)
	}
	w.at("2026-11-27 02:59:59").ran("before", 0)
	w.at("2026-11-27 03:00:00").ran("at three", 1)
	w.at("2026-11-27 03:00:01").at("2026-11-28 02:59:59").ran("until the next day", 1)
	w.at("2026-11-28 03:00:07").ran("the next day", 2)
	if list := w.TimerList(); len(list) != 1 || list[0].At != "03:00" || list[0].Every != 0 || list[0].Due != 86400-7 {
		t.Errorf("listed as %+v", list)
	}
}

func TestAtWhenTheClockJumps(t *testing.T) {
	w := newWatch(t, dailyAtThree)
	w.at("2026-12-02 04:00:00").ran("put on by five days", 1)
	w.at("2026-12-02 02:30:00").at("2026-12-02 03:30:00").ran("put back by an hour and a half", 1)
	w.at("2026-12-03 03:00:00").ran("the day after that", 2)
	w.at("2027-12-03 04:00:00").ran("put on by a year", 3)
	w.at("2026-12-03 04:00:00").ran("and back", 3)
	w.at("2026-12-04 03:00:00").ran("the day after, by the right clock", 4)
}

func TestAtIsATimer(t *testing.T) {
	w := newWatch(t, `local m = {n = 0} m.t = at("03:00", function() m.n = m.n + 1 end) return m`)
	do(t, w.State, `cancel(require "main".t)`)
	w.at("2026-11-28 03:00:00").ran("cancelled", 0)
	do(t, w.State, `local m = require "main" m.t = at("04:00", function() m.n = m.n + 1 end)`)
	list := w.TimerList()
	if len(list) != 1 || !w.StopTimer(list[0].ID) || w.StopTimer(list[0].ID) || w.Timers() != 0 {
		t.Errorf("stopped by an operator: %+v, %d left", list, w.Timers())
	}
	w.at("2026-11-29 05:00:00").ran("stopped", 0)
	s, faults := newTestState(t, map[string]string{"main.lua": `function event.pile() for i = 1, 1e6 do at("03:00", function() end) end end
		function event.bad() at("25:00", function() end) end`}, "main")
	s.Emit("bad")
	s.Emit("pile")
	if len(*faults) != 2 || !strings.Contains((*faults)[0].Message, `"25:00" is no time of the day; write the time in UTC`) || !strings.Contains((*faults)[1].Message, "budget: test has 20000 timers") {
		t.Errorf("%+v", *faults)
	}
}
