package mesh

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"hotshard/runtime/world"
)

// Load is what a system or service of a node takes.
type Load struct {
	Subject world.Address
	Node    string
	Cores   float64
}

// Proposal is a move that makes nodes more alike.
type Proposal struct {
	Subject  world.Address
	From, To string
	Cores    float64 // that go with it
}

// enough is how much more alike, in cores, a move has to make two nodes: one that gives less costs
// more than it gives, and would soon be taken back.
const enough = 0.2

// mostMoves bounds a plan.
const mostMoves = 100

// Plan says what to move so that the nodes have about as much to do: from the busiest to the one
// that has least to do what makes the two most alike, once each. A system that is as hot as all the
// others comes to have a node of its own. What is pinned stays.
func Plan(nodes []string, loads []Load, pinned func(world.Address) bool) (moves []Proposal) {
	if len(nodes) < 2 {
		return nil
	}
	sum, free := map[string]float64{}, []Load(nil)
	for _, l := range loads {
		if sum[l.Node] += l.Cores; !pinned(l.Subject) {
			free = append(free, l)
		}
	}
	slices.SortFunc(free, func(a, b Load) int { return cmp.Compare(a.Subject, b.Subject) })
	for len(moves) < mostMoves {
		busiest, idlest := ends(nodes, sum)
		i := best(free, busiest, sum[busiest]-sum[idlest])
		if i < 0 {
			break
		}
		l := free[i]
		free = slices.Delete(free, i, i+1)
		moves = append(moves, Proposal{l.Subject, busiest, idlest, l.Cores})
		sum[busiest] -= l.Cores
		sum[idlest] += l.Cores
	}
	return moves
}

// best is what of a node's goes best to another that has so much less to do; -1 for nothing.
func best(loads []Load, node string, less float64) int {
	found, most := -1, enough
	for i, l := range loads {
		if gain := less - math.Abs(less-2*l.Cores); l.Node == node && gain > most {
			found, most = i, gain
		}
	}
	return found
}

// ends are the busiest of the nodes, and the one that has least to do.
func ends(nodes []string, sum map[string]float64) (busiest, idlest string) {
	nodes = slices.Sorted(slices.Values(nodes))
	less := func(a, b string) int { return cmp.Compare(sum[a], sum[b]) }
	return slices.MaxFunc(nodes, less), slices.MinFunc(nodes, less)
}

// loadOver is how long load is measured.
const loadOver = 2 * time.Second

// Loads measures what all systems and services of the cluster take, over two seconds.
func (m *Mesh) Loads(ctx context.Context) ([]Load, error) {
	before, err := m.busy(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(loadOver):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	after, err := m.busy(ctx)
	if err != nil {
		return nil, err
	}
	var out []Load
	for name, all := range after {
		for a, seconds := range all {
			if was, there := before[name][a]; there {
				out = append(out, Load{a, name, max(0, seconds-was) / loadOver.Seconds()})
			}
		}
	}
	return out, nil
}

// busy asks each worker for how many seconds what it runs has computed.
func (m *Mesh) busy(ctx context.Context) (map[string]map[world.Address]float64, error) {
	out := map[string]map[world.Address]float64{}
	for _, one := range m.members.list() {
		if !one.Role.runs() {
			continue
		}
		data, err := m.cfg.Bus.Request(ctx, one.ID, kindBusy, "what "+one.Name+" has to do", nil)
		if err != nil {
			return nil, err
		}
		var all map[world.Address]float64
		if err := json.Unmarshal(data, &all); err != nil {
			return nil, err
		}
		out[one.Name] = all
	}
	return out, nil
}

func (m *Mesh) serveBusy(context.Context, world.NodeID, []byte) ([]byte, error) {
	all := map[world.Address]float64{}
	for _, s := range m.u.Actors() {
		if m.Here(s.Address()) {
			all[s.Address()] = s.Busy().Seconds()
		}
	}
	return asJSON(all), nil
}

// Balance makes the nodes more alike in what they have to do, or says what it would move. What
// cannot be moved stays, and is named; the rest goes on.
func (m *Mesh) Balance(ctx context.Context, plan bool) ([]Proposal, error) {
	loads, err := m.Loads(ctx)
	if err != nil {
		return nil, err
	}
	var nodes []string
	for _, one := range m.members.list() {
		if one.Role.runs() && !one.Drained {
			nodes = append(nodes, one.Name)
		}
	}
	loads = slices.DeleteFunc(loads, func(l Load) bool { return !slices.Contains(nodes, l.Node) })
	moves := Plan(nodes, loads, func(a world.Address) bool { return m.Pin(a) != "" })
	if plan {
		return moves, nil
	}
	var errs []error
	done := moves[:0]
	for _, p := range moves {
		if err := m.Move(ctx, p.Subject, p.To); err != nil {
			errs = append(errs, err)
			continue
		}
		done = append(done, p)
	}
	return done, errors.Join(errs...)
}

// SetPins says what is to begin on which node, by name.
func (m *Mesh) SetPins(pins map[world.Address]string) {
	m.members.mu.Lock()
	defer m.members.mu.Unlock()
	m.members.pins = pins
}

// TellPins tells all nodes, this one as well, that others are pinned than before.
func (m *Mesh) TellPins() error { return m.cfg.Bus.Tell(kindPins, nil) }

// Pin is the name of the node that an actor is pinned to, "" for none.
func (m *Mesh) Pin(a world.Address) string {
	m.members.mu.Lock()
	defer m.members.mu.Unlock()
	return m.members.pins[a]
}

// String says it in words.
func (p Proposal) String() string {
	return fmt.Sprintf("%s from %s to %s (%.2f cores)", p.Subject, p.From, p.To, p.Cores)
}
