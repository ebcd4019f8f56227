package reload

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
)

// imageCase is a life of a State: versions of the file m.lua, and what happens. A step
// is a piece of Lua, or one of these: "reload" brings the next version, "advance 2.5"
// lets that many seconds pass, "gauge m.f", "ungauge", "trace m.f", "untrace", "emit e",
// "override m.t f CODE", "drop m.t f", "remove". In one world the State is moved to another process
// after each step.
type imageCase struct {
	name     string
	versions []string
	steps    []string
}

var imageCases = []imageCase{
	{"a task that sleeps", []string{`local m = {log = {}} function m.go(n) task.spawn(function() for i = 1, 3 do sleep(1) m.log[#m.log+1] = n .. i end end) end return m`},
		[]string{`m.go("a")`, "advance 0.5", `m.go("b")`, "advance 1", "advance 1", "advance 3", `return table.concat(m.log, " ")`}},
	{"timers keep their phase", []string{`local m = {log = {}} every(1, function() m.log[#m.log+1] = "e" end) after(2.5, function() m.log[#m.log+1] = "once" end)
		m.t = every(0.7, function() m.log[#m.log+1] = "x" end) return m`},
		[]string{"advance 0.9", "advance 0.2", `m.two = every(1, function() m.log[#m.log+1] = "late" end)`, "advance 2", `cancel(m.t) return cancel(m.t)`, "advance 2", `cancel(m.two)`, "advance 1", `return table.concat(m.log, " ")`}},
	{"timers by the calendar", []string{`local m = {n = 0} m.t = at("*:00:07", function() m.n = m.n + 1 end) at("fri 03:00", function() m.n = m.n + 100 end) return m`},
		[]string{"advance 3000", `at("*:30", function() m.n = m.n + 10 end) return m.n`, "advance 4000", `return m.n`, `cancel(m.t)`, "advance 4000", `return m.n`}},
	{"task.try and what it tries", []string{`local m = {log = {}} function m.go() task.spawn(function()
		m.log[#m.log+1] = {task.try(function(a) sleep(1) m.log[#m.log+1] = a error("bad", 0) end, "tried")}
		m.log[#m.log+1] = {task.try(function() sleep(1) return 1, nil, 3 end)} end) end return m`},
		[]string{`m.go()`, "advance 0.5", "advance 1", "advance 2", `return m.log`}},
	{"handles of tasks and timers", []string{`local m = {} function m.go() m.h = task.spawn(function() sleep(5) end) m.t = after(9, print) end return m`},
		[]string{`m.go()`, `return task.running(m.h)`, `task.stop(m.h)`, `return task.running(m.h), cancel(m.t), cancel(m.t)`}},
	{"handlers and commands made at run time", []string{`local m = {log = {}} function m.go() on("e", function(x) m.log[#m.log+1] = "second" end) command("c", function() return "old" end) command("c", function() return "new" end) end
		function event.e() m.log[#m.log+1] = "first" sleep(1) m.log[#m.log+1] = "first again" end return m`},
		[]string{`m.go()`, "emit e", "advance 0.5", "emit e", "advance 2", `return table.concat(m.log, ","), command.c()`}},
	{"random numbers", []string{`local m = {} return m`}, []string{`return math.random(1, 1000)`, `return math.random()`, `return math.random(5), math.random(5)`}},
	{"what tostring shows", []string{`local m = {t = {}, f = function() end} m.co = coroutine.create(m.f) return m`},
		[]string{`return tostring(m.f)`, `m.gone = {} return tostring(m.gone), tostring(m.t)`, `m.gone = nil return tostring(m.co), tostring(m.t), tostring(print)`, `return tostring({}), tostring(print)`}},
	{"gmatch in the middle", []string{`local m = {out = {}} function m.go() m.next = ("one two three four"):gmatch("%a+") end return m`},
		[]string{`m.go()`, `return m.next()`, `return m.next(), m.next()`, `return m.next(), m.next()`}},
	{"a coroutine of the script's own", []string{`local m = {} function m.go() local n = 0 m.co = coroutine.wrap(function(a) while true do n = n + a a = coroutine.yield(n) end end) m.peek = function() return n end end return m`},
		[]string{`m.go()`, `return m.co(1)`, `return m.co(10), m.peek()`, `return m.peek()`}},
	{"a task in code that has been replaced", []string{
		`local m = {log = {}} local k = 1 local function inner() return "old" .. k end function m.go() task.spawn(function() sleep(1) k = k + 1 m.log[#m.log+1] = "v1 " .. inner() sleep(1) m.log[#m.log+1] = "v1 " .. inner() end) end return m`,
		`local m = {log = {}} local k = 1 local function inner() return "new" .. k end function m.go() task.spawn(function() sleep(1) m.log[#m.log+1] = "v2" end) end return m`,
		`local m = {log = {}} local k = 1 local function inner() return "newer" .. k end function m.go() end return m`},
		[]string{`m.go()`, "reload", "advance 1.5", `m.go()`, "reload", "advance 3", `return m.log`, "stragglers"}},
	{"closures whose variables have changed", []string{
		`local m = {} local a, b = 1, 2 function m.mk(x) local y = x * 2 return function(z) a = a + 1 return x + y + z end end m.all = {} function m.make(n) m.all[#m.all+1] = m.mk(n) end return m`,
		`local m = {} local a, b = 1, 2 function m.mk(x) local y = x * 2 return function(z) b = b + 1 return y + z + b end end m.all = {} function m.make(n) m.all[#m.all+1] = m.mk(n) end return m`,
		`local m = {} local a, b = 1, 2 function m.mk(x) local y = x * 2 local w = 7 return function(z) return w + z end end m.all = {} function m.make(n) m.all[#m.all+1] = m.mk(n) end return m`,
		`local m = {} local a, b = 1, 2 function m.mk(x) local y = x * 2 return function(z) return x + z end end m.all = {} function m.make(n) m.all[#m.all+1] = m.mk(n) end return m`},
		[]string{`m.make(1) m.make(2) return m.all[1](1)`, "reload", `return m.all[1](1)`, `m.make(3)`, "reload", `return m.all[1](1), m.all[3](1)`, `m.make(4)`, "reload", `return m.all[1](1), m.all[2](1), m.all[3](1), m.all[4](1)`}},
	{"functions and locals that come back", []string{
		`local m = {} local n = 0 function m.f() n = n + 1 return n end m.keep = {} function m.hold() m.keep[1] = m.f end return m`,
		`local m = {} m.keep = {} function m.hold() end return m`,
		`local m = {} local n = 0 function m.f() n = n + 100 return n end m.keep = {} function m.hold() m.keep[1] = m.f end return m`},
		[]string{`m.hold() return m.f()`, "reload", `return m.f, m.keep[1]()`, "reload", `return m.keep[1](), m.keep[1] == m.f`}},
	{"migrations and their way back", []string{
		`local m = {t = {a = 1, b = 2}, other = 5} return m`,
		`local m = {t = reload.migrate("t", function(old) local new = {} for k, v in pairs(old or {a = 1, b = 2}) do new[k .. k] = v end return new end), other = 5} return m`,
		`local m = {t = {a = 1, b = 2}, other = 6} return m`},
		[]string{`m.held = m.t m.t.a = 1`, "reload", `return m.t, m.t == m.held`, "reload", `return m.t, m.t == m.held, m.other`}},
	{"a migration with a way down", []string{
		`local m = {t = {n = 1}} return m`,
		`local m = {t = reload.migrate("t", function(old) return {n = (old and old.n or 0) * 10} end, function(new) return {n = new.n / 10} end)} return m`,
		`local m = {t = {n = 1}} return m`},
		[]string{`m.t.n = 7`, "reload", `m.t.n = m.t.n + 10 return m.t`, "reload", `return m.t`}},
	{"classes with an upgrade", []string{
		`local m = {} local C = {} C.__index = C function C:hi() return self.v end function m.new(v) return setmetatable({v = v}, C) end return m`,
		`local m = {} local C = {} C.__index = C reload.upgrade(C, function(o, from) o.w = (o.w or 0) + o.v * 2 end) function C:hi() return self.w end function m.new(v) return setmetatable({v = v, w = 5}, C) end return m`,
		`local m = {} local C = {} C.__index = C reload.upgrade(C, function(o, from) o.w = (o.w or 0) + 1000 end) function C:hi() return self.w + 0 end function m.new(v) return setmetatable({v = v, w = 5}, C) end return m`},
		[]string{`m.a, m.b, m.c = m.new(1), m.new(2), m.new(3)`, "reload", `return m.a:hi()`, `m.d = m.new(4) return m.b:hi(), m.a:hi()`, "reload", `return m.a:hi(), m.c:hi(), m.d:hi()`}},
	{"named tasks", []string{
		`local m = {log = {}} m.h = reload.task("t", function() while true do m.log[#m.log+1] = "one" coroutine.yield("y") end end) return m`,
		`local m = {log = {}} m.h = reload.task("t", function() while true do m.log[#m.log+1] = "two" coroutine.yield("z") end end) return m`},
		[]string{"advance 1", `return m.h.tick()`, "reload", "advance 1", `return m.h.tick()`, `m.h.stop() return m.h.tick()`, "advance 1", `return m.log`}},
	{"reload.state", []string{`local m = {} m.s = reload.state("s", {n = 0}) return m`, `local m = {} m.s = reload.state("s", {n = 0, k = 1}) m.more = reload.state("more", {}) return m`},
		[]string{`m.s.n = 5`, "reload", `return m.s.n, m.s.k`}},
	{"a task under a gauge", []string{`local m = {log = {}} function m.f(x) sleep(1) return x + 1 end function m.go() task.spawn(function() m.log[#m.log+1] = m.f(1) m.log[#m.log+1] = m.f(2) end) end return m`},
		[]string{`m.go()`, "gauge m.f", `m.go()`, "advance 0.5", "ungauge", "gauge m.f", "advance 5", `return m.log`}},
	{"a task under a trace", []string{`local m = {log = {}} function m.f(x) sleep(1) return x + 1, nil end function m.go() task.spawn(function() m.log[#m.log+1] = select("#", m.f(1)) m.log[#m.log+1] = m.f(2) end) end return m`},
		[]string{`m.go()`, "trace m.f", `m.go()`, "advance 0.5", "untrace", `m.go()`, "advance 5", `return m.log`}},
	{"a function of its own for one table", []string{`local m = {log = {}} local hits = 0 m.ship = {} m.ship.__index = m.ship function m.ship.fire(x) hits = hits + 1 return hits + x end m.one = setmetatable({}, m.ship) m.two = setmetatable({}, m.ship) return m`},
		[]string{`return m.one.fire(1)`, `override m.ship.fire m.one function(x) hits = hits + 10 return "canary " .. hits end`, `return m.one.fire(1), m.two.fire(1)`, `return m.one.fire(1), m.two.fire(1)`, `drop m.ship.fire m.one`, `return m.one.fire(1), m.two.fire(1)`}},
	{"functions made by loadstring", []string{`local m = {} function m.load(text) return loadstring(text) end return m`},
		[]string{`m.f = m.load("local n = ... return function(x) n = n + x return n end")(5)`, `return m.f(1)`, `return m.f(1)`, `setfenv(m.f, {}) return getfenv(m.f) ~= getfenv(1)`}},
	{"functions made at the console", []string{`local m = {} return m`},
		[]string{`m.f = function(x) return x, m end`, `return m.f(1)`, `m.env = getfenv(1) m.env.own = 5 return own`, `return m.env.own, m.env == getfenv(1)`}},
	{"globals and the library's tables", []string{`local m = {} return m`},
		[]string{`rawset(_G, "mine", {1}) rawset(_G, "gone", 1) _G.gone = nil rawset(string, "own", function() return "s" end)`, `return mine[1], ("x").own()`, `rawset(_G, "gone", 2) local out = {} for k in pairs(_G) do if k == "mine" or k == "gone" then out[#out+1] = k end end return table.concat(out, " ")`,
			`string.own = nil return pcall(function() return ("x").own() end)`}},
	{"an error that is a refusal", []string{`local m = {} return m`}, []string{`m.ok, m.err = pcall(require, "no.such.module") return tostring(m.err)`, `return tostring(m.err)`}},
	{"the order of pairs with keys that are gone", []string{`local m = {t = {}} for i = 1, 50 do m.t["k" .. i] = i end return m`},
		[]string{`for i = 1, 20 do m.t["k" .. i] = nil end`, `m.t.k3 = "back" m.t.new = 1`, `local out = {} for k in pairs(m.t) do out[#out+1] = k end return table.concat(out, " ")`}},
	{"a module that is unloaded", []string{`local m = {} rawset(_G, "HELD", {}) function m.f() return require("n").g() end return m`},
		[]string{`HELD.g = require("n").g HELD.mk = require("n").mk(3) task.spawn(require("n").wait)`, "unload n", `return HELD.g(), HELD.mk(), package.loaded.n`, "advance 2", `return HELD.woke`}},
}

