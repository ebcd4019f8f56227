package system

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hotshard/runtime/gate/wire"
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
	c.keeps = m.next%2 == 0
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
	for seed := range uint64(5) {
		m := newMelee(t, seed, 30, nearBy(4, 2*closest))
		late := 0
		for range 150 {
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

// Whom and what one heeds is known at once, wherever it is and whatever it flies.
func TestHeededIsKnownAtOnce(t *testing.T) {
	m := newMelee(t, 1, 30, nearBy(4, -1))
	thing, err := m.Spawn(Spawn{Ship: *wren(m.place())})
	if err != nil {
		t.Fatal(err)
	}
	m.tick(mostCohorts)
	m.look()
	if err := m.Heed(m.Player(1), "locks", []world.EntityID{thing}, nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Heed(m.Player(1), "fleet", nil, []world.CharacterID{2, 3}); err != nil {
		t.Fatal(err)
	}
	late := 0
	for n := range 60 {
		if n == 30 { // into another ship
			at, _ := m.Space().Place(m.Player(2).Ship)
			id, _ := m.Spawn(Spawn{Ship: *wren(at)})
			if err := m.SetShip(m.Player(2), id); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []world.EntityID{thing, m.Player(2).Ship, m.Player(3).Ship, m.Player(4).Ship} {
			m.turn(id)
		}
		m.tick(1)
		m.look()
		for _, id := range []world.EntityID{thing, m.Player(2).Ship, m.Player(3).Ship} {
			if st, _ := m.Space().Get(id); !knows(m.pictures[1], st) {
				t.Fatalf("tick %d: player 1 does not know what %d does", n, id)
			}
		}
		if st, _ := m.Space().Get(m.Player(4).Ship); !knows(m.pictures[1], st) {
			late++
		}
	}
	if late == 0 {
		t.Error("the fourth, whom nobody heeds, is known at once, too")
	}
}

func TestWhatIsHeededEndsWithEither(t *testing.T) {
	m := newMelee(t, 1, 4, nearBy(4, -1))
	thing, _ := m.Spawn(Spawn{Ship: *wren(somewhere)})
	e := m.entities.byID[thing]
	if err := m.Heed(m.Player(1), "locks", []world.EntityID{thing, thing, 99}, []world.CharacterID{2, 77}); err != nil {
		t.Fatal(err)
	}
	if err := m.Heed(m.Player(3), "locks", []world.EntityID{thing}, nil); err != nil {
		t.Fatal(err)
	}
	if n := len(m.Player(1).heeds); n != 3 || len(e.by) != 3 || len(m.Player(2).by) != 1 {
		t.Errorf("player 1 heeds %d things, the thing is heeded by %d, player 2 by %d", n, len(e.by), len(m.Player(2).by))
	}
	m.Kick(m.Player(2), "test")
	m.tick(1)
	m.Remove(thing)
	if n := len(m.Player(1).heeds) + len(m.Player(3).heeds); n != 0 {
		t.Errorf("%d things are heeded that are gone", n)
	}
	for i := range MostMatters {
		if err := m.Heed(m.Player(1), string(rune('a'+i)), nil, []world.CharacterID{3}); err != nil {
			t.Fatal(err)
		}
	}
	if m.Heed(m.Player(1), "one more", nil, []world.CharacterID{3}) == nil {
		t.Error("there is no end of matters")
	}
	if m.Heed(m.Player(1), "a", make([]world.EntityID, MostHeeded+1), nil) == nil {
		t.Error("there is no end of what is heeded")
	}
	if err := m.Heed(m.Player(1), "a", nil, nil); err != nil || len(m.Player(1).heeds) != MostMatters-1 {
		t.Errorf("after an end player 1 heeds %d players (%v)", len(m.Player(1).heeds), err)
	}
}

// drift is how far off a course may be drawn that was changed a wait ago and not heard
// of: a ship pushes with its greatest speed over tau, so the two courses part by no
// more than twice that.
func drift(st *physics.State, wait float64) float64 { return st.Speed / st.Tau * wait * wait }

// What is drawn of the far, between their turns, is off by no more than a ship can
// depart from its course in that time: 4 m for a Wren, and a fraction of a degree.
func TestTheFarAreDrawnWithinBounds(t *testing.T) {
	const rounding = 1 // m, of what is packed, and of ships that turn by what they hear late
	for seed := range uint64(6) {
		m := newMelee(t, seed, 40, nearBy(4, 4))
		var all []*follower
		for _, c := range m.clients {
			c.codec, c.frames, c.lost = wire.Binary, nil, true
			all = append(all, &follower{client: c, mirror: physics.NewMirror()})
		}
		worst, angle, off := 0.0, 0.0, 0
		for n := range 400 {
			for range 4 {
				m.turn(m.someone().Ship)
			}
			m.tick(1)
			for i, f := range all {
				if f.follow(m.bench); n < 10 {
					continue
				}
				d, a := m.error(f, m.Players()[i%len(m.Players())], &off, rounding)
				worst, angle = max(worst, d), max(angle, a)
			}
		}
		t.Logf("seed %d: off by %.2f m, and %.2f degrees, at most", seed, worst, angle)
		if off > 0 || worst == 0 {
			t.Errorf("seed %d: %d courses are further off than a ship can depart; %.2f m at most", seed, off, worst)
		}
	}
}

// error is how far the worst of what a client draws is from where it is, in metres and,
// as seen from a player's ship and not from next to it, in degrees.
func (m *melee) error(f *follower, p *Player, off *int, rounding float64) (metres, degrees float64) {
	own, _ := m.Space().Place(p.Ship)
	for id := range m.entities.byID {
		is, _ := m.Space().Get(id)
		got, known := f.mirror.Get(id)
		if !known {
			continue
		}
		d := got.Pos.Dist(is.Pos)
		if d > drift(&is, longestWait)+rounding {
			*off++
		}
		metres = max(metres, d)
		if away := is.Pos.Dist(own); away > 1000 {
			degrees = max(degrees, math.Atan2(d, away)*180/math.Pi)
		}
	}
	return metres, degrees
}

// A pilot whose ship is lost and who is in a pod at once is sent no snapshot, where the
// client can do without, and misses nothing.
func TestAPodKeepsTheView(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		for _, players := range []int{3, 30} { // all told at once, and in turns
			m := newMelee(t, 1, players, nearBy(4, 3))
			c, pic := m.clients[1], m.pictures[1]
			c.keeps = keeps
			m.die(m.Player(1))
			var got []string
			for range 4 {
				m.turn(m.Player(2).Ship)
				m.tick(1)
				got = append(got, words(c)...)
				m.look()
			}
			if snapshots := count(got, "snapshot"); (snapshots == 0) != keeps || count(got, "system") != 1 {
				t.Errorf("keeps %v, %d players: a new pod is told by %v", keeps, players, got)
			}
			if err := m.compare(pic); err != nil {
				t.Errorf("keeps %v, %d players: %v", keeps, players, err)
			}
		}
	}
}

// die does what the game does when a ship is lost.
func (m *melee) die(p *Player) {
	at, _ := m.Space().Place(p.Ship)
	m.Remove(p.Ship)
	pod, err := m.Spawn(Spawn{Ship: *wren(at)})
	if err == nil {
		err = m.SetShip(p, pod)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// words are the kinds of what a client has got, which stays.
func words(c *client) []string {
	var out []string
	for _, m := range c.frames {
		switch {
		case m.Snapshot != nil:
			out = append(out, "snapshot")
		case m.Delta != nil:
			out = append(out, "delta")
		default:
			out = append(out, m.Event)
		}
	}
	return out
}

func count(of []string, word string) (n int) {
	for _, w := range of {
		if w == word {
			n++
		}
	}
	return n
}

// Whoever is elsewhere after a loss, or docked, or nowhere, sees what is there.
func TestAViewIsKeptInItsPlaceOnly(t *testing.T) {
	for what, lose := range map[string]func(m *melee, p *Player){
		"far away": func(m *melee, p *Player) {
			m.Remove(p.Ship)
			id, _ := m.Spawn(Spawn{Ship: *wren(somewhere.Add(world.Vec3{Y: 1e9}))})
			_ = m.SetShip(p, id)
		},
		"nowhere": func(m *melee, p *Player) { m.Remove(p.Ship) },
		"docked":  func(m *melee, p *Player) { _ = m.Dock(p, stationID) },
		"gone":    func(m *melee, p *Player) { m.Remove(p.Ship); m.Kick(p, "test") },
		"another client": func(m *melee, p *Player) {
			m.die(p)
			m.clients[1] = newClient()
			m.post(Attach{Player: 1, Client: m.clients[1]})
		},
		"lost": func(m *melee, p *Player) { m.die(p); m.post(Detach{Player: 1, Client: m.clients[1]}) },
	} {
		m := newMelee(t, 1, 6, nearBy(4, 3))
		p, v := m.Player(1), m.Player(1).view
		m.clients[1].keeps = true
		lose(m, p)
		m.tick(3)
		watchers := map[string]int{"another client": 6, "lost": 6}[what]
		if watchers == 0 {
			watchers = 5
		}
		if v.watchers != watchers || p.kept {
			t.Errorf("%s: %d look at the place, want %d", what, v.watchers, watchers)
		}
		if got := words(m.clients[1]); (what == "far away" || what == "another client") != (count(got, "snapshot") == 1) {
			t.Errorf("%s: the client got %v", what, got)
		}
	}
}
