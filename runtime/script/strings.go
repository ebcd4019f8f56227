package script

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// maxPatternWork bounds what one pattern match may cost in the worst case, as
// subject length to the power of the number of unbounded repetitions. gopher-lua's
// matcher backtracks without looking at any budget.
const maxPatternWork = 2e9

// openString puts bounds on the calls that can run or grow without end.
func (s *State) openString() {
	lib := s.l.GetGlobal("string").(*lua.LTable)
	lib.RawSetString("dump", lua.LNil)
	inner := func(name string) lua.LGFunction { return lib.RawGetString(name).(*lua.LFunction).GFunction }
	for _, name := range []string{"find", "match", "gmatch", "gsub"} {
		call := inner(name)
		s.set("string", name, func(L *lua.LState) int {
			subject, pattern := L.CheckString(1), L.CheckString(2)
			if name == "find" && L.GetTop() >= 4 && lua.LVAsBool(L.Get(4)) {
				return call(L)
			}
			boundPattern(L, name, subject, pattern)
			if name == "gsub" {
				boundGsub(L, subject)
			}
			return call(L)
		})
	}
	rep := inner("rep")
	s.set("string", "rep", func(L *lua.LState) int {
		if n := L.CheckInt(2); n > 0 && len(L.CheckString(1))*n > maxString {
			L.RaiseError("budget: string.rep would make %d bytes; at most %d may be built", len(L.CheckString(1))*n, maxString)
		}
		return rep(L)
	})
	format := inner("format")
	s.set("string", "format", func(L *lua.LState) int {
		if len(L.CheckString(1)) > 1<<16 || wideVerb(L.CheckString(1)) {
			L.RaiseError("string.format: a width or precision over 99, or a format over 64 KiB")
		}
		return format(L)
	})
	concat := s.l.GetGlobal("table").(*lua.LTable).RawGetString("concat").(*lua.LFunction).GFunction
	s.set("table", "concat", func(L *lua.LState) int {
		t, sep := L.CheckTable(1), L.OptString(2, "")
		size := len(sep) * t.Len()
		for i := 1; i <= t.Len() && size <= maxString; i++ {
			if str, ok := t.RawGetInt(i).(lua.LString); ok {
				size += len(str)
			}
		}
		if size > maxString {
			L.RaiseError("budget: table.concat would make more than %d bytes", maxString)
		}
		return concat(L)
	})
}

func boundPattern(L *lua.LState, name, subject, pattern string) {
	loops := 0
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '%':
			i++
		case '*', '+', '-':
			loops++
		}
	}
	if !strings.HasPrefix(pattern, "^") {
		loops++
	}
	work := 1.0
	for range loops {
		work *= float64(len(subject) + 1)
	}
	if len(subject) > 1<<20 || loops > 2 && work > maxPatternWork {
		L.RaiseError("budget: string.%s with this pattern on %d bytes could run for a very long time; shorten the text or use fewer * + - in the pattern", name, len(subject))
	}
}

func boundGsub(L *lua.LState, subject string) {
	if repl, ok := L.Get(3).(lua.LString); ok && len(subject)+(len(subject)+1)*len(repl) > 4*maxString {
		L.RaiseError("budget: string.gsub could make %d bytes; at most %d may be built", (len(subject)+1)*len(repl), maxString)
	}
}

// wideVerb says whether a format has a width or precision of three digits or more.
func wideVerb(format string) bool {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		digits := 0
		for i++; i < len(format) && strings.IndexByte("-+ #.0123456789", format[i]) >= 0; i++ {
			if format[i] >= '0' && format[i] <= '9' {
				if digits++; digits > 2 {
					return true
				}
			} else {
				digits = 0
			}
		}
	}
	return false
}

func parseString(src, name string) ([]ast.Stmt, error) {
	return parse.Parse(strings.NewReader(src), name)
}
