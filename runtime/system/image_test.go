package system

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/script/image"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/world"
)

const imagedScript = `
local M = {n = 0, chat = {}}
local function think(s) local before = M.n sleep(s) M.n = M.n + 1 return before, math.random(1000) end
function command.think(p, args) local before, r = think(args.s) return {before = before, after = M.n, r = r, by = p} end
function command.say(p, args) M.chat[#M.chat + 1] = p .. ": " .. args.text return #M.chat end
function command.price(p) local ok, price = task.try(core.ask) return {ok = ok, price = price} end
function command.stored(p) local ok, v, why = task.try(core.store) return {ok = ok, v = v, why = why} end
function command.order(p, args) local r, why = core.order(p + args.s, "think", 0.3) return {r = r, why = why} end
function command.bad(p) sleep(0.2) error({code = "no", message = "not that"}) end
function event.player_entered(p) task.spawn(function() for i = 1, 5 do sleep(0.7) M.n = M.n + i end end) end
every(0.3, function() M.n = M.n + 0.5 end)
return M`

// twins are two systems that live the same life. The first is sent through bytes.
type twins struct {
	t       *testing.T
	benches [2]*bench
	clients [2]map[world.CharacterID]*client
	ids     []world.EntityID
	next    world.CharacterID
}

func newTwins(t *testing.T) *twins {
	tw := &twins{t: t, next: 1}
	for i := range tw.benches {
		tw.benches[i] = newBench(t, imagedScript, func(c *Config) { c.CohortsFrom, c.Near = 4, 2 })
		tw.clients[i] = map[world.CharacterID]*client{}
	}
	return tw
}

func (tw *twins) both(f func(b *bench, clients map[world.CharacterID]*client)) {
	for i := range tw.benches {
		f(tw.benches[i], tw.clients[i])
	}
}

// move sends the first twin through bytes. Its players keep their connections.
func (tw *twins) move() {
	tw.t.Helper()
	b := tw.benches[0]
	data, err := b.Image()
	if err != nil {
		tw.t.Fatal(err)
	}
	to, err := Thaw(b.System.cfg, data, reload.Thaw, func(id world.CharacterID) Client {
		if c := tw.clients[0][id]; c != nil {
			return c
		}
		return nil
	})
	if err != nil {
		tw.t.Fatal(err)
	}
	again, err := to.Image()
	if err != nil {
		tw.t.Fatal(err)
	}
	if !bytes.Equal(again, data) {
		tw.t.Fatalf("thawed and frozen again it is %d bytes that differ from the %d before: %s", len(again), len(data), apart(again, data))
	}
	b.scripts.close()
	b.System = to
}

// apart shows where two images part.
func apart(a, b []byte) string {
	n := 24 // behind the sum
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(data []byte) []byte { return data[max(0, n-60):min(len(data), n+40)] }
	return fmt.Sprintf("from byte %d on\n%q\n%q", n, around(a), around(b))
}

