package system

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// picture is what a client knows of its bubble, from nothing but its frames.
type picture struct {
	tick    world.Tick
	courses map[world.EntityID]wire.Motion
	whole   bool
}

// look takes in what the client was sent. It returns the ticks of the deltas.
func (c *client) look(t testing.TB, p *picture) (ticks []world.Tick) {
	t.Helper()
	for _, m := range c.frames {
		switch {
		case m.Snapshot != nil:
			p.tick, p.whole, p.courses = m.Snapshot.Tick, true, map[world.EntityID]wire.Motion{}
			for _, e := range m.Snapshot.Entities {
				p.courses[e.ID] = e.Motion
			}
		case m.Delta != nil:
			if m.Delta.Tick <= p.tick {
				t.Fatalf("a delta of tick %d behind one of %d", m.Delta.Tick, p.tick)
			}
			p.tick = m.Delta.Tick
			ticks = append(ticks, p.tick)
			for _, id := range m.Delta.Gone {
				delete(p.courses, id)
			}
			told := map[world.EntityID]bool{}
			once := func(id world.EntityID, course wire.Motion) {
				if told[id] {
					t.Fatalf("a delta tells of %d twice", id)
				}
				told[id] = true
				p.courses[id] = course
			}
			for _, e := range m.Delta.Add {
				once(e.ID, e.Motion)
			}
			for _, course := range m.Delta.Move {
				if _, known := p.courses[course.ID]; known {
					once(course.ID, course)
				}
			}
			for _, turn := range m.Delta.Turn {
				if _, known := p.courses[turn.ID]; known {
					once(turn.ID, turn.Motion)
				}
			}
		}
	}
	c.frames = nil
	return ticks
}

// cohortsFrom sets from how many players on there are cohorts, with nobody near.
func cohortsFrom(n int) func(*Config) { return func(c *Config) { c.CohortsFrom, c.Near = n, -1 } }

// turnBack orders a ship somewhere else and says where.
func (b *bench) turnBack(id world.CharacterID, dir world.Vec3) {
	b.t.Helper()
	if err := b.Space().Direction(b.Player(id).Ship, dir); err != nil {
		b.t.Fatal(err)
	}
}

func TestCohortsHearInTurns(t *testing.T) {
	for players, cohorts := range map[int]int{3: 1, 4: 2, 15: 2, 16: 3} {
		b := newBench(t, echoes, cohortsFrom(4))
		clients, pictures := make([]*client, players), make([]picture, players)
		for i := range clients {
			clients[i] = b.fly(world.CharacterID(i+1), somewhere)
		}
		drone, err := b.Spawn(Spawn{Ship: *wren(somewhere)})
		if err != nil {
			t.Fatal(err)
		}
		b.tick(5)
		for i, c := range clients {
			c.look(t, &pictures[i])
		}
		heard := make([]int, players)
		const ticks = 12
		for n := range ticks {
			if err := b.Space().Direction(drone, world.Vec3{X: 1, Y: float64(n)}); err != nil {
				t.Fatal(err)
			}
			b.tick(1)
			told := 0
			for i, c := range clients {
				got := c.look(t, &pictures[i])
				told += len(got)
				heard[i] += len(got)
				late := int(b.Tick() - pictures[i].tick)
				if n >= cohorts && late >= cohorts {
					t.Fatalf("%d players: number %d last heard %d ticks ago", players, i+1, late)
				}
				if late == 0 && pictures[i].courses[drone].Point.Y == 0 && n > 0 {
					t.Fatalf("the delta does not hold the course of its tick")
				}
			}
			if most := players/cohorts + 1; told > most {
				t.Errorf("%d of %d players were told in one tick", told, players)
			}
		}
		for i, n := range heard {
			if n != ticks/cohorts {
				t.Errorf("%d players: number %d heard %d deltas in %d ticks, want %d", players, i+1, n, ticks, ticks/cohorts)
			}
		}
	}
}

