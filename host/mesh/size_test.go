package mesh

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hotshard/runtime/world"
)

// city is a cluster on paper: what its systems take, and where they are.
type city struct {
	nodes   []string
	players map[world.Address]int
	at      map[world.Address]string
	systems []world.Address
	fight   world.Address // where they fight
}

// Costs on paper, in cores: what host/load/bench/FIGURES.md has of a thousand in a fleet (0.106), and
// of a fight of four thousand with guns (0.72). A system with nobody in it is taken for free.
const (
	playerCores  = 0.106 / 1000
	fighterCores = 0.72 / 4000
)

// found makes a city of so many nodes, systems and players. Some systems have many players, most have
// few: the k-th has a part of one in k.
func found(nodes, systems, players int, rng *rand.Rand) *city {
	c := &city{players: map[world.Address]int{}, at: map[world.Address]string{}}
	for i := range nodes {
		c.nodes = append(c.nodes, fmt.Sprintf("w%d", i+1))
	}
	sum := 0.0
	for k := range systems {
		sum += 1 / float64(k+10)
	}
	order := rng.Perm(systems)
	for k, i := range order {
		a := world.SystemAddress(fmt.Sprint("S", i))
		c.systems = append(c.systems, a)
		c.players[a] = int(math.Round(float64(players) / float64(k+10) / sum))
	}
	slices.Sort(c.systems)
	c.settle(c.nodes)
	return c
}

// settle places what is nowhere.
func (c *city) settle(nodes []string) (placed int) {
	for _, a := range c.systems {
		if slices.Contains(nodes, c.at[a]) {
			continue
		}
		c.at[a] = slices.MaxFunc(nodes, func(x, y string) int {
			if liking(x, a) < liking(y, a) {
				return -1
			}
			return 1
		})
		placed++
	}
	return placed
}

func (c *city) cores(a world.Address) float64 {
	if a == c.fight {
		return fighterCores * float64(c.players[a])
	}
	return playerCores * float64(c.players[a])
}

func (c *city) loads() (all []Load) {
	for _, a := range c.systems {
		all = append(all, Load{a, c.at[a], c.cores(a)})
	}
	return all
}

// spread is what the busiest node has to do, and what they have on average.
func (c *city) spread() (most, mean float64) {
	sum := map[string]float64{}
	for _, l := range c.loads() {
		sum[l.Node] += l.Cores
		mean += l.Cores / float64(len(c.nodes))
	}
	for _, n := range c.nodes {
		most = max(most, sum[n])
	}
	return most, mean
}

// balance does what Plan says until it says nothing, and returns how many moves that took.
func (c *city) balance() (moves, plans int) {
	for plans < 100 {
		plan := Plan(c.nodes, c.loads(), func(world.Address) bool { return false })
		if len(plan) == 0 {
			return moves, plans
		}
		plans++
		for _, p := range plan {
			c.at[p.Subject] = p.To
			moves++
		}
	}
	return moves, plans
}

// A hundred thousand players in five thousand systems, on paper: how even hashing places systems, what a
// balance makes of it, what a fight of 4,000 does, and the death of a node. The figures are those of
// runtime/cluster/SCALE.md.
func TestPlacementAndBalanceOfManyNodes(t *testing.T) {
	t.Parallel()
	for _, nodes := range []int{12, 100} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(nodes, " nodes, seed ", seed), func(t *testing.T) {
				foundAndBalance(t, nodes, rand.New(rand.NewPCG(seed, 5)))
			})
		}
	}
}

func foundAndBalance(t *testing.T, nodes int, rng *rand.Rand) {
	c := found(nodes, 5000, 100_000, rng)
	most, mean := c.spread()
	moves, plans := c.balance()
	even, _ := c.spread()
	t.Logf("%.2f cores a node; the busiest %.2f by hash, %.2f after %d moves in %d plans", mean, most, even, moves, plans)
	if even > max(mean+2*enough, playerCores*float64(c.busiest())+enough) {
		t.Errorf("after a balance the busiest node has %.2f cores to do, and the others %.2f", even, mean)
	}
	if again, _ := c.balance(); again != 0 {
		t.Errorf("a balance moves %d of what it has just moved", again)
	}

	hot := c.systems[rng.IntN(len(c.systems))]
	c.players[hot], c.fight = 4000, hot
	with, _ := c.spread()
	moves, _ = c.balance()
	after, _ := c.spread()
	t.Logf("a fight of 4,000 (%.2f cores): the busiest node %.2f, after %d moves %.2f", c.cores(hot), with, moves, after)
	if after > mean+c.cores(hot)+enough {
		t.Errorf("a fight of %.2f cores is on a node that has %.2f to do", c.cores(hot), after)
	}

	before := len(c.nodes)
	c.nodes = c.nodes[1:]
	placed := c.settle(c.nodes)
	worst, _ := c.spread()
	t.Logf("a node dies: %d systems begin on others, the busiest node %.2f", placed, worst)
	if placed > 2*len(c.systems)/before {
		t.Errorf("%d systems move for the death of one node of %d", placed, before)
	}
}

// busiest is how many players the fullest system has.
func (c *city) busiest() (n int) {
	for _, players := range c.players {
		n = max(n, players)
	}
	return n
}