// act does one thing to both.
func (tw *twins) act(r *rand.Rand) {
	kind, at, n := r.IntN(12), world.Vec3{X: 1e11 + r.Float64()*3e5, Y: 2e5, Z: r.Float64() * 1e5}, r.IntN(100)
	id := world.CharacterID(1 + r.IntN(int(tw.next)))
	if kind == 0 {
		id = tw.next
		tw.next++
	}
	tw.both(func(b *bench, clients map[world.CharacterID]*client) {
		p := b.Player(id)
		if kind == 0 {
			clients[id] = newClient()
			b.post(Enter{Character: Character{ID: id, Name: fmt.Sprint("P", id), System: 1, Ship: wren(at), Data: map[string]world.Value{"n": float64(n)}}, Client: clients[id], Reason: ReasonLogin})
			return
		}
		if p == nil {
			return
		}
		switch kind {
		case 1:
			b.post(Command{Player: id, Client: clients[id], ID: uint64(n), Name: "think", Args: map[string]world.Value{"s": float64(n%9) / 10}})
		case 2:
			b.post(Command{Player: id, Client: clients[id], ID: uint64(n), Name: []string{"say", "bad", "price", "nothing", "stored", "order"}[n%6], Args: map[string]world.Value{"text": "hello", "s": float64(n % 3)}})
		case 3:
			_ = b.Space().GoTo(p.Ship, at)
		case 4:
			_ = b.Space().Orbit(p.Ship, stationID, 5e3)
		case 5:
			if other := b.Player(1 + id%world.CharacterID(tw.next)); other != nil && other.Ship != 0 && p.Ship != 0 {
				_, _ = b.Fire(Spawn{Ship: Ship{Kind: "missile", Name: "M", Type: "M"}, Owner: id}, physics.Missile{Owner: p.Ship, Target: other.Ship, Pos: at, Mass: 700, Agility: 1000, MaxSpeed: 4000, Radius: 3, Life: 4})
			}
		case 6:
			b.post(Answer{ID: uint64(1 + n%6), Values: []world.Value{float64(n)}})
		case 9:
			b.post([]Message{Result{ID: uint64(1 + n%8), Value: map[string]world.Value{"n": float64(n)}}, Result{ID: uint64(1 + n%8), Err: "no", Refused: n%2 == 0}}[n/50])
		case 10:
			b.post(Tell{Player: id, Event: wire.NewEvent("mail", map[string]world.Value{"n": float64(n)})})
		case 7:
			if n < 20 {
				b.post(Leave{Player: id, Reason: "quit"})
			}
		case 8:
			if p.Ship != 0 && p.Station == 0 && n < 30 {
				_ = b.Dock(p, stationID)
			}
		case 11:
			other := 1 + (id+world.CharacterID(n))%tw.next
			if q := b.Player(other); q != nil {
				_ = b.Heed(p, []string{"locks", "fleet"}[n%2], []world.EntityID{q.Ship}, []world.CharacterID{other, id})
			}
		}
	})
}

// compare wants both to have told and kept the same.
func (tw *twins) compare(when string) {
	tw.t.Helper()
	a, b := tw.benches[0], tw.benches[1]
	for id, c := range tw.clients[0] {
		other := tw.clients[1][id]
		if got, want := c.take(), other.take(); !slices.Equal(got, want) {
			tw.t.Fatalf("%s: player %d of the moved one was told %v, of the other %v", when, id, got, want)
		}
		if got, want := fmt.Sprint(c.results, c.replies), fmt.Sprint(other.results, other.replies); got != want {
			tw.t.Fatalf("%s: player %d of the moved one was answered\n%s\nof the other\n%s", when, id, got, want)
		}
	}
	if got, want := fmt.Sprint(a.saved), fmt.Sprint(b.saved); len(a.saved) != len(b.saved) {
		tw.t.Fatalf("%s: saved are %s and %s", when, got, want)
	}
	if got, want := fmt.Sprint(a.faults), fmt.Sprint(b.faults); got != want {
		tw.t.Fatalf("%s: faults %s and %s", when, got, want)
	}
}

// TestASystemThatWasBytesGoesOnAsItsTwin is the property of a system's image: players
// come, go, fly, fire and ask, and the system that was frozen and thawed in between tells
// everybody the same.
func TestASystemThatWasBytesGoesOnAsItsTwin(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			r, tw := rand.New(rand.NewPCG(seed, 3)), newTwins(t)
			for tick := range 150 {
				for range r.IntN(4) {
					tw.act(r)
				}
				if r.IntN(4) == 0 {
					tw.move()
				}
				tw.both(func(b *bench, _ map[world.CharacterID]*client) { b.tick(1) })
				tw.compare(fmt.Sprint("tick ", tick))
			}
			a, err := tw.benches[0].Image()
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := tw.benches[1].Image(); !bytes.Equal(a, b) {
				t.Errorf("the moved system is %d bytes that differ from the other's %d: %s", len(a), len(b), apart(a, b))
			}
		})
	}
}

