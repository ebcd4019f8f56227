package stdlib

import (
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// os has what is left of the operating system: the time. Its zone is UTC.
func (lib library) os() Table {
	return Table{Name: "os", Funcs: map[string]lua.LGFunction{
		"clock":    func(L *lua.LState) int { return push(L, lib.Clock(L)) },
		"date":     lib.date,
		"difftime": diffTime,
		"time":     lib.time,
	}}
}

func diffTime(L *lua.LState) int {
	b := arg.OffsetOr(L, 2, 0)
	return push(L, float64(arg.Offset(L, 1))-float64(b))
}

func (lib library) date(L *lua.LState) int {
	format := arg.TextOr(L, 1, "%c")
	at := 0
	if arg.Absent(L, 2) {
		at = int(lib.Now(L).Unix())
	} else {
		at = arg.Offset(L, 2)
	}
	zone := "UTC"
	if len(format) > 0 && format[0] == '!' {
		zone, format = "GMT", format[1:]
	}
	t, ok := civil(at)
	switch {
	case !ok:
		L.Push(lua.LNil)
	case format == "*t":
		L.Push(dateTable(t))
	default:
		lib.Charge(L, len(format)/lettersPerStep)
		L.Push(lua.LString(appendDate(nil, format, t, zone)))
	}
	return 1
}

// civil is a number of seconds since 1970 as a date, unless its year is none that C
// can tell.
func civil(seconds int) (time.Time, bool) {
	const reach = 1 << 31 * 366 * 86400 // more seconds than in the years that C can tell
	if seconds < -reach || seconds > reach {
		return time.Time{}, false
	}
	t := time.Unix(int64(seconds), 0).UTC()
	years := t.Year() - 1900
	return t, years >= math.MinInt32 && years <= math.MaxInt32
}

func dateTable(t time.Time) *lua.LTable {
	out := &lua.LTable{Metatable: lua.LNil}
	for _, f := range []struct {
		name  string
		value int
	}{
		{"sec", t.Second()}, {"min", t.Minute()}, {"hour", t.Hour()}, {"day", t.Day()}, {"month", int(t.Month())},
		{"year", t.Year()}, {"wday", int(t.Weekday()) + 1}, {"yday", t.YearDay()},
	} {
		vm.Set(out, lua.LString(f.name), integer(f.value))
	}
	vm.Set(out, lua.LString("isdst"), lua.LFalse)
	return out
}

func (lib library) time(L *lua.LState) int {
	if arg.Absent(L, 1) {
		return push(L, float64(lib.Now(L).Unix()))
	}
	t := arg.Table(L, 1)
	second, minute, hour := dateField(L, t, "sec", 0), dateField(L, t, "min", 0), dateField(L, t, "hour", 12)
	day, month, year := dateField(L, t, "day", -1), dateField(L, t, "month", -1), dateField(L, t, "year", -1)
	month, year = int(int32(month-1)), int(int32(year-1900)) // C counts them so, in 32 bits
	at := time.Date(year+1900, time.Month(month+1), day, hour, minute, second, 0, time.UTC).Unix()
	if isTrue(vm.Index(L, t, lua.LString("isdst"))) {
		at -= 3600 // the clock of summer is an hour ahead
	}
	if _, ok := civil(int(at)); !ok || at == -1 { // -1 is how C says that there is none
		L.Push(lua.LNil)
		return 1
	}
	return push(L, float64(at))
}

// dateField is a field of a date in the 32 bits that C has for it; one that is no
// number is def, and an error if that is negative.
func dateField(L *lua.LState, t *lua.LTable, name string, def int) int {
	x, ok := vm.ToNumber(vm.Index(L, t, lua.LString(name)))
	switch {
	case ok:
		return int(int32(arg.Trunc(x)))
	case def < 0:
		arg.Raise(L, "field '"+name+"' missing in date table")
	}
	return def
}
