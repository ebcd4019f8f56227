package universe

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// people are the characters of a test, with everything that was saved of them.
type people struct {
	mu    sync.Mutex
	saved map[world.CharacterID]system.Character
	fail  error
}

func (p *people) Load(_ context.Context, id world.CharacterID) (system.Character, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.saved[id]
	if !ok {
		c = system.Character{ID: id, Name: fmt.Sprint("P", id)}
	}
	return c, p.fail
}

func (p *people) Save(records []system.Character) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range records {
		p.saved[r.ID] = r
	}
}

func (p *people) of(id world.CharacterID) system.Character {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saved[id]
}

// client is a connection that counts.
type client struct {
	mu      sync.Mutex
	places  []string
	replies map[uint64]world.Value
	errs    map[uint64]error
	closed  string
}

func newClient() *client {
	return &client{replies: map[uint64]world.Value{}, errs: map[uint64]error{}}
}

func (c *client) Send(f *wire.Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, err := wire.Decode(wire.JSON, f.Payload(wire.JSON)); err == nil && m.Event == "system" {
		c.places = append(c.places, m.Fields["name"].(string))
	}
}

func (c *client) Reply(id uint64, v world.Value, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, twice := c.replies[id]; twice {
		panic("answered twice")
	}
	c.replies[id], c.errs[id] = v, err
}

func (c *client) Cork()              {}
func (c *client) Uncork()            {}
func (c *client) NeedSnapshot() bool { return false }
func (c *client) Name() string       { return "" }

func (c *client) Close(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = reason
}

// source is the game of these tests.
const source = `
	function event.player_entered(p)
		if not core.flies(p) then core.give(p) end
	end
	function command.jump(p, args)
		return core.jump(p, args.gate)
	end
	function command.where() return core.name() end
	function command.ask(p, args) return core.ask(args.service, args.fn, args.n) end
	function event.alarm(from, n) core.heard(from, n) end`

// words are the bindings of these tests.
func words(heard func(string)) func(*system.System, *script.State) {
	return func(s *system.System, st *script.State) {
		player := func(L *lua.LState) *system.Player { return s.Player(world.CharacterID(L.CheckNumber(1))) }
		st.Bind(script.Table{Name: "core", Funcs: []script.Func{{Name: "flies"}, {Name: "give"}, {Name: "jump"}, {Name: "name"}, {Name: "heard"}, {Name: "ask", Yields: true}}},
			map[string]lua.LGFunction{
				"flies": func(L *lua.LState) int { L.Push(lua.LBool(player(L).Ship != 0)); return 1 },
				"give": func(L *lua.LState) int {
					id, err := s.Spawn(system.Spawn{Ship: system.Ship{Kind: "ship", Mass: 1e6, Agility: 1, Speed: 300, Radius: 20, Pos: world.Vec3{X: 1e11}}})
					if err == nil {
						err = s.SetShip(player(L), id)
					}
					if err != nil {
						L.RaiseError("%s", err.Error())
					}
					return 0
				},
				"jump": func(L *lua.LState) int {
					err := s.Jump(player(L), world.EntityID(L.CheckNumber(2)))
					L.Push(lua.LBool(err == nil))
					return 1
				},
				"name":  func(L *lua.LState) int { L.Push(lua.LString(s.Address())); return 1 },
				"heard": func(L *lua.LState) int { heard(fmt.Sprint(s.Address(), L.Get(1), L.Get(2))); return 0 },
				"ask": func(L *lua.LState) int {
					w, err := st.Park(L, "ask")
					if err != nil {
						L.RaiseError("%s", err.Error())
					}
					s.CallService(w, world.Address(L.CheckString(1)), system.CallTimeout, L.CheckString(2), []world.Value{float64(L.CheckNumber(3))})
					return L.Yield()
				},
			})
	}
}

// galaxy is a universe of luatest's four systems in a line.
type galaxy struct {
	*Universe
	people *people
	heard  []string
	faults []script.Fault
	mu     sync.Mutex
}

func newGalaxy(t *testing.T, files map[string]string) *galaxy {
	t.Helper()
	g := idle(t, &people{saved: map[world.CharacterID]system.Character{}}, files)
	g.StartServices()
	return g
}

