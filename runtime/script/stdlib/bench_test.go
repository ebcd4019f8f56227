package stdlib

import (
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// BenchmarkAgainstGopherLua runs each call in turns here and in gopher-lua's own
// library; the metric "ratio" is our time by theirs.
func BenchmarkAgainstGopherLua(b *testing.B) {
	lorem := strings.Repeat("lorem ipsum ", 50)
	for _, c := range []struct {
		name, fn string
		args     []lua.LValue
	}{
		{"tostring/integer", "tostring", values(123456)}, {"tostring/fraction", "tostring", values(1234.5)}, {"tostring/text", "tostring", values("x")},
		{"tonumber", "tonumber", values("1250.5")}, {"type", "type", values("x")}, {"select", "select", values(2, "a", "b")}, {"unpack", "unpack", values(list(8))},
		{"sub", "string.sub", values("Welcome, Ann", 2, -3)}, {"byte", "string.byte", values("Welcome", 2)}, {"upper", "string.upper", values("Welcome, Ann")}, {"rep", "string.rep", values("ab", 10)},
		{"find/word", "string.find", values("Welcome, Ann. You are docked at Alpha II", "%u%w+ II")},
		{"find/captures", "string.find", values("orbit target 42 range 5000", "target (%d+) range (%d+)")},
		{"find/plain", "string.find", values(lorem+"needle", "needle", 1, true)}, {"find/literal", "string.find", values(lorem+"needle", "needle")},
		{"match/trim", "string.match", values("   some text of a player  ", "^%s*(.-)%s*$")}, {"match/number", "string.match", values("speed=1250.5 m/s", "([%d.]+)")},
		{"gsub/control", "string.gsub", values("some text of a player\nwith a line", "%c", "x")}, {"gsub/words", "string.gsub", values(lorem, "%w+", "x")},
		{"format", "string.format", values("%s is %.1f km away: %d", "Alpha", 12.25, 7)}, {"format/padded", "string.format", values("%-10s|%5d|%05.1f", "Alpha", 42, 7.25)},
		{"concat/texts", "table.concat", values(list(0, "a", "bc", "def", "ghij"), ", ")}, {"concat/numbers", "table.concat", values(list(50), ",")},
		{"sort/20", "table.sort", values(list(20))}, {"floor", "math.floor", values(12.7)}, {"max", "math.max", values(1, 2)}, {"sqrt", "math.sqrt", values(2)}, {"random", "math.random", values(100)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkBoth(b, c.fn, c.args) })
	}
}

// values are Lua values of Go ones.
func values(args ...any) (out []lua.LValue) {
	for _, a := range args {
		switch a := a.(type) {
		case int:
			out = append(out, lua.LNumber(a))
		case float64:
			out = append(out, lua.LNumber(a))
		case string:
			out = append(out, lua.LString(a))
		case bool:
			out = append(out, lua.LBool(a))
		case *lua.LTable:
			out = append(out, a)
		}
	}
	return out
}

// list is a list of texts, or of n numbers in no order.
func list(n int, texts ...string) *lua.LTable {
	t := &lua.LTable{Metatable: lua.LNil}
	for i := range n {
		t.Append(lua.LNumber(i * 7919 % 211))
	}
	for _, s := range texts {
		t.Append(lua.LString(s))
	}
	return t
}

func function(L *lua.LState, path string) lua.LValue {
	if table, name, ok := strings.Cut(path, "."); ok {
		return L.GetField(L.GetGlobal(table), name)
	}
	return L.GetGlobal(path)
}

func benchmarkBoth(b *testing.B, fn string, args []lua.LValue) {
	ours, _ := newThread(b)
	theirs := lua.NewState()
	b.Cleanup(theirs.Close)
	var spent [2]time.Duration
	const batch = 64
	for b.Loop() {
		for i, L := range []*lua.LState{ours, theirs} {
			f := function(L, fn)
			start := time.Now()
			for range batch {
				L.Push(f)
				for _, a := range args {
					L.Push(a)
				}
				L.Call(len(args), lua.MultRet)
				L.SetTop(0)
			}
			spent[i] += time.Since(start)
		}
	}
	n := float64(b.N * batch)
	b.ReportMetric(float64(spent[0])/n, "ours-ns")
	b.ReportMetric(float64(spent[1])/n, "gopher-ns")
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "ratio")
	b.ReportMetric(0, "ns/op")
}
