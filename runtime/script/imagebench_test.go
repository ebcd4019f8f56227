package script

import (
	"bytes"
	"compress/flate"
	"syscall"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// crowdedSource is a system as full as they get: players with a fleet, skills and a
// cargo each, things in space that scripts keep something about, and tasks that wait in
// the middle of a loop, a call down.
const crowdedSource = `
local m = {players = {}, things = {}, fleets = {}, chat = {}}
local Thing = {} Thing.__index = Thing
function Thing:hit(n) self.shield = self.shield - n return self.shield > 0 end
local function watch(id, every) local seen = 0 while true do sleep(every) seen = seen + 1 m.last = id + seen end end
function m.fill(players, things, tasks)
	for i = 1, players do
		local fleet = m.fleets[i % 200] or {members = {}, orders = {}}
		m.fleets[i % 200] = fleet
		local p = {id = 1000 + i, name = "Player " .. i, money = i * 12.5, skills = {gunnery = i % 5, shields = 3}, cargo = {ore = i, fuel = 20},
			fleet = fleet, standing = {["Red Moon"] = 0.25 + i, Compact = -1.5}, at = {1.25 * i, 2.5, -3}, online = true, last = {"fire", "orbit"}}
		fleet.members[#fleet.members + 1] = p
		m.players[p.id] = p
	end
	for i = 1, things do
		local n = 0
		m.things[5000 + i] = setmetatable({id = 5000 + i, type = "drone", shield = 100.5, hull = 80, owner = 1000 + i % players, target = m.players[1000 + i % players + 1],
			cb = i % 10 == 0 and function(d) n = n + d return n end or nil}, Thing)
	end
	for i = 1, tasks do task.spawn(watch, i, 1 + i % 7) end
end
return m`

func crowded(tb testing.TB, players, things, tasks int) *State {
	s, err := New(Options{Name: "crowded", Entry: []string{"m"}, Seed: 1, Strict: true, Release: code.NewRelease(1, map[string][]byte{"m.lua": []byte(crowdedSource)}),
		OnFault: func(f Fault) { tb.Fatal(f.Message) }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	s.Call("m", "fill", func(_ []any, err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}, lua.LNumber(players), lua.LNumber(things), lua.LNumber(tasks))
	s.Advance(3.5)
	return s
}

// processor reports the processor time of a benchmark: on a machine that others use,
// what it takes by the clock says little.
func processor(b *testing.B) func() {
	used := func() time.Duration {
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func() { b.ReportMetric(float64((used()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op") }
}

// BenchmarkImage is of 2,000 players, 10,000 things and 1,000 suspended tasks.
func BenchmarkImage(b *testing.B) {
	s := crowded(b, 2000, 10_000, 1000)
	o := s.opts
	o.Release = s.release
	data, err := s.Image(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		defer processor(b)()
		for b.Loop() {
			if _, err := s.Image(nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(data)), "bytes")
		var packed bytes.Buffer
		z, _ := flate.NewWriter(&packed, flate.BestSpeed)
		_, _ = z.Write(data)
		_ = z.Close()
		b.ReportMetric(float64(packed.Len()), "packed-bytes")
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		defer processor(b)()
		for b.Loop() {
			to, err := Thaw(o, data, nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			to.Close()
		}
	})
}
