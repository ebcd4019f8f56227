package script

import (
	"container/heap"
	"fmt"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
)

// A calendar says at which times of the day, in UTC, on which days of the week.
type calendar struct {
	days                 [7]bool // by time.Weekday; all where none is named
	hour, minute, second int     // hour is everyHour for each
}

const everyHour = -1

var dayNames = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const calendarForm = `write the time in UTC, with days before it where it is not every day: "03:00", "mon,thu 18:30", "*:15"`

// parseCalendar reads "03:00", "18:30:05", "*:15" (each hour), any of them behind days:
// "mon,thu 18:30".
func parseCalendar(text string) (calendar, error) {
	var c calendar
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) == 0 || len(fields) > 2 {
		return c, fmt.Errorf("%q is no time; %s", text, calendarForm)
	}
	if len(fields) == 1 {
		fields = []string{strings.Join(dayNames[:], ","), fields[0]}
	}
	for _, day := range strings.Split(fields[0], ",") {
		i := indexOf(dayNames[:], day)
		if i < 0 {
			return c, fmt.Errorf("%q is no day; the days are %s", day, strings.Join(dayNames[:], ", "))
		}
		c.days[i] = true
	}
	return c, c.parseTime(fields[1])
}

// CheckCalendar says what is wrong with a time that at is given.
func CheckCalendar(text string) error {
	_, err := parseCalendar(text)
	return err
}

func (c *calendar) parseTime(text string) error {
	parts := strings.Split(text, ":")
	bounds := []int{23, 59, 59}
	var n [3]int
	bad := len(parts) < 2 || len(parts) > 3
	for i := 0; i < len(parts) && !bad; i++ {
		if i == 0 && parts[i] == "*" {
			n[i] = everyHour
			continue
		}
		v, err := strconv.ParseUint(parts[i], 10, 8) // it takes no sign
		bad = err != nil || len(parts[i]) != 2 || int(v) > bounds[i]
		n[i] = int(v)
	}
	if bad {
		return fmt.Errorf("%q is no time of the day; %s", text, calendarForm)
	}
	c.hour, c.minute, c.second = n[0], n[1], n[2]
	return nil
}

func indexOf(list []string, what string) int {
	for i, v := range list {
		if v == what {
			return i
		}
	}
	return -1
}

// String is the calendar as it is written, one text for each.
func (c calendar) String() string {
	text := fmt.Sprintf("%02d:%02d", c.hour, c.minute)
	if c.hour == everyHour {
		text = fmt.Sprintf("*:%02d", c.minute)
	}
	if c.second != 0 {
		text += fmt.Sprintf(":%02d", c.second)
	}
	var days []string
	for i := 1; i <= 7; i++ { // a week begins on Monday
		if c.days[i%7] {
			days = append(days, dayNames[i%7])
		}
	}
	if len(days) < 7 {
		text = strings.Join(days, ",") + " " + text
	}
	return text
}

// next is the first moment of the calendar after a time.
func (c calendar) next(after time.Time) time.Time {
	after = after.UTC()
	year, month, day := after.Date()
	for d := 0; ; d++ {
		if !c.days[time.Date(year, month, day+d, 0, 0, 0, 0, time.UTC).Weekday()] {
			continue
		}
		first, last := c.hour, c.hour
		if c.hour == everyHour {
			first, last = 0, 23
		}
		for h := first; h <= last; h++ {
			if t := time.Date(year, month, day+d, h, c.minute, c.second, 0, time.UTC); t.After(after) {
				return t
			}
		}
	}
}

// far says whether a moment that is due lies more than two turns of the calendar ahead:
// the clock has been put back so far that it would never come.
func (c calendar) far(due, now time.Time) bool {
	first := c.next(now)
	return due.After(first) && due.After(c.next(c.next(first)))
}

// at makes a timer that goes by the calendar.
func (s *State) at(L *lua.LState) int {
	fn := arg.Function(L, 2)
	c, err := parseCalendar(arg.Text(L, 1))
	if err != nil {
		arg.Bad(L, 1, err.Error())
	}
	s.boundRegistration(L, regAt, c.String())
	r := s.register(regAt, c.String(), fn, 0)
	s.noteRegistration(r)
	ud := L.NewUserData()
	ud.Value = r
	L.Push(ud)
	return 1
}

// wall is the time of day, which calendars go by. Game time may be slower.
func (s *State) wall() time.Time {
	if s.opts.Now != nil {
		return s.opts.Now()
	}
	return s.opts.Started.Add(time.Duration(s.now * float64(time.Second)))
}

// schedule says when a timer is due first.
func (s *State) schedule(r *Registration) {
	if r.Kind != regAt {
		r.due = s.now + r.Period
		return
	}
	r.when, _ = parseCalendar(r.Name) // it is one: at has written it
	r.moment = r.when.next(s.wall())
}

// runCalendar runs what has become due by the calendar, each once however often it
// was missed, and counts on from now.
func (s *State) runCalendar(enough int64) {
	g := &s.registry
	if len(g.calendar) == 0 {
		return
	}
	now := s.wall()
	if now.Before(g.looked) {
		for _, r := range g.calendar {
			if r.when.far(r.moment, now) {
				r.moment = r.when.next(now)
			}
		}
		heap.Init(&g.calendar)
	}
	g.looked = now
	for len(g.calendar) > 0 && !g.calendar[0].moment.After(now) && s.meter.work <= enough {
		r := g.calendar[0]
		r.moment = r.when.next(now)
		heap.Fix(&g.calendar, r.heap)
		s.enter(r.Fn, "timer", "", nil)
	}
}

// nextByCalendar is when runCalendar has work next, in game seconds as they would pass
// from here on if they were real ones.
func (s *State) nextByCalendar() (float64, bool) {
	if len(s.registry.calendar) == 0 {
		return 0, false
	}
	return s.now + max(0, s.registry.calendar[0].moment.Sub(s.wall()).Seconds()), true
}
