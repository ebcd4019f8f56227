package testworld

import (
	"errors"
	"fmt"
	"time"

	"hotshard/bindings"
	"hotshard/bindings/panel"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// started is when time begins in every test.
var started = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// New returns what luatest.Options.New wants: a maker of worlds, which share the types of
// the scripts. What players are sent has to pass the checks. Tests of panels play in a page.
func New(checks ...Check) func(luatest.Setup) (luatest.World, error) {
	types := &bindings.TypeReader{}
	return func(setup luatest.Setup) (luatest.World, error) {
		if panel.IsTestOf(setup.Entry) {
			return panel.TestWorld(setup)
		}
		w, err := newWorld(setup, types)
		if err != nil {
			return nil, err
		}
		w.checks = checks
		return w, nil
	}
}

// Check says what is wrong with an event that a player was sent; nil for nothing.
type Check func(event string, fields map[string]world.Value) error

// testWorld is one solar system, and the services it has asked for something.
type testWorld struct {
	setup    luatest.Setup
	types    *bindings.TypeReader
	everyone *everybody
	bind     func(*system.System, *script.State)
	system   *system.System
	services []*system.System // in the order of their start
	clients  map[world.CharacterID]*client
	lastID   world.CharacterID
	now      time.Time
	churn    *churn // nil: nothing is reloaded
	checks   []Check
	record   func(*system.Config) system.Sink // nil: nobody
}

func newWorld(setup luatest.Setup, types *bindings.TypeReader, change ...func(*testWorld)) (*testWorld, error) {
	static := setup.Map.ByName(setup.System)
	if static == nil {
		return nil, fmt.Errorf("there is no system %s in the map of tests", setup.System)
	}
	memory := newMemory()
	w := &testWorld{
		setup:   setup,
		types:   types,
		clients: map[world.CharacterID]*client{},
		now:     started,
	}
	memory.now = func() time.Time { return w.now }
	for _, f := range change {
		f(w)
	}
	w.everyone = &everybody{world: w, people: map[world.CharacterID]bindings.Character{}}
	w.bind = bindings.Binder(&bindings.Deps{
		Map: setup.Map, Routes: world.NewRouter(setup.Map), Store: memory, Items: purse{memory}, Orders: desk{memory}, Characters: w.everyone,
		Outside: func(work func()) { work() }, // in the same tick of every run
	})
	cfg := w.config(world.SystemAddress(static.Name), static, "", setup.Entry)
	if w.record != nil {
		cfg.Record = w.record(&cfg)
	}
	w.system = system.New(cfg)
	if err := w.system.Start(w.now); err != nil {
		return nil, err
	}
	if setup.Reloads {
		w.churn = newChurn(w)
	}
	return w, nil
}

// config is what all systems and services of the world have in common.
func (w *testWorld) config(address world.Address, static *world.SolarSystem, module string, entry []string) system.Config {
	return system.Config{
		Address: address, Static: static, Module: module, Seed: w.setup.Seed,
		Release: func() *code.Release { return w.setup.Release },
		Script:  script.Options{Entry: entry, Started: started, Strict: true, Data: w.types.Data},
		Bind: func(s *system.System, st *script.State) {
			w.bind(s, st)
			if module == "" {
				w.setup.Install(st)
			}
		},
		Events:  bindings.Teller,
		OnFault: func(_ world.Address, f script.Fault) { w.setup.OnFault(f) },
		OnLog:   func(_ world.Address, level, module, text string) { w.setup.OnLog(level, module, text) },
		Router:  (*router)(w),
		Saver:   forgetful{},
	}
}

// State is the Lua state of the system.
func (w *testWorld) State() *script.State { return w.system.State() }

// Close gives back the Lua states.
func (w *testWorld) Close() {
	w.system.State().Close()
	for _, s := range w.services {
		s.State().Close()
	}
}

// Advance runs whole ticks for at least so many seconds, services with them.
func (w *testWorld) Advance(seconds float64) {
	for until := w.system.Now() + seconds; ; {
		w.now = w.now.Add(time.Duration(float64(time.Second) / w.system.Hz()))
		w.system.Step(w.now)
		for _, s := range w.services {
			s.Step(w.now)
		}
		if w.churn != nil {
			w.churn.tick()
		}
		if w.system.Now() >= until-1e-9 || w.setup.Stopped != nil && w.setup.Stopped() {
			return
		}
	}
}

// Join lets a new character log in.
func (w *testWorld) Join(name string) (world.CharacterID, error) {
	w.lastID++
	w.everyone.join(w.lastID, name)
	c := &client{check: w.check}
	w.clients[w.lastID] = c
	return w.lastID, w.system.Post(system.Enter{
		Character: system.Character{ID: w.lastID, Name: name, System: w.system.Static().ID},
		Client:    c, Reason: "login",
	})
}

// Leave logs a character out.
func (w *testWorld) Leave(p world.CharacterID) {
	w.post(w.system, system.Leave{Player: p, Reason: "logout"})
}

// Command gives a command on a character's connection.
func (w *testWorld) Command(p world.CharacterID, name string, args world.Value, done func(world.Value, error)) {
	c := w.clients[p]
	id := c.ask(done)
	w.post(w.system, system.Command{Player: p, Client: c, ID: id, Name: name, Args: args})
}

// post delivers a message; an inbox in a test is neither full nor gone.
func (w *testWorld) post(to *system.System, m system.Message) {
	if err := to.Post(m); err != nil {
		w.setup.OnFault(script.Fault{Message: err.Error(), Origin: "a message to " + string(to.Address())})
	}
}

// Sent lists the events a character was sent.
func (w *testWorld) Sent(p world.CharacterID) []luatest.Message { return w.clients[p].events() }

// client is a character's connection: it keeps everything.
type client struct {
	check   func(*wire.Frame)
	frames  []*wire.Frame
	decoded []luatest.Message
	waiting []func(world.Value, error) // by request id
}

func (c *client) ask(done func(world.Value, error)) uint64 {
	c.waiting = append(c.waiting, done)
	return uint64(len(c.waiting) - 1)
}

// Send keeps named events; snapshots and deltas are the codec's own tests' business.
func (c *client) Send(f *wire.Frame) {
	if f.Kind() == wire.KindText {
		c.frames = append(c.frames, f)
		c.check(f)
	}
}

// check fails the test in which an event does not pass.
func (w *testWorld) check(f *wire.Frame) {
	for _, check := range w.checks {
		m := decode(f)
		fields, _ := m.Fields.(map[string]world.Value)
		if err := check(m.Event, fields); err != nil {
			w.setup.OnFault(script.Fault{Message: err.Error(), Origin: "an event for a player"})
		}
	}
}

func decode(f *wire.Frame) luatest.Message {
	m, err := wire.Decode(wire.JSON, f.Payload(wire.JSON))
	if err != nil {
		m = &wire.Message{Event: "malformed", Fields: map[string]world.Value{"error": err.Error()}}
	}
	delete(m.Fields, "ev")
	return luatest.Message{Event: m.Event, Fields: m.Fields}
}

// Reply hands the answer to who asked.
func (c *client) Reply(id uint64, result world.Value, err error) {
	if done := c.waiting[id]; done != nil {
		c.waiting[id] = nil
		if refused := (*wire.Error)(nil); errors.As(err, &refused) {
			err = &script.CommandError{Code: refused.Code, Message: refused.Message}
		}
		done(result, err)
	}
}

// Cork does nothing: what is sent is there at once.
func (c *client) Cork() {}

// Uncork is the other half of Cork.
func (c *client) Uncork() {}

// NeedSnapshot is false: nothing gets lost here.
func (c *client) NeedSnapshot() bool { return false }

// Close does nothing: what was sent can still be looked at.
func (c *client) Close(string) {}

// events decodes what has come since the last time and returns all of it.
func (c *client) events() []luatest.Message {
	for _, f := range c.frames[len(c.decoded):] {
		c.decoded = append(c.decoded, decode(f))
	}
	return c.decoded
}
