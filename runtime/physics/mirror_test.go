package physics

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"

	"hotshard/runtime/world"
)

var update = flag.Bool("update", false, "write testdata/motion.json anew")

// wireRound is what a compact codec leaves of a Motion: centimetres and mm/s.
func wireRound(m Motion) Motion {
	round := func(v world.Vec3, unit float64) world.Vec3 {
		return world.Vec3{X: math.Round(v.X/unit) * unit, Y: math.Round(v.Y/unit) * unit, Z: math.Round(v.Z/unit) * unit}
	}
	m.Pos, m.Vel = round(m.Pos, 0.01), round(m.Vel, 0.001)
	m.Tau, m.Speed = float64(float32(m.Tau)), float64(float32(m.Speed))
	return m
}

// client plays a player's page: it hears what Changed and Bubbles say, late by
// some ticks, and extrapolates in between.
type client struct {
	t     *testing.T
	s     *Space
	late  int
	m     *Mirror
	queue [][]news
	whole bool // it is told of turns as of everything else
	turns int  // heard of
}

type news struct {
	id           world.EntityID
	gone, turned bool
	told         Motion
}

func (c *client) step() {
	must(c.t, c.s.Step(tick))
	var now []news
	tell := func(id world.EntityID, turned bool) {
		st, ok := c.s.Get(id)
		switch {
		case ok && turned && !c.whole:
			c.turns++
			told := wireRound(Motion{Mode: st.Mode, Target: st.Target, Point: st.Point, Range: st.Range})
			now = append(now, news{id: id, turned: true, told: told})
		case ok:
			now = append(now, news{id: id, told: wireRound(st.Motion)})
		}
	}
	for b := range c.s.Bubbles() {
		for _, left := range b.Left {
			if _, ok := c.s.Get(left.ID); !ok {
				now = append(now, news{id: left.ID, gone: true})
			}
		}
		for _, id := range b.Joined {
			tell(id, false)
		}
	}
	for _, n := range c.s.Changed() {
		tell(n.ID, n.Turned)
	}
	c.m.Step(tick)
	c.queue = append(c.queue, now)
	if len(c.queue) <= c.late {
		return
	}
	for _, n := range c.queue[0] {
		switch {
		case n.gone:
			c.m.Remove(n.id)
		case n.turned:
			if !c.m.Turn(n.id, n.told, c.late+1, tick) {
				c.t.Fatalf("the client cannot follow a turn of %d", n.id)
			}
		default:
			c.m.SetLate(n.id, n.told, c.late, tick)
		}
	}
	c.queue = c.queue[1:]
}

// drift returns how far off the client is, at most and on average.
func (c *client) drift() (most, mean float64) {
	n := 0.0
	for id := range c.s.index {
		real, seen := get(c.t, c.s, id), Motion{}
		seen, _ = c.m.Get(id)
		if real.Fixed || real.Mode == Tunnel {
			continue
		}
		d := real.Pos.Dist(seen.Pos)
		most, mean, n = max(most, d), mean+d, n+1
	}
	return most, mean / max(1, n)
}

// fleet is what a client sees much of: ships that orbit, follow and keep range,
// some of a target that turns now and then.
func fleet(t testing.TB, s *Space, ships int) *scenario {
	p := newScenario(t, s, 21, ships, 20e3)
	for i, id := range p.ids {
		must(t, s.SetMaxSpeed(id, 300+p.rng.Float64()*200))
		switch to := p.ids[i/10*10]; {
		case id == to:
			must(t, s.SetMaxSpeed(id, 100+p.rng.Float64()*150))
			must(t, s.SetHandling(id, 1e6*(1+p.rng.Float64()), 1+p.rng.Float64()*3))
			must(t, s.Orbit(id, p.planets[0], 10e3))
		case i%3 == 0:
			must(t, s.Orbit(id, to, 3e3))
		case i%3 == 1:
			must(t, s.KeepRange(id, to, 2e3))
		default:
			must(t, s.Approach(id, to))
		}
	}
	return p
}

