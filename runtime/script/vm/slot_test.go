package vm

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestSlotsAreTheMaps looks for fields by wrong hints, right ones and those of other tables
// while fields come and go: in maps of one group, of one table, and of several.
func TestSlotsAreTheMaps(t *testing.T) {
	for _, most := range []int{1, 3, groupSlots, groupSlots + 1, 60, 800, 5000} {
		order := rand.New(rand.NewPCG(uint64(most), 1))
		tables := []*table{{strdict: map[string]lua.LValue{}}, {strdict: map[string]lua.LValue{}}}
		at := hint(0)
		for range 20000 {
			tt := tables[order.IntN(len(tables))]
			name := strconv.Itoa(order.IntN(most + 1))
			switch order.IntN(8) {
			case 0:
				delete(tt.strdict, name)
			case 1:
				at = hint(order.IntN(1 << 16))
			case 2:
				tt.strdict = maps.Clone(tt.strdict)
			case 3:
				if s := tt.slot(name, &at); s != nil {
					*s = lua.LNumber(order.IntN(1000))
					if tt.strdict[name] != *s {
						t.Fatalf("%d names: what is written to %q is not in the map", most, name)
					}
				}
			default:
				tt.strdict[name] = lua.LNumber(order.IntN(1000))
			}
			for _, tt := range tables {
				want, ok := tt.strdict[name]
				if got := tt.slot(name, &at); (got != nil) != ok || ok && *got != want {
					t.Fatalf("%d names: the place of %q is %v, the map has %v, %v", most, name, got, want, ok)
				}
			}
		}
	}
}

func TestTheEmptyNameIsAName(t *testing.T) {
	tt, at := &table{strdict: map[string]lua.LValue{"a": lua.LTrue}}, hint(3)
	if s := tt.slot("", &at); s != nil {
		t.Fatalf("a free place counts as the field with the empty name: %v", *s)
	}
	tt.strdict[""] = lua.LFalse
	if s := tt.slot("", &at); s == nil || *s != lua.LFalse {
		t.Fatal("the field with the empty name is not found")
	}
}

// TestRecordsAreTables: a table made in one piece is like one made field by field, also
// when it grows, shrinks and is made again from the same instruction.
func TestRecordsAreTables(t *testing.T) {
	L, _ := testState(t)
	L.Push(&lua.LFunction{Proto: compile(t, `
		made = {}
		for i = 1, 50 do made[i] = {a = i, b = "b", c = i % 3 ~= 0 and i or nil} end`), Env: L.Env})
	if err := PCall(L, 0, 0, nil); err != nil {
		t.Fatal(err)
	}
	made := L.GetGlobal("made").(*lua.LTable)
	order := rand.New(rand.NewPCG(3, 4))
	for i := 1; i <= 50; i++ {
		tt := tableOf(GetInt(made, i).(*lua.LTable))
		want := map[string]lua.LValue{"a": lua.LNumber(i), "b": lua.LString("b")}
		if i%3 != 0 {
			want["c"] = lua.LNumber(i)
		}
		for n := range 200 {
			if !maps.Equal(tt.strdict, want) || Fields(tt.lua()) != len(want) {
				t.Fatalf("table %d after %d steps: %v, want %v", i, n, tt.strdict, want)
			}
			name := string(rune('a' + order.IntN(2+n/10)))
			v := lua.LValue(lua.LNumber(n))
			if order.IntN(3) == 0 {
				v = lua.LNil
				delete(want, name)
			} else {
				want[name] = v
			}
			tt.set(lua.LString(name), v)
			walked := 0
			for k, _, _ := tt.next(lua.LNil); !isNil(k); k, _, _ = tt.next(k) {
				walked++
			}
			if walked != len(want) {
				t.Fatalf("table %d after %d steps: next gives %d of %d fields", i, n, walked, len(want))
			}
		}
	}
}

// TestNestedRecords: a table in a table takes registers at each level, and there is always
// a way to build it.
func TestNestedRecords(t *testing.T) {
	const deep = 60
	src := strings.Repeat("{a = 1, b = 2, c = 3, d = ", deep) + "7" + strings.Repeat("}", deep)
	src = "local t = " + src + " for _ = 1, " + strconv.Itoa(deep) + " do t = t.d end print(t)"
	if got := run(t, src); got != "7\n" {
		t.Error(got)
	}
}

// fieldCases are programs whose fields are found in other places from one run of an
// instruction to the next.
var fieldCases = []struct{ src, want string }{
	{`local function get(t) return t.x end
	  print(get{x = 1, y = 2}, get{y = 1, x = 2}, get{y = 1}, get{}, get{x = 3})`, "1\t2\tnil\tnil\t3\n"},
	{`local t = {x = 1, y = 2}
	  for i = 1, 3 do print(t.x, t.y) t.x, t.y = t.y, nil end`, "1\t2\n2\tnil\nnil\tnil\n"},
	{`local t = {n = 0}
	  for i = 1, 2000 do t["f" .. i] = i t.n = t.n + 1 end
	  for i = 1, 1999 do t["f" .. i] = nil t.n = t.n - 1 end
	  print(t.n, t.f2000, t.f1)`, "1\t2000\tnil\n"},
	{`local function point(x, y) return {x = x, y = y} end
	  local a, b = point(1, 2), point(3)
	  b.y, b.z, a.x = 4, 5, nil
	  print(a.x, a.y, a.z, b.x, b.y, b.z)`, "nil\t2\tnil\t3\t4\t5\n"},
	{`local log = {}
	  local t = setmetatable({}, {__index = function(_, k) log[#log + 1] = "get " .. k return 10 end,
	    __newindex = function(_, k, v) log[#log + 1] = "set " .. k .. " " .. v end})
	  t.n = t.n + 1
	  for _, l in ipairs(log) do print(l) end`, "get n\nset n 11\n"},
	{`local n = setmetatable({}, {__add = function() return "sum" end})
	  local t = {v = n, s = "4", u = 7}
	  t.v = t.v + 1 t.s = t.s * 2 t.u = t.u - t.s
	  print(t.v, t.s, t.u)`, "sum\t8\t-1\n"},
	{`local t, n = {a = 1}, 5
	  local function f() t.a = t.a + n t.a = t.a * n end
	  f() f()
	  print(t.a)`, "175\n"},
	{`local t = {}
	  t.hp = t.hp + 1`, "error: test:2: attempt to perform arithmetic on field 'hp' (a nil value)\n"},
	{`local t = {hp = 1}
	  local by
	  t.hp =
	    t.hp - by`, "error: test:4: attempt to perform arithmetic on local 'by' (a nil value)\n"},
	{`local t
	  local function f() t.hp = t.hp + 1 end
	  f()`, "error: test:2: attempt to index upvalue 't' (a nil value)\n"},
	{`nope({a = 1})`, "error: test:1: attempt to call global 'nope' (a nil value)\n"},
	{`local t = {a = 1, b = {c = 2, d = nope.x}}`, "error: test:1: attempt to index global 'nope' (a nil value)\n"},
}

func TestFieldsInOtherPlaces(t *testing.T) {
	for _, c := range fieldCases {
		if got := run(t, c.src); got != c.want {
			t.Errorf("%s\n  gives %q\n  want  %q", c.src, got, c.want)
		}
	}
}
