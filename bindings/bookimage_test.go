package bindings

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/book"
	"hotshard/runtime/clock"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// trading is a life of orders: tasks trade, and are in the middle of it at any moment; others
// hold orders and let them go.
const trading = `
local M = {n = 0}
local function order()
  M.n = M.n + 1
  local sells = math.random(2) == 1
  return {order = M.n, owner = 1, side = sells and "sell" or "buy", type = math.random(3) == 1 and "Plan" or "Ore", system = math.random(2) == 1 and "Alpha" or "Beta",
    station = 1031, range = not sells and ({"station", "system", "region", 1})[math.random(4)] or nil, price = math.random(5), quantity = 20, left = math.random(20),
    min = math.random(3), rank = math.random(1000), expires = math.random(9999)}
end
local function trade()
  local o = order()
  local fills = book.match(o, 3)
  sleep(math.random(9) / 10)
  if math.random(3) == 1 then book.back(fills) else
    book.settle(fills)
    for _, f in ipairs(fills) do for _, v in pairs(f) do M.last = v end o.left = o.left - f.n end
  end
  if o.left > 0 then book.add(o) end
end
every(0.1, function()
  if not book.ready() then book.begin() end
  for _ = 1, 3 do task.spawn(trade) end
  local id = math.random(M.n + 1)
  local left, kept = book.hold(id)
  if left then after(0.4, function() if kept == 0 then book.remove(id) else book.release(id) end end) end
  M.sum, M.page = book.sum(), book.page("Proving Ground", "Ore")
end)
return M`

// floor is a service that trades, stepped by hand.
type floor struct {
	*system.System
	t   testing.TB
	cfg system.Config
	now time.Time
	set func(time.Time) // the clock of the recording, if any
}

func newFloor(t testing.TB, change ...func(*system.Config)) *floor {
	u := luatest.Map()
	f := &floor{t: t, now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	release := code.NewRelease(1, withTypes(map[string][]byte{"main.lua": []byte(trading)}))
	f.cfg = system.Config{
		Address: "market", Seed: 1, Release: func() *code.Release { return release },
		Script: script.Options{Entry: []string{"main"}, Started: f.now, Data: types.Data},
		Bind:   Binder(&Deps{Map: u, Routes: world.NewRouter(u)}), Events: Teller, Router: &rest{}, Saver: &rest{},
		OnFault: func(_ world.Address, fault script.Fault) { t.Errorf("%s\n%s", fault.Message, fault.Traceback) },
	}
	for _, c := range change {
		c(&f.cfg)
	}
	f.System = system.New(f.cfg)
	if err := f.Start(f.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.State().Close() })
	return f
}

func (f *floor) tick() {
	f.now = f.now.Add(100 * time.Millisecond)
	if f.set != nil {
		f.set(f.now)
		f.Turn(f.now)
		return
	}
	f.Step(f.now)
}

func (f *floor) image() []byte {
	f.t.Helper()
	data, err := f.Image()
	if err != nil {
		f.t.Fatal(err)
	}
	return data
}

// move sends the service through bytes.
func (f *floor) move() {
	f.t.Helper()
	data := f.image()
	to, err := system.Thaw(f.cfg, data, reload.Thaw, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	f.State().Close()
	f.System = to
	if again := f.image(); !bytes.Equal(again, data) {
		f.t.Fatalf("thawed and frozen again it is %d bytes that differ from the %d before", len(again), len(data))
	}
}

// TestAServiceWithABookGoesOnAsItsTwin sends a service through bytes while its tasks trade.
func TestAServiceWithABookGoesOnAsItsTwin(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		change := func(c *system.Config) { c.Seed = seed }
		moved, twin := newFloor(t, change), newFloor(t, change)
		for tick := range 120 {
			moved.tick()
			twin.tick()
			if r.IntN(5) > 0 {
				continue
			}
			if moved.move(); tick%3 == 0 && !bytes.Equal(moved.image(), twin.image()) {
				t.Fatalf("seed %d: after tick %d the service that was moved is another", seed, tick)
			}
		}
		if !bytes.Equal(moved.image(), twin.image()) {
			t.Errorf("seed %d: in the end the service that was moved is another", seed)
		}
	}
}

// tape is a system.Sink that keeps everything, images and batches.
type tape struct {
	due    bool
	images []bool
	parts  [][]byte
	lost   []string
}

func (p *tape) add(isImage bool, data []byte) {
	p.images, p.parts = append(p.images, isImage), append(p.parts, bytes.Clone(data))
}
func (p *tape) Due(_ time.Time, begun bool) bool { return p.due || !begun }
func (p *tape) Image(b system.Beginning)         { p.due = false; p.add(true, b.Image) }
func (p *tape) Inputs(b system.Batch) ([]byte, bool) {
	p.add(false, b.Data)
	return b.Data, true
}
func (p *tape) After(do []func()) bool {
	for _, f := range do {
		f()
	}
	return true
}
func (p *tape) Lost(_ time.Time, why error) { p.lost = append(p.lost, why.Error()) }
func (p *tape) Ended(bool)                  { p.lost = append(p.lost, "ended") }