// How far a client drifts from the truth between corrections, which come about
// every ten seconds. One that takes news in at the tick it is of has only the
// rounding of the wire. One that has flown on for three ticks before it hears has
// to guess how the targets flew meanwhile. The figures are those of MOTION.md.
func TestClientsDriftLittle(t *testing.T) {
	for _, c := range []struct {
		late       int
		turns      bool
		most, mean float64
	}{
		{0, false, 1, 0.02}, {0, true, 1, 0.02}, {3, false, 60, 2}, {3, true, 150, 5},
	} {
		s := newSpace(t, Config{Seed: 4})
		p := fleet(t, s, 200)
		cl := &client{t: t, s: s, late: c.late, m: NewMirror()}
		for _, id := range p.planets {
			cl.m.Set(id, get(t, s, id).Motion)
		}
		messages, most, sum := 0, 0.0, 0.0
		for i := range 600 {
			if c.turns && i%50 == 0 {
				for _, leader := range []int{0, 50, 100} {
					must(t, s.Direction(p.ids[leader], p.vec(1)))
				}
			}
			cl.step()
			if i > 20 { // before that the first news is not there yet
				a, b := cl.drift()
				most, sum = max(most, a), sum+b
			}
			messages += len(s.Changed())
		}
		mean := sum / 579
		t.Logf("%d ticks late, turns %v: at most %.3f m off, on average %.4f m, %.1f messages a ship and minute", c.late, c.turns, most, mean, float64(messages)/200)
		if most > c.most || mean > c.mean {
			t.Errorf("%d ticks late, turns %v: at most %.3f m off, on average %.4f m", c.late, c.turns, most, mean)
		}
	}
}

// Who is told of turns only as such follows as well as who is told of everything
// as a whole: what errors there are do not add up.
func TestTurnsAreFollowed(t *testing.T) {
	for _, late := range []int{0, 3} {
		_, most, mean := followTurns(t, late, true)
		turns, mostTurning, meanTurning := followTurns(t, late, false)
		t.Logf("%d ticks late: at most %.2f m off and on average %.4f m, without turns %.2f and %.4f", late, mostTurning, meanTurning, most, mean)
		if turns < 0.6 {
			t.Errorf("only %.2f of the changes were turns", turns)
		}
		if mostTurning > most+1 || meanTurning > mean+0.01 {
			t.Errorf("%d ticks late: at most %.2f m off and on average %.4f m, without turns %.2f and %.4f", late, mostTurning, meanTurning, most, mean)
		}
	}
}

// followTurns flies ships that take another course every five seconds. It returns
// which share of the changes were turns, and how far off a client was.
func followTurns(t *testing.T, late int, whole bool) (turns, most, mean float64) {
	s := newSpace(t, Config{Seed: 5})
	p := newScenario(t, s, 22, 100, 20e3)
	cl := &client{t: t, s: s, late: late, whole: whole, m: NewMirror()}
	for _, id := range p.planets {
		cl.m.Set(id, get(t, s, id).Motion)
	}
	const steps, settling = 1200, 20
	changes, sum := 0, 0.0
	for i := range steps {
		for k, id := range p.ids {
			if (i+7*k)%50 == 0 {
				p.turn(id)
			}
		}
		cl.step()
		changes += len(s.Changed())
		if i >= settling {
			a, b := cl.drift()
			most, sum = max(most, a), sum+b
		}
	}
	return float64(cl.turns) / float64(changes), most, sum / (steps - settling)
}

// turn gives a ship another course, any that a player may choose.
func (p *scenario) turn(id world.EntityID) {
	switch p.rng.IntN(10) {
	case 0:
		must(p.t, p.s.Stop(id))
	case 1, 2:
		must(p.t, p.s.Orbit(id, p.other(id), 500+5000*p.rng.Float64()))
	case 3:
		must(p.t, p.s.Approach(id, p.planets[0]))
	case 4, 5, 6:
		must(p.t, p.s.GoTo(id, p.vec(20e3)))
	default:
		must(p.t, p.s.Direction(id, p.vec(1)))
	}
}

