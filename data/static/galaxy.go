package static

import (
	"math"
	"math/rand/v2"
	"slices"

	"hotshard/runtime/world"
)

// galaxyRadius is the radius of the generated disc in metres: some 48 light
// years, which puts neighbouring systems about one light year apart.
const galaxyRadius = 4.5e17

const (
	systemsPerConstellation = 8 // on average, from
	minConstellation        = 5 // to
	maxConstellation        = 12
	constellationsPerRegion = 14.5 // on average
)

// galaxy is a universe in the making. Until build, places are points of the unit
// disc and systems, constellations and regions are known by their indices.
type galaxy struct {
	seed           uint64
	regions        []region
	constellations []constellation
	systems        []star
	corporations   []string  // names
	near           [][]int32 // of each constellation: its neighbours, see gabriel
}

type point struct{ x, z float64 }

func (a point) dist(b point) float64 { return math.Hypot(a.x-b.x, a.z-b.z) }

type region struct {
	name   string
	centre point
}

type constellation struct {
	name   string
	centre point
	region int
	first  int // its systems are first to first+count-1
	count  int
}

type star struct {
	name          string
	at            point
	pos           world.Vec3 // metres
	constellation int
	security      float64
	links         []int // the systems its gates lead to
}

// newGalaxy shares the systems out among constellations of 5 to 12 (of fewer, if
// there are fewer in all).
func newGalaxy(seed uint64, systems int) *galaxy {
	n := max(1, (systems+systemsPerConstellation/2)/systemsPerConstellation)
	g := &galaxy{seed: seed, constellations: make([]constellation, n), systems: make([]star, systems)}
	for i := range g.constellations {
		g.constellations[i].count = systems*(i+1)/n - systems*i/n
	}
	// Even shares at first; then single systems move from one to another.
	r := g.random(forSystems, 0)
	for range 4 * n {
		from, to := &g.constellations[r.IntN(n)], &g.constellations[r.IntN(n)]
		if from.count > minConstellation && to.count < maxConstellation {
			from.count--
			to.count++
		}
	}
	first := 0
	for i := range g.constellations {
		c := &g.constellations[i]
		c.first = first
		for j := range c.count {
			g.systems[first+j].constellation = i
		}
		first += c.count
	}
	return g
}

// placeConstellations spreads the constellations over the disc, denser towards
// the middle: of a dozen random places, each takes the one farthest from those
// already taken, measured by the spacing wanted there (Mitchell's best-candidate
// sampling).
func (g *galaxy) placeConstellations() {
	r := g.random(forConstellations, 0)
	spacing := func(p point) float64 { return 0.6 + math.Hypot(p.x, p.z) }
	for i := range g.constellations {
		best := -1.0
		for range 12 {
			p := inDisc(r)
			nearest := math.MaxFloat64
			for j := range g.constellations[:i] {
				nearest = min(nearest, p.dist(g.constellations[j].centre))
			}
			if score := nearest / spacing(p); score > best {
				best, g.constellations[i].centre = score, p
			}
		}
	}
	g.near = gabriel(g.centres())
}

func (g *galaxy) centres() []point {
	points := make([]point, len(g.constellations))
	for i := range points {
		points[i] = g.constellations[i].centre
	}
	return points
}

// inDisc returns a random point of the unit disc, evenly spread.
func inDisc(r *rand.Rand) point {
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	d := math.Sqrt(r.Float64())
	return point{d * cos, d * sin}
}

// formRegions gathers the constellations around as many centres as there are to
// be regions (k-means, a few rounds), mends what that tore apart, and draws each
// region a little together, so that gaps show between them.
func (g *galaxy) formRegions() {
	r := g.random(forRegions, 0)
	n := max(1, int(math.Round(float64(len(g.constellations))/constellationsPerRegion)))
	g.regions = make([]region, n)
	for i, c := range r.Perm(len(g.constellations))[:n] {
		g.regions[i].centre = g.constellations[c].centre
	}
	for range 8 {
		for i := range g.constellations {
			g.constellations[i].region = g.nearestRegion(g.constellations[i].centre)
		}
		g.centreRegions()
	}
	g.mendRegions()
	g.centreRegions()
	for i := range g.constellations {
		c := &g.constellations[i]
		m := g.regions[c.region].centre
		c.centre = point{m.x + 0.88*(c.centre.x-m.x), m.z + 0.88*(c.centre.z-m.z)}
	}
}