const unloadedModule = `local n = {} local k = 0 function n.g() k = k + 1 return k end function n.mk(x) return function() k = k + x return k end end function n.wait() sleep(1) HELD.woke = k end return n`

// life is a world that a case happens in.
type life struct {
	t       *testing.T
	s       *script.State
	o       script.Options
	g       *Stager
	moves   bool
	next    int
	log     []string
	now     float64
	untrace func()
}

func newLife(t *testing.T, c imageCase, moves bool) *life {
	t.Helper()
	l := &life{t: t, moves: moves, next: 1}
	files := map[string][]byte{"m.lua": []byte(c.versions[0]), "n.lua": []byte(unloadedModule)}
	l.o = script.Options{Name: "life", Entry: []string{"m"}, Seed: 7, Started: time.Unix(1e9, 0), Release: code.NewRelease(1, files), OnFault: func(f script.Fault) { l.log = append(l.log, "fault: "+f.Message) }}
	s, err := script.New(l.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.s.Close() })
	l.s, l.g = s, NewStager(l.o)
	return l
}

func (l *life) step(c imageCase, step string) {
	l.t.Helper()
	word, rest, _ := strings.Cut(step, " ")
	switch word {
	case "reload":
		l.reload(map[string][]byte{"m.lua": []byte(c.versions[l.next])})
		l.next++
	case "unload":
		l.reload(map[string][]byte{rest + ".lua": nil})
	case "advance":
		seconds, err := strconv.ParseFloat(rest, 64)
		if err != nil {
			l.t.Fatal(err)
		}
		l.now += seconds
		l.s.Advance(l.now)
	case "emit":
		l.s.Emit(rest, lua.LString("x"))
	case "gauge":
		l.s.Gauge([]string{rest})
	case "ungauge":
		l.s.Ungauge()
	case "trace":
		stop, err := l.s.Trace(rest, 100, func(script.TracedCall) {})
		if err != nil {
			l.t.Fatal(err)
		}
		l.untrace = stop
	case "untrace":
		l.untrace()
	case "stragglers":
		for _, task := range l.s.Stragglers() {
			l.log = append(l.log, fmt.Sprint("straggler ", task.Function, task.Release))
		}
	case "override":
		parts := strings.SplitN(rest, " ", 3)
		if err := l.s.Override(parts[1], parts[0], parts[2]); err != nil {
			l.t.Fatal(err)
		}
	case "drop":
		function, expr, _ := strings.Cut(rest, " ")
		if n := len(l.s.Overrides()); n != 1 {
			l.t.Errorf("%d overrides are known", n)
		}
		l.s.DropOverride(script.OverrideKey{Expr: expr, Function: function})
	default:
		l.log = append(l.log, fmt.Sprint(eval(l.t, l.s, step)))
	}
	if l.moves {
		l.s = moved(l.t, l.s, l.o)
	}
}