// other is some other ship.
func (p *scenario) other(id world.EntityID) world.EntityID {
	for {
		if o := p.ids[p.rng.IntN(len(p.ids))]; o != id {
			return o
		}
	}
}

func TestTurnIsTakenInOnce(t *testing.T) {
	m := NewMirror()
	m.Set(1, Motion{Mode: Direction, Point: world.Vec3{X: 1}, Speed: 100, Tau: 3})
	m.Step(tick)
	m.Step(tick)
	up := Motion{Mode: Direction, Point: world.Vec3{Z: 1}}
	if m.Turn(1, up, 3, tick) || m.Turn(1, up, 0, tick) || m.Turn(2, up, 1, tick) {
		t.Error("a turn before the body was known, one to come, and one of nobody")
	}
	if !m.Turn(1, up, 1, tick) {
		t.Fatal("a turn in the last step")
	}
	want, _ := m.Get(1)
	if m.Turn(1, Motion{Mode: Stop}, 2, tick) {
		t.Error("a turn before the last one known")
	}
	if got, _ := m.Get(1); got != want || got.Vel.Z <= 0 || got.Vel.X <= 0 {
		t.Errorf("%+v", got)
	}
	for range 2 * trailSteps {
		m.Step(tick)
	}
	if m.Turn(1, up, trailSteps, tick) || !m.Turn(1, Motion{}, trailSteps-1, tick) {
		t.Error("the trail is as long as it is")
	}
}

func TestMirrorForgets(t *testing.T) {
	m := NewMirror()
	for id := range world.EntityID(5) {
		m.Set(id+1, Motion{Mode: Direction, Point: world.Vec3{X: 1}, Speed: 1, Tau: 1})
	}
	m.Remove(2)
	m.Remove(2)
	m.Step(1)
	m.Step(math.Inf(1))
	if _, ok := m.Get(2); ok || m.Len() != 4 {
		t.Errorf("%d left", m.Len())
	}
	if b, _ := m.Get(5); b.Pos.X == 0 {
		t.Error("5 was forgotten with 2")
	}
	m.Clear()
	if m.Len() != 0 {
		t.Errorf("%d left", m.Len())
	}
}

// vector is one line of testdata/motion.json: after ticks steps of dt, body ends
// as want. The target flies by its own law at the same time.
type vector struct {
	Name   string  `json:"name"`
	DT     float64 `json:"dt"`
	Ticks  int     `json:"ticks"`
	Body   jsonM   `json:"body"`
	Target *jsonM  `json:"target,omitempty"`
	Want   jsonM   `json:"want"`
}

// jsonM is a Motion as JSON has it.
type jsonM struct {
	Mode   Mode       `json:"mode"`
	Pos    [3]float64 `json:"pos"`
	Vel    [3]float64 `json:"vel"`
	Target int        `json:"target,omitempty"`
	Point  [3]float64 `json:"point"`
	Range  float64    `json:"range"`
	Speed  float64    `json:"speed"`
	Tau    float64    `json:"tau"`
	Radius float64    `json:"radius"`
}

func toJSON(m Motion) jsonM {
	v := func(v world.Vec3) [3]float64 { return [3]float64{v.X, v.Y, v.Z} }
	return jsonM{m.Mode, v(m.Pos), v(m.Vel), int(m.Target), v(m.Point), m.Range, m.Speed, m.Tau, m.Radius}
}