// TestWhatAProcessBeforeHasAskedIsLost restarts a system in which tasks wait for the
// store, for a service and for time.
func TestWhatAProcessBeforeHasAskedIsLost(t *testing.T) {
	b := newBench(t, `local M = {log = {}} local function go(name, f) task.spawn(function() local ok, err = task.try(f) M.log[#M.log + 1] = name .. " " .. tostring(ok) end) end
		function event.go() go("store", core.store) go("ask", core.ask) go("sleep", function() sleep(1) end) end
		function command.log() return table.concat(M.log, ", ") end return M`)
	b.post(Event{From: "@Beta", Name: "go"})
	b.tick(1)
	data, err := b.Image()
	if err != nil {
		t.Fatal(err)
	}
	to, err := Thaw(b.System.cfg, data, reload.Thaw, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.scripts.close()
	b.System = to
	if n := b.FailLost(errTest); n != 1 {
		t.Errorf("%d tasks were lost", n)
	}
	b.tick(15)
	c := b.fly(1, somewhere)
	b.post(Command{Player: 1, Client: c, ID: 1, Name: "log"})
	b.tick(1)
	if c.results[1] != "store false, sleep true" {
		t.Errorf("the tasks ended with %v", c.results[1])
	}
	b.tick(100) // the service has its time
	b.post(Command{Player: 1, Client: c, ID: 2, Name: "log"})
	b.tick(1)
	if c.results[2] != "store false, sleep true, ask false" {
		t.Errorf("the tasks ended with %v", c.results[2])
	}
}

// TestWhatIsAnsweredIsNotLost restarts a system whose tasks wait for work outside with the
// result in the inbox, for work without one, and for a command that they gave as a player.
func TestWhatIsAnsweredIsNotLost(t *testing.T) {
	b := newBench(t, `local M = {log = {}} local function go(name, f) task.spawn(function() local ok, v = task.try(f) M.log[#M.log + 1] = name .. " " .. tostring(ok and v) end) end
		function command.think(p, args) sleep(args.s) return "thought" end
		function event.go() go("first", core.store) go("second", core.store) go("order", function() return core.order(1, "think", 0.5) end) end
		function command.log() return table.concat(M.log, ", ") end return M`)
	c := b.fly(1, somewhere)
	b.post(Event{From: "@Beta", Name: "go"})
	b.tick(2)
	b.post(Result{ID: 1, Value: "done"})
	data, err := b.Image()
	if err != nil {
		t.Fatal(err)
	}
	to, err := Thaw(b.System.cfg, data, reload.Thaw, func(world.CharacterID) Client { return c })
	if err != nil {
		t.Fatal(err)
	}
	b.scripts.close()
	b.System = to
	if n := b.FailLost(errTest); n != 1 {
		t.Errorf("%d tasks were lost", n)
	}
	b.tick(7)
	b.post(Command{Player: 1, Client: c, ID: 1, Name: "log"})
	b.tick(1)
	if c.results[1] != "second false, first done, order thought" {
		t.Errorf("the tasks ended with %v", c.results[1])
	}
}

// TestAnAnswerFromBeforeARestartWakesNobody answers questions of tasks that are gone.
func TestAnAnswerFromBeforeARestartWakesNobody(t *testing.T) {
	b := newBench(t, `local M = {log = {}}
		function event.store() local v = core.store() table.insert(M.log, v) end function event.ask() local v = core.ask() table.insert(M.log, v) end
		function command.log() return table.concat(M.log, ", ") end return M`)
	ask := func() {
		b.post(Event{From: "@Beta", Name: "store"})
		b.post(Event{From: "@Beta", Name: "ask"})
		b.tick(1)
	}
	ask()
	if err := b.Restart(); err != nil {
		t.Fatal(err)
	}
	ask()
	b.post(Result{ID: 1, Value: "old"})
	b.post(Answer{ID: 1, Values: []world.Value{"old"}})
	b.post(Result{ID: 2, Value: "stored"})
	b.post(Answer{ID: 2, Values: []world.Value{"sold"}})
	c := b.fly(1, somewhere)
	b.post(Command{Player: 1, Client: c, ID: 1, Name: "log"})
	b.tick(1)
	if c.results[1] != "stored, sold" {
		t.Errorf("the tasks heard %v", c.results[1])
	}
}

// TestAnImageOfAnotherMapIsAnError moves a station.
func TestAnImageOfAnotherMapIsAnError(t *testing.T) {
	b := newBench(t, echoes)
	data, err := b.Image()
	if err != nil {
		t.Fatal(err)
	}
	cfg := b.System.cfg
	cfg.Static = alpha()
	cfg.Static.Celestials[2].Pos.X++
	if _, err := Thaw(cfg, data, reload.Thaw, nil); err == nil || !strings.Contains(err.Error(), "the map has changed: Dock") {
		t.Errorf("the error is %v", err)
	}
}

// FuzzThaw gives Thaw bytes from outside, behind a header that is right. What it accepts
// can go on.
func FuzzThaw(f *testing.F) {
	b := newBench(f, imagedScript)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 12 {
		c := newClient()
		b.post(Enter{Character: Character{ID: world.CharacterID(i + 1), Name: "P", System: 1, Ship: wren(somewhere)}, Client: c, Reason: ReasonLogin})
		b.post(Command{Player: world.CharacterID(i + 1), Client: c, ID: 1, Name: "think", Args: map[string]world.Value{"s": r.Float64()}})
		b.tick(1)
		data, err := b.Image()
		if err != nil {
			f.Fatal(err)
		}
		_, from, err := image.Open(data)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[from:])
	}
	cfg := b.System.cfg
	cfg.Script.Run = script.Budget{Steps: 10_000, Memory: 16 << 20}
	h := image.Header{Name: "@Alpha", Release: 1, Hash: cfg.Release().Hash}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Thaw(cfg, image.Seal(append(image.Begin(h, 0), body...)), reload.Thaw, nil)
		if err != nil {
			return
		}
		defer s.scripts.close()
		now := epoch
		for range 3 {
			now = now.Add(100 * time.Millisecond)
			s.Step(now)
		}
	})
}

