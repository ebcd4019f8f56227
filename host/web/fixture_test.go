package web_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotshard/host/api"
	"hotshard/host/web"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// stage is a world without a game: the real gate in front, behind it two systems
// in which nothing flies by itself. It answers the page by the book and says on
// demand whatever a test wants said.
type stage struct {
	*httptest.Server
	gate     *gate.Gate
	universe *world.Universe

	mu      sync.Mutex
	pilots  map[world.CharacterID]*actor
	names   map[string]world.CharacterID
	refused map[string]string // commands that are answered with this sentence
	lines   []net.Conn        // every player's connection so far
	asked   []gate.Request    // every command so far
}

type actor struct {
	id     world.CharacterID
	client gate.Client
	system world.SystemID
	docked world.EntityID
}

const (
	anvil, harrow, ember   world.SystemID = 30_000_001, 30_000_002, 30_000_003
	anvilStation           world.EntityID = 60_000_001
	anvilGate, harrowGate  world.EntityID = 50_000_001, 50_000_002
	harrowGate2, emberGate world.EntityID = 50_000_003, 50_000_004
)

// Where a new pilot begins.
var home, homeStation = anvil, anvilStation

func newStage(t *testing.T) *stage {
	t.Helper()
	return newStageWith(t, web.Handler)
}

// newStageWith is a stage with a page as page makes it.
func newStageWith(t *testing.T, page func(func() *world.Universe) http.Handler) *stage {
	t.Helper()
	s := &stage{universe: smallUniverse(t), pilots: map[world.CharacterID]*actor{},
		names: map[string]world.CharacterID{}, refused: map[string]string{}}
	s.gate = gate.New(gate.Config{Accounts: s, World: s, Welcome: func() map[string]world.Value {
		return map[string]world.Value{"shard": "stage", "kind": "development", "release": 3.0}
	}})
	mux := http.NewServeMux()
	mux.Handle("/play", s.gate.Handler())
	// The page asks for types and regions alone here, which need no store.
	mux.Handle(api.Prefix, api.New(api.Config{Map: s.universe, Routes: world.NewRouter(s.universe), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Types: func() (*catalogue.Set, error) { return &catalogue.Set{}, nil }}))
	mux.HandleFunc("GET /panels/release", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(ownPanels(t)) })
	mux.Handle("/", page(func() *world.Universe { return s.universe }))
	s.Server = httptest.NewUnstartedServer(mux)
	s.Server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateHijacked {
			s.mu.Lock()
			s.lines = append(s.lines, c)
			s.mu.Unlock()
		}
	}
	s.Server.Start()
	t.Cleanup(func() {
		s.gate.Close(context.Background())
		s.Server.Close()
	})
	return s
}

// ownPanels is what a page gets of the game's own panels.
func ownPanels(t *testing.T) []byte {
	files := map[string]string{}
	root := os.DirFS("../../scripts")
	err := fs.WalkDir(root, "panels", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || code.IsTest(path) {
			return err
		}
		text, err := fs.ReadFile(root, path)
		files[path] = string(text)
		return err
	})
	body, _ := json.Marshal(map[string]any{"release": 3, "hash": "own", "files": files})
	if err != nil {
		t.Error(err)
	}
	return body
}