func vectors() []vector {
	at := Motion{Pos: world.Vec3{X: 1000, Y: -500, Z: 250}, Vel: world.Vec3{X: 40, Y: 90, Z: -10}, Speed: 300, Tau: 4, Radius: 40}
	still := Motion{Pos: world.Vec3{X: 12e3, Y: 4e3}, Tau: 8, Radius: 1500}
	hare := Motion{Mode: Direction, Point: world.Vec3{Y: 1}, Pos: world.Vec3{X: 9e3}, Vel: world.Vec3{X: 100}, Speed: 220, Tau: 6, Radius: 80}
	mutual := Motion{Mode: Approach, Target: 1, Pos: world.Vec3{X: 9e3}, Speed: 100, Tau: 6, Radius: 80, Range: 50}
	var all []vector
	add := func(name string, ticks int, target *Motion, set func(*Motion)) {
		body := at
		set(&body)
		m := NewMirror()
		v := vector{Name: name, DT: tick, Ticks: ticks}
		if target != nil {
			body.Target = 2
			m.Set(2, *target)
			j := toJSON(*target)
			v.Target = &j
		}
		m.Set(1, body)
		for range ticks {
			m.Step(tick)
		}
		want, _ := m.Get(1)
		v.Body, v.Want = toJSON(body), toJSON(want)
		all = append(all, v)
	}
	add("stop", 30, nil, func(m *Motion) {})
	add("stop, at rest", 200, nil, func(m *Motion) {})
	add("direction", 30, nil, func(m *Motion) { m.Mode, m.Point = Direction, world.Vec3{Z: 1} })
	add("align", 30, nil, func(m *Motion) { m.Mode, m.Point = Align, world.Vec3{Y: -1} })
	add("goto, under way", 100, nil, func(m *Motion) { m.Mode, m.Point = GoTo, world.Vec3{X: 9e3} })
	add("goto, there", 900, nil, func(m *Motion) { m.Mode, m.Point = GoTo, world.Vec3{X: 9e3} })
	for _, t := range []struct {
		name string
		m    *Motion
	}{{"a station", &still}, {"a ship", &hare}, {"who follows back", &mutual}} {
		for _, ticks := range []int{1, 50, 400} {
			add("approach "+t.name, ticks, t.m, func(m *Motion) { m.Mode, m.Range = Approach, 50 })
			add("orbit "+t.name, ticks, t.m, func(m *Motion) { m.Mode, m.Range, m.Point = Orbit, 3000, world.Vec3{Z: 1} })
			add("keep range of "+t.name, ticks, t.m, func(m *Motion) { m.Mode, m.Range = KeepRange, 20e3 })
		}
	}
	add("follow", 30, &hare, func(m *Motion) { m.Mode, m.Speed, m.Tau = Follow, 2000, 2 })
	for _, ticks := range []int{10, 60, 100, 200, 300, 600} {
		add("warp", ticks, nil, func(m *Motion) { m.Mode, m.Range, m.Point = Warp, 3*world.AU, world.Vec3{X: 1e12, Y: 2e11} })
	}
	add("a short warp", 150, nil, func(m *Motion) { m.Mode, m.Range, m.Point = Warp, 3*world.AU, world.Vec3{Z: 400e3} })
	return all
}

// The vectors are for those who write the law in another language.
func TestGoldenVectors(t *testing.T) {
	const file = "testdata/motion.json"
	got := vectors()
	if *update {
		text, err := json.MarshalIndent(got, "", " ")
		must(t, err)
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, append(text, '\n'), 0o644))
	}
	text, err := os.ReadFile(file)
	must(t, err)
	var want []vector
	must(t, json.Unmarshal(text, &want))
	if len(want) != len(got) {
		t.Fatalf("%d vectors in the file, not %d: go test ./runtime/physics -run Golden -update", len(want), len(got))
	}
	for i, w := range want {
		g := got[i].Want
		for k := range 3 {
			if math.Abs(g.Pos[k]-w.Want.Pos[k]) > 1e-3 || math.Abs(g.Vel[k]-w.Want.Vel[k]) > 1e-3+1e-9*math.Abs(g.Vel[k]) || g.Mode != w.Want.Mode {
				t.Errorf("%s, %d ticks: %+v, not %+v", w.Name, w.Ticks, g, w.Want)
				break
			}
		}
	}
}