// A system that is to stand still does so at the end of a tick that has told everybody, and
// the process that goes on with it tells everybody first.
func TestNobodyWaitsForTheirTurnOverAHandover(t *testing.T) {
	b := newBench(t, echoes, cohortsFrom(4))
	clients, pictures := make([]*client, 16), make([]picture, 16)
	for i := range clients {
		clients[i] = b.fly(world.CharacterID(i+1), somewhere)
	}
	drone, err := b.Spawn(Spawn{Ship: *wren(somewhere)})
	if err != nil {
		t.Fatal(err)
	}
	told := func() (n int) {
		for i, c := range clients {
			n += len(c.look(t, &pictures[i]))
		}
		return n
	}
	tick := func(y float64) int {
		if err := b.Space().Direction(drone, world.Vec3{X: 1, Y: y}); err != nil {
			t.Fatal(err)
		}
		b.tick(1)
		return told()
	}
	b.tick(5)
	told()
	if n := tick(1); n > 6 {
		t.Fatalf("%d hear of an ordinary tick", n)
	}
	stood := 0
	b.StandTold(func() { stood++ })
	if stood > 0 {
		t.Fatal("it stands before the tick that tells everybody")
	}
	if n := tick(2); n != 16 || stood != 1 {
		t.Errorf("%d hear of the last tick, and it stands %d times", n, stood)
	}
	if n := tick(3); n > 6 || stood != 1 {
		t.Errorf("where it goes on, %d hear of the next, and it has stood %d times", n, stood)
	}
	b.TakenOver()
	if n := tick(4); n != 16 {
		t.Errorf("%d hear of the first tick of another process", n)
	}
	for i := range pictures {
		if err := b.compare(&pictures[i]); err != nil {
			t.Errorf("player %d: %v", i+1, err)
		}
	}
	few := newBench(t, echoes, cohortsFrom(4))
	few.fly(1, somewhere)
	few.tick(5)
	few.StandTold(func() { stood++ })
	if stood != 2 {
		t.Error("where nobody is told in turns it waits for a tick")
	}
}

func TestNobodyMissesAnythingBetweenTurns(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		b := newBench(t, echoes, cohortsFrom(3))
		clients, pictures := map[world.CharacterID]*client{}, map[world.CharacterID]*picture{}
		next := world.CharacterID(1)
		var wrecks []world.EntityID
		look := func() {
			for id, c := range clients {
				c.look(t, pictures[id])
			}
		}
		for range 300 {
			switch n := rng.IntN(10); {
			case n == 0 && len(clients) < 16:
				c := newClient()
				clients[next], pictures[next] = c, &picture{}
				b.post(Enter{Character: Character{ID: next, Name: "P", System: 1, Ship: wren(somewhere)}, Client: c, Reason: "login"})
				next++
			case n == 1 && len(b.Players()) > 0:
				p := b.Players()[rng.IntN(len(b.Players()))]
				b.post(Leave{Player: p.ID, Reason: "logout"})
				delete(clients, p.ID)
			case n == 2:
				if id, err := b.Spawn(Spawn{Ship: *wren(somewhere)}); err == nil {
					wrecks = append(wrecks, id)
				}
			case n == 3 && len(wrecks) > 0:
				b.Remove(wrecks[0])
				wrecks = wrecks[1:]
			case n == 4 && len(b.Players()) > 0:
				if c := clients[b.Players()[rng.IntN(len(b.Players()))].ID]; c != nil {
					c.lost = true
				}
			case len(b.Players()) > 0:
				p := b.Players()[rng.IntN(len(b.Players()))]
				b.Space().Direction(p.Ship, world.Vec3{X: rng.Float64() - 0.5, Y: rng.Float64() - 0.5, Z: rng.Float64()})
			}
			b.tick(1)
			look()
		}
		b.tick(mostCohorts)
		look()
		for id := range clients {
			if err := b.compare(pictures[id]); err != nil {
				t.Fatalf("seed %d, player %d: %v", seed, id, err)
			}
		}
	}
}

// compare says how a picture differs from what there is, but for where everything
// has flown since.
func (b *bench) compare(p *picture) error {
	if !p.whole || len(p.courses) != len(b.entities.byID) {
		return fmt.Errorf("knows %d things of %d", len(p.courses), len(b.entities.byID))
	}
	for id := range b.entities.byID {
		known, ok := p.courses[id]
		is, _ := b.Space().Get(id)
		if d := known.Point.Sub(is.Point); !ok || known.Mode != uint8(is.Mode) || d.Len() > 1e-4 {
			return fmt.Errorf("knows of %d: %+v, and it is %+v", id, known, is.Motion)
		}
	}
	return nil
}

func TestOwnOrderIsSeenAtOnce(t *testing.T) {
	b := newBench(t, echoes, cohortsFrom(1))
	clients, pictures := make([]*client, 8), make([]picture, 8)
	for i := range clients {
		clients[i] = b.fly(world.CharacterID(i+1), somewhere)
	}
	b.tick(5)
	for i, c := range clients {
		c.look(t, &pictures[i])
	}
	for n := range 12 {
		who := world.CharacterID(n%8 + 1)
		b.turnBack(who, world.Vec3{X: 1, Y: float64(n)})
		b.post(Command{Player: who, Client: clients[who-1], ID: uint64(n), Name: "echo"})
		b.tick(1)
		for i, c := range clients {
			c.look(t, &pictures[i])
		}
		own := pictures[who-1].courses[b.Player(who).Ship]
		if is, _ := b.Space().Get(b.Player(who).Ship); is.Point.Sub(own.Point).Len() > 1e-4 {
			t.Fatalf("tick %d: player %d does not see its own order", n, who)
		}
		if clients[who-1].corked {
			t.Error("a client is still corked behind the tick")
		}
	}
	b.tick(mostCohorts)
	for i, c := range clients {
		c.look(t, &pictures[i])
		if err := b.compare(&pictures[i]); err != nil {
			t.Errorf("player %d: %v", i+1, err)
		}
	}
}