func (l *life) reload(changed map[string][]byte) {
	l.t.Helper()
	st, err := l.g.Stage(l.s.Release(), l.s.Release().With(l.s.Release().Number+1, changed), l.s.Modules())
	if err != nil {
		l.t.Fatal(err)
	}
	report, err := Commit(l.s, st)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, w := range report.Warnings {
		l.log = append(l.log, w.String())
	}
	l.g.Adopt(st)
}

// longGone is a function and a local that leave a file, and come back when so many
// changes of it have passed that they are new ones.
func longGone() imageCase {
	with := `local m = {} local n = 0 function m.f() n = n + 1 return n end m.keep = {} function m.hold() m.keep[1] = m.f end return m`
	c := imageCase{name: "functions and locals that are gone for good", versions: []string{with}, steps: []string{`m.hold() return m.f(), m.f()`}}
	for i := range keepGone + 2 {
		c.versions = append(c.versions, fmt.Sprintf(`local m = {} m.i = %d m.keep = {} return m`, i))
		c.steps = append(c.steps, "reload")
	}
	c.versions = append(c.versions, with)
	c.steps = append(c.steps, "reload", `return m.f(), m.f == m.keep[1]`)
	return c
}

func TestEachThingThatAStateKeepsSurvivesAnImage(t *testing.T) {
	for _, c := range append(imageCases, longGone()) {
		t.Run(c.name, func(t *testing.T) {
			moves, stays := newLife(t, c, true), newLife(t, c, false)
			for _, step := range c.steps {
				moves.step(c, step)
				stays.step(c, step)
			}
			got, want := strings.Join(moves.log, "\n"), strings.Join(stays.log, "\n")
			if got != want {
				t.Errorf("moved after each step it said\n%s\nand unmoved\n%s", got, want)
			}
			t.Log(want)
		})
	}
}

