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
}

// Costs on paper, in cores, as they were measured on one machine (host/load/bench/FIGURES.md): a
// system that is awake, a player in one, and what a player in a crowd costs besides, for each
// thousand who see them.
const (
	awakeCores   = 0.0005
	playerCores  = 0.00005
	crowdedCores = 0.00005
)

func cores(players int) float64 {
	if players == 0 {
		return 0
	}
	n := float64(players)
	return awakeCores + n*playerCores + n*crowdedCores*n/1000
}

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

func (c *city) loads() (all []Load) {
	for _, a := range c.systems {
		all = append(all, Load{a, c.at[a], cores(c.players[a])})
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

// A hundred nodes and a hundred thousand players, on paper: how even hashing places systems, what a
// balance makes of it, what a large fight does, and the death of a node. The figures are those of
// runtime/cluster/SCALE.md.
func TestPlacementAndBalanceOfAHundredNodes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		c := found(100, 5000, 100_000, rand.New(rand.NewPCG(seed, 5)))
		most, mean := c.spread()
		moves, plans := c.balance()
		even, _ := c.spread()
		t.Logf("seed %d: %.2f cores on a node, the busiest %.2f by hash, %.2f after %d moves of %d plans", seed, mean, most, even, moves, plans)
		if even > mean+2*enough {
			t.Errorf("seed %d: after a balance the busiest node has %.2f cores to do, and the others %.2f", seed, even, mean)
		}
		if again, _ := c.balance(); again != 0 {
			t.Errorf("seed %d: a balance moves %d of what it has just moved", seed, again)
		}

		hot := c.systems[int(seed)*17]
		c.players[hot] = 4000
		moves, _ = c.balance()
		alone := 0
		for _, a := range c.systems {
			if c.at[a] == c.at[hot] && cores(c.players[a]) > enough {
				alone++
			}
		}
		after, _ := c.spread()
		t.Logf("seed %d: a fight of 4,000 (%.2f cores): %d moves, the busiest node %.2f", seed, cores(4000), moves, after)
		if after > cores(4000)+enough || alone > 1 {
			t.Errorf("seed %d: a fight of %.2f cores is on a node that has %.2f to do", seed, cores(4000), after)
		}

		rest := c.nodes[1:]
		placed := c.settle(rest)
		c.nodes = rest
		worst, _ := c.spread()
		t.Logf("seed %d: a node dies: %d systems begin on others, the busiest node %.2f", seed, placed, worst)
		if placed > 5000/20 {
			t.Errorf("seed %d: %d systems move for the death of one node of a hundred", seed, placed)
		}
	}
}
