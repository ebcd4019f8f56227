package system

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// nearBy sets from how many players on there are cohorts, and how many are near.
func nearBy(from, n int) func(*Config) { return func(c *Config) { c.CohortsFrom, c.Near = from, n } }

// melee is players who fly, come and go in one bubble, things that are launched and
// vanish, and what each client knows of all that.
type melee struct {
	*bench
	rng      *rand.Rand
	clients  map[world.CharacterID]*client
	pictures map[world.CharacterID]*picture
	things   []world.EntityID
	next     world.CharacterID
}

func newMelee(t testing.TB, seed uint64, players int, change func(*Config)) *melee {
	m := &melee{bench: newBench(t, echoes, change), rng: rand.New(rand.NewPCG(seed, 5)), next: 1,
		clients: map[world.CharacterID]*client{}, pictures: map[world.CharacterID]*picture{}}
	for range players {
		m.enter()
	}
	m.tick(5)
	m.look()
	return m
}

func (m *melee) place() world.Vec3 {
	return somewhere.Add(world.Vec3{X: m.rng.NormFloat64(), Y: m.rng.NormFloat64(), Z: m.rng.NormFloat64()}.Scale(8e3))
}

func (m *melee) enter() {
	c := newClient()
	m.clients[m.next], m.pictures[m.next] = c, &picture{}
	m.post(Enter{Character: Character{ID: m.next, Name: "P", System: 1, Ship: wren(m.place())}, Client: c, Reason: "login"})
	m.next++
}

func (m *melee) someone() *Player { return m.Players()[m.rng.IntN(len(m.Players()))] }

// act does something that changes what there is to be seen.
func (m *melee) act() {
	switch n := m.rng.IntN(24); {
	case n == 0 && len(m.clients) < 40:
		m.enter()
	case n == 1 && len(m.clients) > 20:
		p := m.someone()
		delete(m.clients, p.ID)
		m.post(Leave{Player: p.ID, Reason: "logout"})
	case n <= 3:
		if id, err := m.Spawn(Spawn{Ship: *wren(m.place())}); err == nil {
			m.things = append(m.things, id)
		}
	case n == 4 && len(m.things) > 0:
		m.Remove(m.things[0])
		m.things = m.things[1:]
	case n == 5:
		if c := m.clients[m.someone().ID]; c != nil {
			c.lost = true
		}
	case n == 6: // the pilot finds itself in another ship
		p := m.someone()
		at, _ := m.Space().Place(p.Ship)
		m.things = append(m.things, p.Ship)
		if id, err := m.Spawn(Spawn{Ship: *wren(at)}); err == nil {
			_ = m.SetShip(p, id)
		}
	case n == 7:
		_ = m.Space().Orbit(m.someone().Ship, m.someone().Ship, 500)
	case n == 8:
		_ = m.SetSpeed(m.someone().Ship, 100+300*m.rng.Float64())
	default:
		m.turn(m.someone().Ship)
	}
}

func (m *melee) turn(id world.EntityID) {
	_ = m.Space().Direction(id, world.Vec3{X: m.rng.Float64() - 0.5, Y: m.rng.Float64() - 0.5, Z: m.rng.Float64()})
}

// look takes in what everybody was sent. What a client is told of in a tick is as it
// is at that tick.
func (m *melee) look() {
	m.t.Helper()
	for id, c := range m.clients {
		p := m.pictures[id]
		c.look(m.t, p)
	}
}

func knows(p *picture, is physics.State) bool {
	known, ok := p.courses[is.ID]
	return ok && known.Mode == uint8(is.Mode) && known.Target == is.Target && known.Point.Dist(is.Point) < 1e-3
}

// nearest are the n ships of other pilots that are nearest to a player's.
func (m *melee) nearest(p *Player, n int) []physics.State {
	var all []physics.State
	own, _ := m.Space().Get(p.Ship)
	for _, other := range m.Players() {
		if st, ok := m.Space().Get(other.Ship); ok && other != p {
			all = append(all, st)
		}
	}
	slices.SortFunc(all, func(a, b physics.State) int {
		if a.Pos.Dist(own.Pos) < b.Pos.Dist(own.Pos) {
			return -1
		}
		return 1
	})
	return all[:min(n, len(all))]
}

// Of the nearest, of whatever is nearer than they are, and of their own ship players
// know in every tick what it does, and that it is gone. Of the others they know it a
// little later. What is not there is not seen for long.
func TestNearIsKnownAtOnceAndAllSoon(t *testing.T) {
	const closest = 5
	for seed := range uint64(12) {
		m := newMelee(t, seed, 30, nearBy(4, 2*closest))
		late := 0
		for range 250 {
			for range 1 + m.rng.IntN(4) {
				m.act()
			}
			m.tick(1)
			m.look()
			late += m.check(closest)
		}
		if late == 0 {
			t.Errorf("seed %d: the far are never told of in turns", seed)
		}
		m.tick(mostCohorts + 1)
		m.look()
		for id := range m.clients {
			if err := m.compare(m.pictures[id]); err != nil {
				t.Fatalf("seed %d, player %d: %v", seed, id, err)
			}
		}
	}
}

// check looks at who knows what, and counts what somebody does not know yet.
func (m *melee) check(closest int) (late int) {
	m.t.Helper()
	for id := range m.clients {
		p, pic := m.Player(id), m.pictures[id]
		if p == nil || p.waits() || p.view == nil || p.shown == 0 || p.client.(*client).lost {
			continue
		}
		near := m.nearest(p, closest)
		own, _ := m.Space().Get(p.Ship)
		for _, st := range append(near, own) {
			if !knows(pic, st) {
				m.t.Fatalf("tick %d: player %d does not know what %d does, %g m away: %+v, and it is %+v",
					m.Tick(), id, st.ID, st.Pos.Dist(own.Pos), pic.courses[st.ID], st.Motion)
			}
		}
		reach := near[len(near)-1].Pos.Dist(own.Pos)
		for other := range m.entities.byID {
			st, _ := m.Space().Get(other)
			if knows(pic, st) {
				continue
			}
			if late++; st.Pos.Dist(own.Pos) < reach {
				m.t.Fatalf("tick %d: player %d does not know of %d among the nearest", m.Tick(), id, other)
			}
		}
		for other, known := range pic.courses {
			if m.entities.byID[other] == nil && known.Pos.Dist(own.Pos) < reach/2 {
				m.t.Fatalf("tick %d: player %d still sees %d near by", m.Tick(), id, other)
			}
		}
	}
	return late
}