// FuzzThaw gives Thaw bytes from outside, behind a header that is right. What it does
// accept can go on, and be written again.
func FuzzThaw(f *testing.F) {
	release := code.NewRelease(1, map[string][]byte{"m.lua": []byte(fuzzedModule), "n.lua": []byte(unloadedModule)})
	o := script.Options{Name: "fuzz", Entry: []string{"m"}, Seed: 7, Release: release, Run: script.Budget{Steps: 10_000, Memory: 16 << 20}}
	s, err := script.New(o)
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	for _, now := range []float64{0, 0.5, 1.5, 4} {
		s.Advance(now)
		data, err := s.Image(nil)
		if err != nil {
			f.Fatal(err)
		}
		_, from, err := image.Open(data)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[from:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Thaw(o, image.Seal(append(image.Begin(image.Header{Name: "fuzz", Release: 1, Hash: release.Hash}, 0), body...)), nil)
		if err != nil {
			return
		}
		defer s.Close()
		for i := range 20 {
			s.Advance(float64(i))
			s.Emit("e", lua.LNumber(i))
		}
		if _, err := s.Image(nil); err != nil {
			t.Skip(err)
		}
	})
}

const fuzzedModule = `local m = {log = {}, n = require("n")} local k = 0
function event.e(x) k = k + x m.log[#m.log+1] = k end
every(1, function() k = k + 1 end) after(2, function() m.done = true end)
m.h = task.spawn and reload.task("t", function() while true do coroutine.yield(k) end end)
reload.first(function() for i = 1, 3 do task.spawn(function(...) for w in ("a b c"):gmatch("%a") do sleep(0.7) m.log[#m.log+1] = w .. i .. k task.try(function() sleep(1) error("x") end) end end, i) end end)
m.co = coroutine.wrap(function() for i, v in pairs(m) do coroutine.yield(i) end end)
m.co() m.count = m.n.mk(2)
return m`