// In a system that is strained everything but what is one's own waits for one's turn, and
// none of it gets lost.
func TestStrainedSystemsTellInTurns(t *testing.T) {
	b := newBench(t, echoes, cohortsFrom(1))
	clients, pictures := make([]*client, 8), make([]picture, 8)
	for i := range clients {
		clients[i] = b.fly(world.CharacterID(i+1), somewhere)
	}
	b.pace.load = 0.9
	b.tick(5)
	for i, c := range clients {
		c.look(t, &pictures[i])
	}
	for n := range 12 {
		who := world.CharacterID(n%8 + 1)
		b.turnBack(who, world.Vec3{X: 1, Y: float64(n)})
		b.post(Command{Player: who, Client: clients[who-1], ID: uint64(n), Name: "echo"})
		b.sending.near(b.Player(1).Ship, wire.NewEvent("bang", nil))
		b.tick(1)
		waiting := 0
		for i, c := range clients {
			due := len(c.look(t, &pictures[i])) > 0
			if c.corked {
				waiting++
			}
			if p := b.Player(world.CharacterID(i + 1)); c.corked == (due || p.ID == who) {
				t.Errorf("tick %d: player %d is due: %t, and what it is told waits: %t", n, p.ID, due, c.corked)
			}
		}
		own := pictures[who-1].courses[b.Player(who).Ship]
		if is, _ := b.Space().Get(b.Player(who).Ship); is.Point.Sub(own.Point).Len() > 1e-4 {
			t.Fatalf("tick %d: player %d does not see its own order", n, who)
		}
		if waiting == 0 {
			t.Fatal("nobody waits")
		}
	}
	b.pace.load = 0.5
	b.tick(mostCohorts)
	for i, c := range clients {
		c.look(t, &pictures[i])
		if err := b.compare(&pictures[i]); err != nil || c.corked {
			t.Errorf("player %d: %v, corked: %t", i+1, err, c.corked)
		}
	}
}

// Who flies by a ship hears of its course at once: that is what they would miss most.
func TestFollowersHearAtOnce(t *testing.T) {
	b := newBench(t, echoes, cohortsFrom(1))
	clients, pictures := make([]*client, 8), make([]picture, 8)
	for i := range clients {
		clients[i] = b.fly(world.CharacterID(i+1), somewhere)
	}
	leader := b.Player(1).Ship
	for i := range 3 {
		if err := b.Space().Orbit(b.Player(world.CharacterID(i+2)).Ship, leader, 500); err != nil {
			t.Fatal(err)
		}
	}
	b.tick(5)
	for i, c := range clients {
		c.look(t, &pictures[i])
	}
	for n := range 12 {
		b.turnBack(1, world.Vec3{X: 1, Y: float64(n)})
		b.tick(1)
		is, _ := b.Space().Get(leader)
		late := 0
		for i, c := range clients {
			c.look(t, &pictures[i])
			knows := pictures[i].courses[leader].Point.Sub(is.Point).Len() < 1e-4
			if i >= 1 && i <= 3 && !knows {
				t.Fatalf("tick %d: player %d flies by a ship that has turned, and does not know", n, i+1)
			}
			if !knows {
				late++
			}
		}
		if late == 0 {
			t.Fatal("nobody has to wait")
		}
	}
}

func TestSlowSystemsHaveNoCohorts(t *testing.T) {
	for hz, want := range map[float64]int{1: 1, 4: 1, 5: 2, 10: 3, 60: 3} {
		if got := (&rota{}).wanted(100, 1, hz); got != want {
			t.Errorf("%d cohorts at %g ticks a second, want %d", got, hz, want)
		}
	}
	if got := (&rota{}).wanted(1e6, -1, 10); got != 1 {
		t.Errorf("%d cohorts where there are to be none", got)
	}
}

func TestNumberOfCohortsDoesNotFlap(t *testing.T) {
	r := &rota{}
	for _, step := range []struct{ players, want int }{{99, 1}, {100, 2}, {80, 2}, {79, 1}, {400, 3}, {320, 3}, {319, 2}, {0, 1}} {
		r.begin(r.wanted(step.players, 100, 10))
		if r.cohorts != step.want {
			t.Errorf("%d cohorts with %d players, want %d", r.cohorts, step.players, step.want)
		}
		r.end()
	}
}