// smallUniverse is three systems in a row: Anvil, Harrow, Low Ember.
func smallUniverse(t testing.TB) *world.Universe {
	t.Helper()
	celestials := func(own ...world.Celestial) []world.Celestial {
		return append([]world.Celestial{
			{ID: own[0].ID + 1000, Kind: world.KindStar, Name: "Star", Radius: 7e8},
			{ID: own[0].ID + 1001, Kind: world.KindPlanet, Name: "Planet I", Pos: world.Vec3{X: 1.5 * world.AU}, Radius: 6e6},
		}, own...)
	}
	gateTo := func(id world.EntityID, name string, dest world.SystemID, other world.EntityID, x float64) world.Celestial {
		return world.Celestial{ID: id, Kind: world.KindGate, Name: name, Pos: world.Vec3{X: x, Y: 2e8, Z: 1e9}, Radius: 2500, Dest: dest, DestGate: other}
	}
	ly := 9.4607e15
	u, err := world.NewUniverse("stage", 1, []world.SolarSystem{
		{ID: anvil, Name: "Anvil", Region: "The Bench", Constellation: "Works", Security: 0.9, Celestials: celestials(
			gateTo(anvilGate, "Gate to Harrow", harrow, harrowGate, 1.5*world.AU+3e9),
			world.Celestial{ID: anvilStation, Kind: world.KindStation, Name: "Anvil I, Ropewalk Yards", Pos: world.Vec3{X: 1.5*world.AU + 5e7}, Radius: 18_000})},
		{ID: harrow, Name: "Harrow", Region: "The Bench", Constellation: "Works", Security: 0.45, Pos: world.Vec3{X: 2 * ly}, Celestials: celestials(
			gateTo(harrowGate, "Gate to Anvil", anvil, anvilGate, -2e11), gateTo(harrowGate2, "Gate to Low Ember", ember, emberGate, 2e11))},
		{ID: ember, Name: "Low Ember", Region: "Outskirts", Constellation: "Ash", Security: -0.2, Pos: world.Vec3{X: 4 * ly, Z: ly}, Celestials: celestials(
			gateTo(emberGate, "Gate to Harrow", harrow, harrowGate2, -2e11))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Register and Login know everybody, but "wrong" is a wrong password.
func (s *stage) Admit(netip.Addr) error { return nil }

func (s *stage) Seat(world.CharacterID, netip.Addr) error { return nil }

func (s *stage) Register(ctx context.Context, from netip.Addr, name, password string) (gate.Pass, error) {
	return s.Login(ctx, from, name, password)
}

func (s *stage) Login(_ context.Context, _ netip.Addr, name, password string) (gate.Pass, error) {
	if password == "wrong" {
		return gate.Pass{}, wire.Errorf(wire.CodeBadCredentials, "The name or the password is wrong.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names[name] == 0 {
		s.names[name] = world.CharacterID(len(s.names) + 1)
	}
	return gate.Pass{Character: s.names[name], Name: name, Token: "token of " + name}, nil
}

// Resume knows no tokens but those of who is in the game.
func (s *stage) Resume(context.Context, netip.Addr, string) (gate.Pass, error) {
	return gate.Pass{}, wire.Errorf(wire.CodeBadToken, "That session is over. Please sign in again.")
}

func (s *stage) Known(context.Context, netip.Addr, string) bool { return false }

func (s *stage) Password(context.Context, world.CharacterID, string, string) (gate.Pass, error) {
	return gate.Pass{}, wire.Errorf(wire.CodeBadRequest, "Nobody changes a password here.")
}

func (s *stage) Revoke(context.Context, string) {}

func (s *stage) Enter(c world.CharacterID, client gate.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.pilots[c]
	if a == nil {
		a = &actor{id: c, system: home, docked: homeStation}
		s.pilots[c] = a
	}
	a.client = client
	s.show(a)
}

func (s *stage) Away(world.CharacterID, gate.Client) {}

func (s *stage) Leave(c world.CharacterID, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pilots, c)
}

func (s *stage) Command(c world.CharacterID, req gate.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.pilots[c]
	if a == nil {
		return
	}
	s.asked = append(s.asked, req)
	if sentence, no := s.refused[req.Name]; no {
		req.From.Reply(req.ID, nil, wire.Errorf("no", "%s", sentence))
		return
	}
	switch req.Name {
	case "undock":
		a.docked = 0
		s.show(a)
	case "jump":
		for i := range s.universe.Systems {
			if c := s.universe.Systems[i].Find(gateOf(req.Args)); c != nil && s.universe.Systems[i].ID == a.system {
				a.system = c.Dest
				break
			}
		}
		s.show(a)
	case "say":
		text, _ := req.Args.(map[string]world.Value)["text"].(string)
		s.tell("chat", map[string]world.Value{"channel": "local", "from": a.client.Name(), "text": text})
	}
	req.From.Reply(req.ID, true, nil)
}

func gateOf(args world.Value) world.EntityID {
	id, _ := args.(map[string]world.Value)["gate"].(float64)
	return world.EntityID(id)
}

// tell sends an event to everybody. The caller holds the lock.
func (s *stage) tell(name string, fields map[string]world.Value) {
	for _, a := range s.pilots {
		a.client.Send(wire.NewEvent(name, fields))
	}
}

// say sends an event to everybody, for tests.
func (s *stage) say(name string, fields map[string]world.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(name, fields)
}

// show sends where an actor is: the system and, in space, a snapshot. Everybody in
// space in a system is next to its first gate.
func (s *stage) show(a *actor) {
	system := s.universe.System(a.system)
	list := []world.Value{}
	for _, c := range system.Celestials {
		fields := map[string]world.Value{"id": c.ID, "kind": c.Kind.String(), "name": c.Name, "radius": c.Radius,
			"pos": []world.Value{c.Pos.X, c.Pos.Y, c.Pos.Z}}
		if c.Kind == world.KindGate {
			fields["dest"], fields["dest_name"] = c.Dest, s.universe.System(c.Dest).Name
		}
		list = append(list, fields)
	}
	fields := map[string]world.Value{"id": system.ID, "name": system.Name, "security": system.Security, "region": system.Region,
		"constellation": system.Constellation, "hz": 10.0, "celestials": list, "docked": nil, "ship": nil}
	if a.docked != 0 {
		fields["docked"] = a.docked
		a.client.Send(wire.NewEvent("system", fields))
		return
	}
	fields["ship"] = ship(a)
	a.client.Send(wire.NewEvent("system", fields))
	snapshot := &wire.Snapshot{Tick: 100, Hz: 10, Dilation: 1, You: ship(a), Bubble: 1}
	for _, other := range s.pilots {
		if other.system == a.system && other.docked == 0 {
			snapshot.Entities = append(snapshot.Entities, s.entity(other, system))
		}
	}
	a.client.Send(wire.NewSnapshot(snapshot))
	for _, other := range s.pilots {
		if other != a && other.system == a.system && other.docked == 0 {
			other.client.Send(wire.NewDelta(&wire.Delta{Tick: 100, Add: []wire.Entity{s.entity(a, system)}}))
		}
	}
}

func ship(a *actor) world.EntityID { return world.FirstDynamicID + world.EntityID(a.id) }

func (s *stage) entity(a *actor, system *world.SolarSystem) wire.Entity {
	var at world.Vec3
	for _, c := range system.Celestials {
		if c.Kind == world.KindGate {
			at = c.Pos.Add(world.Vec3{X: 3000 + 600*float64(a.id), Z: 900})
			break
		}
	}
	return wire.Entity{ID: ship(a), Kind: "ship", Type: "Wren", Name: a.client.Name() + "'s Wren", Owner: a.id, Radius: 40,
		Motion: wire.Motion{ID: ship(a), Pos: at, Speed: 300, Tau: 3}}
}

// heard waits until a command of the name came in and returns its arguments.
func (s *stage) heard(p *page, name string) map[string]world.Value {
	p.t.Helper()
	var args map[string]world.Value
	p.do("have "+name+" heard", func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		for {
			s.mu.Lock()
			for _, req := range s.asked {
				if req.Name == name {
					args, _ = req.Args.(map[string]world.Value)
					s.mu.Unlock()
					return chromedp.Void{}, nil
				}
			}
			s.mu.Unlock()
			select {
			case <-ctx.Done():
				return chromedp.Void{}, ctx.Err()
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return args
}

// drop cuts the line to every player, as a bad network would.
func (s *stage) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.lines {
		c.Close()
	}
}
