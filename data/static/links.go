package static

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// gabriel returns the neighbours of each point in the Gabriel graph, in order:
// two points are joined when no third lies in the disc between them. The graph
// is planar and connected and looks like a road map, which is why the links of
// the universe are chosen from it.
func gabriel(points []point) [][]int32 {
	near := make([][]int32, len(points))
	for i := range points {
		for j := range i {
			if free(points, i, j, func(toI, toJ, d float64) bool { return toI*toI+toJ*toJ < d*d }) {
				near[i] = append(near[i], int32(j))
				near[j] = append(near[j], int32(i))
			}
		}
	}
	for i := range near {
		slices.Sort(near[i])
	}
	return near
}

// free says whether no third point is in the way of i and j; inWay is asked with
// its distance to each and theirs.
func free(points []point, i, j int, inWay func(toI, toJ, d float64) bool) bool {
	d := points[i].dist(points[j])
	for k, p := range points {
		if k != i && k != j && inWay(p.dist(points[i]), p.dist(points[j]), d) {
			return false
		}
	}
	return true
}

// linkSystems joins the systems: within constellations densely, between
// constellations of a region by single links, and between regions by few: the
// arteries that traffic has to take.
func (g *galaxy) linkSystems() {
	r := g.random(forLinks, 0)
	for i := range g.constellations {
		g.linkConstellation(&g.constellations[i], r)
	}
	inside, across := g.candidates()
	g.linkInside(inside, r)
	g.linkAcross(across, r)
	for i := range g.systems {
		slices.Sort(g.systems[i].links)
	}
}

func (g *galaxy) link(a, b int) {
	g.systems[a].links = append(g.systems[a].links, b)
	g.systems[b].links = append(g.systems[b].links, a)
}

// linkConstellation joins systems by their relative neighbourhood graph, which
// is connected (two are joined when no third is nearer to both than they are to
// each other), and adds Gabriel links where there would be a dead end.
func (g *galaxy) linkConstellation(c *constellation, r *rand.Rand) {
	points := make([]point, c.count)
	for i := range points {
		points[i] = g.systems[c.first+i].at
	}
	var more [][2]int
	for i := range points {
		for j := range i {
			switch {
			case free(points, i, j, func(toI, toJ, d float64) bool { return max(toI, toJ) < d }):
				g.link(c.first+i, c.first+j)
			case free(points, i, j, func(toI, toJ, d float64) bool { return toI*toI+toJ*toJ < d*d }):
				more = append(more, [2]int{c.first + i, c.first + j})
			}
		}
	}
	for _, m := range more {
		dead := min(len(g.systems[m[0]].links), len(g.systems[m[1]].links)) == 1
		if dead && r.Float64() < 0.75 || r.Float64() < 0.1 {
			g.link(m[0], m[1])
		}
	}
}

// candidate is a possible link between two constellations.
type candidate struct {
	a, b int
	dist float64
}

// candidates returns the possible links between constellations of one region and
// of two, shortest first.
func (g *galaxy) candidates() (inside, across []candidate) {
	for i := range g.constellations {
		for _, n := range g.near[i] {
			j := int(n)
			if j > i {
				continue
			}
			a, b := &g.constellations[i], &g.constellations[j]
			c := candidate{i, j, a.centre.dist(b.centre)}
			if a.region == b.region {
				inside = append(inside, c)
			} else {
				across = append(across, c)
			}
		}
	}
	shortest := func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.dist, y.dist), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	}
	slices.SortFunc(inside, shortest)
	slices.SortFunc(across, shortest)
	return inside, across
}

// linkInside joins the constellations of each region by a shortest spanning tree
// (Kruskal) and some of the other candidates.
func (g *galaxy) linkInside(inside []candidate, r *rand.Rand) {
	parent := make([]int, len(g.constellations))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, c := range inside {
		if a, b := root(c.a), root(c.b); a != b {
			parent[a] = b
			g.linkConstellations(c)
		} else if r.Float64() < 0.4 {
			g.linkConstellations(c)
		}
	}
}

// linkAcross joins neighbouring regions by their shortest candidate, sometimes
// by a second.
func (g *galaxy) linkAcross(across []candidate, r *rand.Rand) {
	joined := map[[2]int]int{} // only looked up, never walked
	for _, c := range across {
		a, b := g.constellations[c.a].region, g.constellations[c.b].region
		pair := [2]int{min(a, b), max(a, b)}
		if n := joined[pair]; n == 0 || n == 1 && r.Float64() < 0.3 {
			joined[pair]++
			g.linkConstellations(c)
		}
	}
}

// linkConstellations joins the two systems that are nearest to each other,
// counting one with many gates already as farther away.
func (g *galaxy) linkConstellations(c candidate) {
	a, b := &g.constellations[c.a], &g.constellations[c.b]
	best, from, to := math.MaxFloat64, 0, 0
	for i := a.first; i < a.first+a.count; i++ {
		for j := b.first; j < b.first+b.count; j++ {
			gates := max(len(g.systems[i].links), 2) + max(len(g.systems[j].links), 2) - 4
			d := g.systems[i].at.dist(g.systems[j].at) * (1 + 0.25*float64(gates))
			if d < best {
				best, from, to = d, i, j
			}
		}
	}
	g.link(from, to)
}