// idle is a galaxy in which nothing runs.
func idle(t *testing.T, who *people, files map[string]string) *galaxy {
	t.Helper()
	g := &galaxy{people: who}
	sources := map[string][]byte{"main.lua": []byte(source)}
	for path, text := range files {
		sources[path] = []byte(text)
	}
	u := luatest.Map()
	g.Universe = New(Config{
		Map: u, Characters: g.people, Release: code.NewRelease(1, sources), Home: u.ByName("Alpha").ID,
		System: system.Config{
			Script:      script.Options{Entry: []string{"main"}},
			UnloadAfter: 10 * time.Minute,
			Events:      func(st *script.State) system.Events { return entered{st: st} },
			Bind: words(func(what string) {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.heard = append(g.heard, what)
			}),
			OnFault: func(_ world.Address, f script.Fault) {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.faults = append(g.faults, f)
			},
		},
	})
	t.Cleanup(func() {
		if err := g.Universe.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return g
}

// entered tells scripts of players who come, and of nothing else.
type entered struct {
	silent
	st *script.State
}

type silent interface{ system.Events }

func (e entered) PlayerEntered(p world.CharacterID, _ string) {
	e.st.Emit("player_entered", lua.LNumber(p))
}
func (entered) SystemStarted()                                          {}
func (entered) SystemResumed(bool)                                      {}
func (entered) SystemStopping()                                         {}
func (entered) PlayerLeft(world.CharacterID, string)                    {}
func (entered) PlayerArrived(world.CharacterID, string, world.EntityID) {}
func (entered) PlayerConnected(world.CharacterID)                       {}
func (entered) PlayerDisconnected(world.CharacterID, string)            {}
func (entered) BubbleEntered(world.EntityID)                            {}
func (entered) BubbleLeft(world.EntityID)                               {}

// while lets so much time pass and everything settle.
func while(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (g *galaxy) say(p world.CharacterID, c *client, id uint64, name string, args map[string]world.Value) {
	g.Command(p, gate.Request{ID: id, Name: name, Args: args, From: c})
}

func TestSystemsStartWhenNeededAndUnload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		if n := len(g.Actors()); n != 0 {
			t.Fatalf("%d systems run before anybody came", n)
		}
		c := newClient()
		g.Enter(1, c)
		while(time.Second)
		if st := g.Stats(); len(st) != 1 || st[0].Address != "@Alpha" || st[0].Players != 1 || !st[0].Awake {
			t.Fatalf("after a login: %+v", st)
		}
		g.Leave(1, "logout")
		while(20 * time.Minute)
		if n := len(g.Actors()); n != 0 {
			t.Errorf("%d systems still run after twenty minutes alone", n)
		}
		if g.Players() != 0 {
			t.Errorf("%d players in the game", g.Players())
		}
		g.Enter(1, newClient())
		while(time.Second)
		if at, in := g.Where(1); !in || at != "@Alpha" {
			t.Errorf("a login after the unloading leads to %v %v", at, in)
		}
	})
}

func TestJumpAlongTheLineLosesNoCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		c := newClient()
		g.Enter(1, c)
		while(time.Second)
		id := uint64(0)
		for _, gate := range []float64{1021, 2022, 3022} { // to Beta, Gamma, Delta
			id++
			g.say(1, c, id, "jump", map[string]world.Value{"gate": gate})
			for range 30 { // in flight while the player changes systems
				id++
				g.say(1, c, id, "where", nil)
				time.Sleep(7 * time.Millisecond)
			}
			while(time.Second)
		}
		if got := fmt.Sprint(c.places); got != "[Alpha Alpha Beta Gamma Delta]" && got != "[Alpha Beta Gamma Delta]" {
			t.Errorf("the client was told it is in %s", got)
		}
		if uint64(len(c.replies)) != id {
			t.Errorf("%d of %d commands were answered", len(c.replies), id)
		}
		for i, err := range c.errs {
			if err != nil {
				t.Errorf("command %d: %v", i, err)
			}
		}
		if c.replies[id] != "@Delta" || g.people.of(1).System != 4 {
			t.Errorf("the last answer is from %v, saved in %d", c.replies[id], g.people.of(1).System)
		}
		if at, _ := g.Where(1); at != "@Delta" {
			t.Errorf("the universe looks for the player in %s", at)
		}
	})
}

func TestReconnectDuringAJump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		first, second := newClient(), newClient()
		g.Enter(1, first)
		while(time.Second)
		g.say(1, first, 1, "jump", map[string]world.Value{"gate": 1021.0})
		g.Enter(1, second) // both wait in the same inbox
		while(time.Second)
		g.say(1, second, 2, "where", nil)
		while(time.Second)
		if second.replies[2] != "@Beta" || len(second.places) == 0 || second.places[len(second.places)-1] != "Beta" {
			t.Errorf("the new connection: %v, told %v", second.replies[2], second.places)
		}
		g.say(1, second, 3, "jump", map[string]world.Value{"gate": 2021.0})
		g.Leave(1, "timeout") // overtakes the jump
		while(time.Second)
		if g.Players() != 0 {
			t.Error("a player who left during a jump is still in the game")
		}
	})
}

func TestLeaveAndComeBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		g.Enter(1, newClient())
		while(time.Second)
		again := newClient()
		g.Leave(1, "logout")
		g.Enter(1, again)
		while(time.Second)
		if g.Players() != 1 || len(again.places) == 0 {
			t.Errorf("%d players, the new connection was told of %v", g.Players(), again.places)
		}
		if g.people.of(1).Ship == nil {
			t.Error("the ship was lost on the way")
		}
	})
}

func TestServicesAnswerOrSayWhyNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, map[string]string{
			"services/sum.lua":      `local sum = {total = 0} function sum.add(n) sum.total = sum.total + n return sum.total end return sum`,
			"services/sum_test.lua": `this is not a service`,
			"services/broken.lua":   `local broken = {} function broken.add() return nothing.here end return broken`,
			"services/down.lua":     `this is not Lua`,
			"services/stuck.lua":    `local stuck = {} function stuck.add() sleep(100) end return stuck`,
		})
		c := newClient()
		g.Enter(1, c)
		while(time.Second)
		for i, name := range []string{"sum", "sum", "broken", "down", "stuck", "absent"} {
			g.say(1, c, uint64(i), "ask", map[string]world.Value{"service": name, "fn": "add", "n": 5.0})
			while(time.Second)
		}
		while(20 * time.Second)
		if c.replies[0] != 5.0 || c.replies[1] != 10.0 {
			t.Errorf("sum: %v %v", c.replies[0], c.replies[1])
		}
		for i := uint64(2); i < 6; i++ {
			if c.errs[i] == nil {
				t.Errorf("call %d succeeded with %v", i, c.replies[i])
			}
		}
		if len(g.faults) != 5 { // the broken service's own, and four callers'
			t.Errorf("%d faults: %+v", len(g.faults), g.faults)
		}
	})
}

func TestMessagesBetweenSystems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		if err := (router{g.Universe}).Send("@gamma", system.Event{From: "@Alpha", Name: "alarm", Args: []world.Value{7.0}}); err != nil {
			t.Fatal(err)
		}
		while(time.Second)
		if fmt.Sprint(g.heard) != "[@Gamma@Alpha7]" {
			t.Errorf("heard %v", g.heard)
		}
		if err := (router{g.Universe}).Send("@Omega", system.Event{}); err == nil {
			t.Error("a message to a system that is not there was taken")
		}
	})
}

func TestAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		name := ""
		if err := g.Ask(context.Background(), "@beta", func(s *system.System) { name = s.Static().Name }); err != nil || name != "Beta" {
			t.Errorf("asked %q: %v", name, err)
		}
		if err := g.Ask(context.Background(), "@Omega", func(*system.System) {}); err == nil {
			t.Error("an unknown system answered")
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		ran := false
		if err := g.Ask(ctx, "@Beta", func(*system.System) { ran = true }); !errors.Is(err, context.Canceled) {
			t.Errorf("a question that was taken back: %v", err)
		}
		while(time.Second)
		if ran {
			t.Error("it was asked all the same")
		}
		if _, err := g.Start("@Alpha"); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		asked := 0
		if err := g.AskAll(context.Background(), func(*system.System) { mu.Lock(); asked++; mu.Unlock() }); err != nil || asked != 2 {
			t.Errorf("%d of 2 were asked: %v", asked, err)
		}
	})
}

func TestReleaseReachesThoseWhoMissedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, map[string]string{"services/late.lua": "return {"})
		if st := g.Stats(); len(st) != 1 {
			t.Fatalf("running: %+v", st)
		}
		while(time.Second)
		next := g.Release().With(2, map[string][]byte{
			"services/late.lua": []byte("return {}"), "services/new.lua": []byte("return {}"),
		})
		g.SetCourse(next, nil)
		while(time.Second)
		for _, st := range g.Stats() {
			if !st.Up || st.Release != 2 {
				t.Errorf("%s: up %v on release %d", st.Address, st.Up, st.Release)
			}
		}
		if len(g.Stats()) != 2 {
			t.Errorf("running: %+v", g.Stats())
		}
	})
}

func TestCloseSavesAndTurnsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		for id := range world.CharacterID(5) {
			g.Enter(id+1, newClient())
		}
		while(time.Second)
		g.people.saved = map[world.CharacterID]system.Character{}
		if err := g.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(g.people.saved) != 5 {
			t.Errorf("%d of 5 saved", len(g.people.saved))
		}
		late := newClient()
		g.Enter(9, late)
		if late.closed == "" {
			t.Error("somebody got in after the end")
		}
	})
}

func TestLoginThatCannotBeLoaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		g.people.fail = errors.New("the disk is gone")
		c := newClient()
		g.Enter(1, c)
		if c.closed == "" || g.Players() != 0 {
			t.Errorf("closed %q, %d players", c.closed, g.Players())
		}
	})
}
