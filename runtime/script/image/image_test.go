package image

import (
	"strings"
	"testing"
)

// cases are states, and programs that tell a state from one that is not quite it. A
// program runs in the world that made the state and in the one that it was moved to.
var cases = []struct{ name, state, after string }{
	{"plain values", `state = {true, false, 0, -1, 1.5, 2^40, -2^40, 2^53, 1e300, "", "text", "text", [1.5]="x", [true]=1}`,
		`for i = 1, 12 do print(state[i]) end print(state[1.5], state[true])`},
	{"numbers to the bit", `state = {0/0, -(0/0), 1/0, -1/0, -0, 0}`, `for i = 1, 6 do print(state[i], 1/state[i]) end`},
	{"identity and cycles", `local t = {} t.me = t t[t] = t state = {t, t, {t}}`,
		`local t = state[1] print(t == state[2], t == state[3][1], t.me == t, t[t] == t)`},
	{"metatables", `local C = {} C.__index = C function C:hi() return "hi " .. self.name end state = {setmetatable({name="a"}, C), setmetatable({name="b"}, C)}`,
		`print(state[1]:hi(), state[2]:hi(), getmetatable(state[1]) == getmetatable(state[2]))`},
	{"the order of pairs", `state = {} for i = 1, 40 do state["k" .. i] = i end for i = 1, 40, 3 do state["k" .. i] = nil end`,
		`state.k4 = "again" state.new = 1 for k, v in pairs(state) do print(k, v) end`},
	{"keys that moved into the list", `state = {} state[3] = "c" state[2] = "b" state.x = 1 state[70000] = 7 state[1] = "a" state[-1] = "m" state[2] = nil`,
		`print(#state) state[2] = "B" state[4] = "d" for k, v in pairs(state) do print(k, v) end`},
	{"a list with gaps", `state = {1, nil, 3, nil, 5} state[5] = nil`, `print(#state) for k, v in pairs(state) do print(k, v) end`},
	{"closures that share a variable", `local n = 0 state = {function() n = n + 1 return n end, function() return n end, function() n = n * 2 end}`,
		`state[1]() state[1]() state[3]() print(state[2](), state[1]())`},
	{"a variable of a loop each", `state = {} for i = 1, 3 do local c = i * 10 state[i] = function() c = c + i return c end end`,
		`for i = 1, 3 do print(state[i](), state[i]()) end`},
	{"a function that is recursive", `local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end state = f`, `print(state(15))`},
	{"an environment", `local f = function() x = (x or 0) + 1 return x end setfenv(f, {}) state = {f, f}`, `print(state[1](), state[2](), x)`},
	{"words", `state = {print, pairs, next, yield}`, `print(state[1] == print, state[2] == pairs, state[3] == next) print(next({7}), state[3]({8}))`},
	{"a coroutine that has not begun", `state = create(function(...) print("began", ...) end)`, `print(status(state)) resume(state, 1, 2) print(status(state))`},
	{"a coroutine in a loop", `state = create(function(a, b) for i = 1, 3 do a = a + yield(a, i, b) end return "end", a end) resume(state, 10, "b")`,
		`for i = 1, 4 do print(resume(state, i)) print(status(state)) end`},
	{"a coroutine below several calls", `local function deep(n) if n == 0 then return yield("down") end local r = deep(n - 1) return r + n end
		state = create(function() local x = deep(50) print("up", x) return x end) resume(state)`, `print(resume(state, 5)) print(status(state))`},
	{"a tail call", `local function f() return yield("f") end state = create(function() local function g() return f() end local a, b, c = g() return c, b, a end) resume(state)`,
		`print(resume(state, 1, 2, 3))`},
	{"varargs", `state = create(function(...) local a = yield() return a, ... end) resume(state, 1, nil, 3)`, `print(resume(state, "a"))`},
	{"in a for over pairs", `local t = {1, 2, a = 1, b = 2, c = 3} state = create(function() for k, v in pairs(t) do print(k, v) t[k] = nil yield() end end) resume(state) resume(state) resume(state)`,
		`while status(state) ~= "dead" do resume(state) end`},
	{"in a for over a list that becomes shorter", `local t = {1, 2, 3, 4, 5, x = 6} state = create(function() for k, v in pairs(t) do print(k, v) yield() end end) for i = 1, 5 do resume(state) end t[5] = nil t[4] = nil t[3] = nil`,
		`while status(state) ~= "dead" do print(resume(state)) end`},
	{"in a for over an iterator that waits", `local function iter(_, i) yield("it") if i < 3 then return i + 1 end end state = create(function() for i in iter, nil, 0 do print(i) end end) resume(state)`,
		`while status(state) ~= "dead" do print(resume(state)) end`},
	{"an open variable", `local get, set state = {} state.co = create(function() local n = 1 state.get = function() return n end state.set = function(v) n = v end yield() n = n + 1 yield() return n end) resume(state.co)`,
		`print(state.get()) state.set(41) resume(state.co) print(state.get()) print(resume(state.co)) state.set(7) print(state.get())`},
	{"an open variable of a coroutine that nobody holds", `state = {} local co = create(function() local n = 5 state.get = function() n = n + 1 return n end yield() end) resume(co)`,
		`print(state.get(), state.get())`},
	{"a dead coroutine", `state = create(function() error("no") end) resume(state)`, `print(status(state)) print(resume(state))`},
	{"a coroutine as a function", `state = wrap(function(a) local b = yield(a) local c = yield(b) return c end) state(1)`, `print(state(2)) print(state(3)) print(pcall(state))`},
	{"coroutines that hold each other", `state = {} for i = 1, 3 do local co = create(function(me) while true do me = yield(me, i) end end) state[i] = co resume(co, state) end`,
		`for i = 1, 3 do local ok, me, n = resume(state[i], state) print(ok, me == state, n) end`},
	{"a method call with a table that is called", `local T = setmetatable({}, {}) getmetatable(T).__call = function(self, a) return yield(a) end state = create(function() local r = T(5) return r end) resume(state)`,
		`print(resume(state, 6))`},
	{"a deep list", `local t for i = 1, 20000 do t = {t} end state = t`, `local n, t = 0, state while t do n, t = n + 1, t[1] end print(n)`},
	{"keys that are objects", `local k1, k2 = {}, function() end state = {[k1] = "t", [k2] = "f", keys = {k1, k2}}`, `print(state[state.keys[1]], state[state.keys[2]])`},
}

func TestAStateGoesOnInAnotherMachine(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			chunk := c.state
			from := newWorld(t, chunk)
			from.run(0)
			from.out.Reset()
			to := from.moved(chunk)
			want, got := from.do(c.after), to.do(c.after)
			if got != want || strings.TrimSpace(got) == "" {
				t.Errorf("the moved state printed\n%s\nand the one that stayed\n%s", got, want)
			}
			if a, b := mustFreeze(t, from), mustFreeze(t, to); string(a) != string(b) {
				t.Errorf("afterwards the two freeze to %d and %d bytes that differ", len(a), len(b))
			}
		})
	}
}

func mustFreeze(t *testing.T, w *world) []byte {
	t.Helper()
	data, err := w.freeze()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
