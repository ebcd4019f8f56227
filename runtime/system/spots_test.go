package system

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// clumps is players whose ships fly about in clumps, and come and go.
type clumps struct {
	rng   *rand.Rand
	space *physics.Space
	here  []*Player
	next  world.EntityID
	spots
}

func (c *clumps) come() {
	clump := world.Vec3{X: float64(c.rng.IntN(3)) * 4e4, Y: float64(c.rng.IntN(2)) * 1e3}
	spread := math.Pow(10, 1+3*c.rng.Float64())
	at := clump.Add(world.Vec3{X: c.rng.NormFloat64(), Y: c.rng.NormFloat64(), Z: c.rng.NormFloat64()}.Scale(spread))
	if c.rng.IntN(10) == 0 {
		at = clump // some are exactly where others are
	}
	p := &Player{ID: world.CharacterID(c.next), Ship: c.next}
	c.next++
	if err := c.space.Add(physics.Spec{ID: p.Ship, Pos: at, Mass: 1e6, Agility: 3, MaxSpeed: 300, Vel: world.Vec3{X: 300 * c.rng.Float64()}}); err != nil {
		panic(err)
	}
	c.here = append(c.here, p)
	c.add(p, unknown)
}

func (c *clumps) goAway() {
	i := c.rng.IntN(len(c.here))
	c.drop(c.here[i])
	c.space.Remove(c.here[i].Ship)
	c.here = slices.Delete(c.here, i, i+1)
}

func (c *clumps) distances(from world.Vec3) []float64 {
	var out []float64
	for _, p := range c.here {
		at, _ := c.space.Place(p.Ship)
		out = append(out, at.Dist(from))
	}
	slices.Sort(out)
	return out
}

// Whatever comes, goes and flies, the tree answers as looking at all would.
func TestSpotsAreThoseOfAll(t *testing.T) {
	for seed := range uint64(6) {
		c := &clumps{rng: rand.New(rand.NewPCG(seed, 3)), space: physics.New(physics.Config{Seed: seed}), next: world.FirstDynamicID}
		for range 100 {
			c.come()
		}
		for tick := range world.Tick(60) {
			for range c.rng.IntN(20) {
				if c.rng.IntN(2) == 0 || len(c.here) < 2 {
					c.come()
				} else {
					c.goAway()
				}
			}
			if err := c.space.Step(0.1); err != nil {
				t.Fatal(err)
			}
			c.follow(c.space, tick)
			c.check(t)
		}
	}
}

func (c *clumps) check(t *testing.T) {
	t.Helper()
	for range 10 {
		p := c.here[c.rng.IntN(len(c.here))]
		at, _ := c.space.Place(p.Ship)
		all, k := c.distances(at), 1+c.rng.IntN(len(c.here)+2)
		want := math.Inf(1)
		if k <= len(all) {
			want = all[k-1]
		}
		if got := c.kth(at, k, math.Pow(10, 5*c.rng.Float64())); got != want && !(math.Abs(got-want) < 1e-3) {
			t.Fatalf("number %d of %d is %g m away, not %g", k, len(all), got, want)
		}
		c.list[p.spot].reach = c.rng.Float64() * 2e4
	}
	c.raise()
	for range 10 {
		at := world.Vec3{X: c.rng.Float64() * 9e4, Y: c.rng.Float64() * 2e3}
		var want []*Player
		for _, p := range c.here {
			if is, _ := c.space.Place(p.Ship); is.Dist(at) <= c.of(p) {
				want = append(want, p)
			}
		}
		got := c.concerned(at, nil)
		byID := func(p, q *Player) int { return int(p.ID) - int(q.ID) }
		slices.SortFunc(got, byID)
		slices.SortFunc(want, byID)
		if !slices.Equal(got, want) {
			t.Fatalf("%d are concerned, not %d", len(got), len(want))
		}
	}
}

func BenchmarkSpots(b *testing.B) {
	c := &clumps{rng: rand.New(rand.NewPCG(1, 3)), space: physics.New(physics.Config{Seed: 1}), next: world.FirstDynamicID}
	for range 8000 {
		c.come()
	}
	var out []*Player
	b.Run("follow", func(b *testing.B) {
		for n := range b.N {
			c.follow(c.space, world.Tick(n+1))
		}
	})
	b.Run("kth", func(b *testing.B) {
		for n := range b.N {
			at := &c.list[n%len(c.list)]
			at.reach = c.kth(at.at, 61, 1.1*max(at.reach, 100))
		}
	})
	c.raise()
	b.Run("concerned", func(b *testing.B) {
		for n := range b.N {
			out = c.concerned(c.list[n%len(c.list)].at, out[:0])
		}
	})
}
