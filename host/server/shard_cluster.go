package server

import (
	"context"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/host/mesh"
	"hotshard/runtime/world"
)

// nodes implements command.Cluster.
type nodes struct{ s *Server }

// ListNodes implements command.Cluster.
func (v nodes) ListNodes(context.Context) ([]command.ClusterNode, error) {
	var out []command.ClusterNode
	for _, n := range v.s.mesh.Nodes() {
		out = append(out, command.ClusterNode{Name: n.Name, Role: string(n.Role), This: n.Name == v.s.cfg.Cluster.Node, Drained: n.Drained,
			Release: n.Release, Hash: n.Hash, Differ: n.Differ, Systems: n.Systems, Players: n.Players, Home: n.Home, Busy: v.s.nodeLoads.of(n, v.s.cfg.Clock.Now())})
	}
	return out, nil
}

// Move implements command.Cluster.
func (v nodes) Move(ctx context.Context, what, node string) error {
	return v.s.mesh.Move(ctx, v.address(what), node)
}

// address is what an operator means: a system with or without @, or a service.
func (v nodes) address(what string) world.Address {
	a := operatorAddress(v.s.universe, what)
	if a != world.SystemAddress(what) || v.s.universe.Map().ByName(what) != nil {
		return v.s.universe.Canonical(a)
	}
	return world.Address(what) // there is no such thing, and whoever is asked says so
}

// Drain implements command.Cluster.
func (v nodes) Drain(ctx context.Context, node string) error {
	return v.s.mesh.DrainNode(ctx, node, true)
}

// Undrain implements command.Cluster.
func (v nodes) Undrain(ctx context.Context, node string) error {
	return v.s.mesh.DrainNode(ctx, node, false)
}

// Pin implements command.Cluster. What runs nowhere begins there.
func (v nodes) Pin(ctx context.Context, what, node string) error {
	a := v.address(what)
	if v.s.mesh.Pin(a) != node {
		if err := v.s.pin(ctx, a, node); err != nil {
			return err
		}
	}
	if at := v.s.mesh.RunsOn(ctx, a); node == "" || at == "" || at == node {
		return nil
	}
	return v.s.mesh.Move(ctx, a, node)
}

// Away implements command.Cluster.
func (v nodes) Away(ctx context.Context, what string) string {
	a := v.address(what)
	if v.s.mesh.Here(a) {
		return ""
	}
	return v.s.mesh.RunsOn(ctx, a)
}

// Balance implements command.Cluster.
func (v nodes) Balance(ctx context.Context, plan bool) ([]string, error) {
	moves, err := v.s.mesh.Balance(ctx, plan)
	out := make([]string, len(moves))
	for i, p := range moves {
		out[i] = p.String()
	}
	return out, err
}

// nodeLoads makes cores of the seconds that nodes say they have been busy.
type nodeLoads struct {
	mu   sync.Mutex
	seen map[world.NodeID]nodeLoad
}

// nodeLoad is what a node had said when it was looked at, and what that came to.
type nodeLoad struct {
	at    time.Time
	busy  float64
	cores float64
}

// lookAfter is the least time over which load is measured.
const lookAfter = 2 * time.Second

func (v *nodeLoads) of(n mesh.Member, now time.Time) float64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = map[world.NodeID]nodeLoad{}
	}
	was, known := v.seen[n.ID]
	switch {
	case !known:
		v.seen[n.ID] = nodeLoad{at: now, busy: n.Busy}
	case now.Sub(was.at) >= lookAfter:
		// Less than before is of a node that has given systems away.
		v.seen[n.ID] = nodeLoad{now, n.Busy, max(0, n.Busy-was.busy) / now.Sub(was.at).Seconds()}
	}
	return v.seen[n.ID].cores
}
