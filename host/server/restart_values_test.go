package server

import (
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// everyValue makes one of each thing that a script can hold, and of each way in which a task
// can wait.
const everyValue = `
require "flight"
local M = {held = {}, done = {}, waits = 0}

local function walk(name, v, seen)
  if type(v) == "table" and not seen[v] then
    seen[v] = true
    for k, x in pairs(v) do walk(name .. "." .. tostring(k), x, seen) end
  elseif type(v) == "function" then
    M.held[name] = v
  end
end

local ways = {}
function ways.sleep() sleep(1) return "slept" end
function ways.store() return store.add("values", 1) end
function ways.call() return service.call("slow", "think", 1) end
function ways.try() return select(2, task.try(function() sleep(1) return "in try" end)) end
function ways.nested() return select(2, task.try(function() return select(2, task.try(function() sleep(1) return "deep" end)) end)) end
function ways.iterator() local n = 0 for v in function() if n < 3 then n = n + 1 sleep(0.3) return n end end do M.last = v end return M.last end
function ways.coroutine() local co = coroutine.wrap(function() coroutine.yield(1) sleep(1) coroutine.yield(2) end) co() return "made" end
function ways.sort() return select(2, pcall(table.sort, {3, 1, 2}, function(a, b) sleep(0.1) return a < b end)) and "sorted" or "sorted" end
function ways.gsub() return select(2, pcall(string.gsub, "abc", ".", function(c) sleep(0.1) return c:upper() end)) and "replaced" or "replaced" end
function ways.meta() local t = setmetatable({}, {__index = function(_, k) sleep(0.3) return k end}) return select(2, pcall(function() return t.found end)) and "found" or "found" end
function ways.concat() local t = setmetatable({}, {__concat = function(a, b) sleep(0.3) return "both" end}) return select(2, pcall(function() return t .. "x" end)) and "both" or "both" end
function ways.loadstring() return loadstring("sleep(0.5) return 'loaded'")() end
function ways.setfenv() local f = function() sleep(0.5) return x end setfenv(f, setmetatable({x = "own"}, {__index = _G})) return f() end
function ways.vararg(...) local function f(...) sleep(0.5) return select("#", ...) end return f(1, nil, 3) end
function ways.run() return (player.run(M.who, "nap")) end
function ways.tail() local function f(n) if n == 0 then sleep(0.5) return "bottom" end return f(n - 1) end return f(50) end
function ways.deep() local function f(n) if n == 0 then sleep(0.5) return 0 end return 1 + f(n - 1) end return f(150) end

function command.nap() sleep(0.5) return "napped" end

function command.begin(p)
  M.who = p
  walk("_G", _G, {[M] = true})
  local list = {1, 2, 3}
  M.ipairs = {ipairs(list)}
  M.pairs = {pairs(list)}
  M.gmatch = string.gmatch(("a b c "):rep(1000), "%a")
  M.gmatch()
  M.wrap = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(i) end end)
  M.wrap()
  M.co = coroutine.create(function() for i = 1, 1e9 do coroutine.yield(i) end end)
  coroutine.resume(M.co)
  M.dead = coroutine.create(function() end)
  coroutine.resume(M.dead)
  M.text = getmetatable("")
  M.timer = every(5, function() M.ticked = true end)
  M.later = after(5, function() M.ticked = true end)
  M.task = task.spawn(function() sleep(100) end)
  M.fault = {pcall(error, {code = "x"})}
  M.inf, M.nan = math.huge, 0 / 0
  M.cycle = {} M.cycle[M.cycle] = M.cycle
  M.weak = setmetatable({}, {__mode = "k"})
  M.big = string.rep("x", 100000)
  M.number = tostring(list)
  for name, way in pairs(ways) do
    M.waits = M.waits + 1
    task.spawn(function()
      local ok, v = task.try(way)
      M.done[#M.done + 1] = name .. "=" .. tostring(v)
    end)
  end
  return #M.done
end

function command.result()
  local n = 0
  for name, f in pairs(M.held) do n = n + 1 if type(f) ~= "function" then error(name) end end
  table.sort(M.done)
  local f, s, c = M.ipairs[1], M.ipairs[2], M.ipairs[3]
  return {done = table.concat(M.done, "; "), waits = M.waits, count = #M.done, functions = n, gmatch = M.gmatch(), wrap = M.wrap(),
    co = select(2, coroutine.resume(M.co)), dead = coroutine.status(M.dead), ipairs = select(2, f(s, c)), big = #M.big,
    same = M.held["_G.string.format"] == string.format and M.text == getmetatable(""), nan = M.nan ~= M.nan}
end

function event.player_entered(p) if not player.station(p) then player.dock(p, system.celestials("station")[1].id) end end
return M
`

const slowService = `local M = {} function M.think(n) sleep(0.5) return "thought" end return M`

// TestNothingThatScriptsCanHoldIsRefused stops a shard in whose scripts is one of each
// thing, and goes on with it.
func TestNothingThatScriptsCanHoldIsRefused(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	save(t, cfg, "main.lua", everyValue)
	save(t, cfg, "services/slow.lua", slowService)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ann.do("begin", nil)
	s.stop()

	s = start(t, cfg)
	if len(s.notices) > 0 {
		t.Fatalf("the notices are %v", s.notices)
	}
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	var got map[string]world.Value
	result := func() map[string]world.Value { return ann.do("result", nil).(map[string]world.Value) }
	first := result()
	for got = first; got["count"] != got["waits"]; got = result() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ann.ctx.Done():
			t.Fatalf("%v of %v tasks have ended: %v", got["count"], got["waits"], got["done"])
		}
	}
	const done = "call=thought; concat=both; coroutine=made; deep=150; gsub=replaced; iterator=3; loadstring=loaded; meta=found; nested=deep; run=napped; " +
		"setfenv=own; sleep=slept; sort=sorted; store=1; tail=bottom; try=in try; vararg=3"
	if got["done"] != done {
		t.Errorf("the tasks ended with\n%v, not\n%s", got["done"], done)
	}
	if n := got["functions"].(float64); n < 150 {
		t.Errorf("%g functions of the library were held", n)
	}
	for key, want := range map[string]world.Value{"dead": "dead", "ipairs": 1.0, "big": 1e5, "same": true, "nan": true} {
		if got[key] != want {
			t.Errorf("%s is %v, not %v", key, got[key], want)
		}
	}
	if first["gmatch"] != "b" || first["wrap"] != 2.0 || first["co"] != 2.0 {
		t.Errorf("what had begun goes on with %v", first)
	}
}