// BenchmarkImage is of 2,000 players, 10,000 things in space and 1,000 suspended tasks.
func BenchmarkImage(b *testing.B) {
	s := newBench(b, `local M = {seen = {}} function event.player_entered(p) M.seen[p] = {at = p, name = "P" .. p, hits = {p, p + 1}} if p % 2 == 0 then task.spawn(function() while true do sleep(1 + p % 7) M.seen[p].at = p end end) end end return M`)
	for i := range 2000 {
		s.post(Enter{Character: Character{ID: world.CharacterID(i + 1), Name: fmt.Sprint("P", i), System: 1, Ship: wren(somewhere), Data: map[string]world.Value{"rank": 1.0}}, Client: noClient{}, Reason: ReasonLogin})
	}
	for i := range 8000 {
		if _, err := s.Spawn(Spawn{Ship: *wren(somewhere.Add(world.Vec3{X: float64(i) * 1e3}))}); err != nil {
			b.Fatal(err)
		}
	}
	s.tick(3)
	data, err := s.Image()
	if err != nil {
		b.Fatal(err)
	}
	thaw := func(data []byte) {
		to, err := Thaw(s.System.cfg, data, reload.Thaw, func(world.CharacterID) Client { return noClient{} })
		if err != nil {
			b.Fatal(err)
		}
		to.scripts.close()
	}
	freeze := func() []byte {
		data, err := s.Image()
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			freeze()
		}
		b.ReportMetric(float64(len(data)), "bytes")
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			thaw(data)
		}
	})
	b.Run("both", func(b *testing.B) {
		var took []time.Duration
		for b.Loop() {
			from := time.Now()
			thaw(freeze())
			took = append(took, time.Since(from))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "ms-p50")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "ms-p99")
	})
}