// standing is a clock that stands until it is set.
type standing struct {
	clock.Machine
	now time.Time
}

func (c *standing) Now() time.Time { return c.now }

// TestAServiceWithABookIsRecorded runs the life of a service again from its recording: every
// tick and every image is the same.
func TestAServiceWithABookIsRecorded(t *testing.T) {
	reel, c := &tape{}, &standing{}
	f := newFloor(t, func(cfg *system.Config) { cfg.Record, cfg.Clock, cfg.Script.Now = reel, c, c.Now })
	f.set = func(now time.Time) { c.now = now }
	for tick := range 150 {
		f.tick()
		reel.due = tick%40 == 39
	}
	f.HandOn()
	if len(reel.lost) > 0 || !strings.Contains(fmt.Sprint(reel.images), "false true") {
		t.Fatalf("recorded are %v, lost %v", reel.images, reel.lost)
	}
	cfg, steps := system.PlaybackConfig{System: f.cfg, Thaw: reload.Thaw}, 0
	cfg.Release = func(int, string) (*code.Release, error) { return f.cfg.Release(), nil }
	cfg.Stepped = func(s system.Stepped) bool {
		steps++
		if len(s.Parts) > 0 {
			t.Errorf("tick %d differs in %v", s.Tick, s.Parts)
		}
		return len(s.Parts) == 0
	}
	p, err := system.NewPlayback(cfg, reel.parts[0])
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i, part := range reel.parts {
		if !reel.images[i] {
			if err := p.Run(part); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if now, err := p.Begin(); err != nil || !bytes.Equal(now, part) {
			t.Fatalf("part %d, an image, comes out otherwise: %v", i, err)
		}
	}
	if steps < 140 {
		t.Errorf("only %d steps were run", steps)
	}
}

// TestABookOfAnotherMapIsAnError thaws a service where its region has another name, and where
// a system has left it.
func TestABookOfAnotherMapIsAnError(t *testing.T) {
	f := newFloor(t)
	for range 30 {
		f.tick()
	}
	for says, change := range map[string]func(*world.SolarSystem){
		"there is no such region on the map": func(s *world.SolarSystem) { s.Region = "Elsewhere" },
		"which is not in this region": func(s *world.SolarSystem) {
			if s.Name == "Beta" {
				s.Region = "Elsewhere"
			}
		},
	} {
		u := *luatest.Map() // which is everybody's
		u.Systems = slices.Clone(u.Systems)
		for i := range u.Systems {
			change(&u.Systems[i])
		}
		cfg := f.cfg
		cfg.Bind = Binder(&Deps{Map: &u, Routes: world.NewRouter(&u)})
		if _, err := system.Thaw(cfg, f.image(), reload.Thaw, nil); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "the book of Ore in Proving Ground") {
			t.Errorf("%s: the error is %v", says, err)
		}
	}
}

// TestABookIsTold: where two states part, a difference of the book is named by the order.
func TestABookIsTold(t *testing.T) {
	e := &env{market: newMarket(), deps: &Deps{Map: luatest.Map(), Routes: world.NewRouter(luatest.Map())}}
	if err := e.book("Proving Ground", "Ore").Add(book.Order{ID: 7, Price: 12, Left: 3, Place: book.Place{System: 1, Station: 1031}}); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	e.WriteImage(image.NewTranscript(nil, func(path, text string) { told[path] += text }))
	if got := told[`book["Proving Ground"]["Ore"][7]`]; !strings.Contains(got, "Price:12") {
		t.Errorf("it is told of %q", told)
	}
}

// BenchmarkImageOfAMarket is of a service with a book in which 300,000 orders stand.
func BenchmarkImageOfAMarket(b *testing.B) {
	f := newFloor(b)
	e := script.Host(f.State().L()).(*env)
	e.market = newMarket()
	of, r := e.book("Proving Ground", "Ore"), rand.New(rand.NewPCG(1, 1))
	for id := int64(1); id <= 300_000; id++ {
		o := book.Order{ID: id, Rank: id, Side: book.Side(id % 2), Owner: world.CharacterID(r.IntN(5000)), Place: book.Place{System: world.SystemID(1 + r.IntN(4)), Station: 1031}, Reach: book.Reach(r.IntN(20)),
			Price: 1000 + r.Int64N(9000), Left: 1 + r.Int64N(1000), Min: 1, Expires: 1_700_000_000 + r.Int64N(1<<24)}
		if err := of.Add(o); err != nil {
			b.Fatal(err)
		}
		e.market.of[id] = of
	}
	data := f.image()
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			f.image()
		}
		b.ReportMetric(float64(len(data)), "bytes")
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			to, err := system.Thaw(f.cfg, data, reload.Thaw, nil)
			if err != nil {
				b.Fatal(err)
			}
			to.State().Close()
		}
	})
}