func (g *galaxy) nearestRegion(p point) int {
	best := 0
	for i := range g.regions {
		if p.dist(g.regions[i].centre) < p.dist(g.regions[best].centre) {
			best = i
		}
	}
	return best
}

// centreRegions moves each region's centre to the mean of its constellations.
func (g *galaxy) centreRegions() {
	sum, count := make([]point, len(g.regions)), make([]float64, len(g.regions))
	for _, c := range g.constellations {
		sum[c.region].x += c.centre.x
		sum[c.region].z += c.centre.z
		count[c.region]++
	}
	for i := range g.regions {
		if count[i] > 0 {
			g.regions[i].centre = point{sum[i].x / count[i], sum[i].z / count[i]}
		}
	}
}

// mendRegions makes every region hang together: a part of one that no way inside
// it joins to its largest part goes to a region next to it. Every pass makes the
// number of parts smaller, because a part that moves joins one that is there.
func (g *galaxy) mendRegions() {
	for {
		part, size := g.regionParts()
		largest := make([]int, len(g.regions))
		for i := range largest {
			largest[i] = -1
		}
		for i, c := range g.constellations {
			if l := largest[c.region]; l < 0 || size[part[i]] > size[l] {
				largest[c.region] = part[i]
			}
		}
		stray := slices.IndexFunc(part, func(p int) bool { return !slices.Contains(largest, p) })
		if stray < 0 {
			return
		}
		to := -1
		for i := range g.constellations {
			for _, j := range g.near[i] {
				if part[i] == part[stray] && part[j] != part[stray] {
					to = g.constellations[j].region
				}
			}
		}
		for i := range g.constellations {
			if part[i] == part[stray] {
				g.constellations[i].region = to
			}
		}
	}
}

// regionParts numbers the connected parts of the regions and returns the part of
// each constellation and the size of each part.
func (g *galaxy) regionParts() (part, size []int) {
	part = make([]int, len(g.constellations))
	for i := range part {
		part[i] = -1
	}
	for i := range part {
		if part[i] >= 0 {
			continue
		}
		n := len(size)
		size = append(size, 0)
		part[i] = n
		for queue := []int{i}; len(queue) > 0; queue = queue[1:] {
			size[n]++
			for _, j := range g.near[queue[0]] {
				if part[j] < 0 && g.constellations[j].region == g.constellations[i].region {
					part[j] = n
					queue = append(queue, int(j))
				}
			}
		}
	}
	return part, size
}

// placeSystems spreads each constellation's systems around its centre, within
// less than half the way to the next one, and gives the disc its thickness.
func (g *galaxy) placeSystems() {
	r := g.random(forSystems, 1)
	for i := range g.constellations {
		c := &g.constellations[i]
		reach := 0.43 * g.room(i)
		height := 0.014 * r.NormFloat64()
		systems := g.systems[c.first : c.first+c.count]
		for j := range systems {
			best := -1.0
			for range 10 {
				p := inDisc(r)
				p = point{c.centre.x + reach*p.x, c.centre.z + reach*p.z}
				nearest := math.MaxFloat64
				for k := range systems[:j] {
					nearest = min(nearest, p.dist(systems[k].at))
				}
				if nearest > best {
					best, systems[j].at = nearest, p
				}
			}
			s := &systems[j]
			s.pos = world.Vec3{
				X: math.Round(s.at.x * galaxyRadius),
				Y: math.Round((height + 0.004*r.NormFloat64()) * galaxyRadius),
				Z: math.Round(s.at.z * galaxyRadius),
			}
		}
	}
}

// room returns the distance from a constellation's centre to the next one's.
func (g *galaxy) room(i int) float64 {
	nearest := 1.0
	for j := range g.constellations {
		if j != i {
			nearest = min(nearest, g.constellations[i].centre.dist(g.constellations[j].centre))
		}
	}
	return nearest
}
