package commandtest

import (
	"context"
	"fmt"

	"hotshard/console/command"
)

// cluster is one of two workers and a proxy, to which things are told that nobody does.
type cluster struct{}

// ListNodes implements command.Cluster.
func (cluster) ListNodes(context.Context) ([]command.ClusterNode, error) {
	return []command.ClusterNode{
		{Name: "p1", Role: "proxy", This: true, Home: 2, Release: 3, Hash: "aa"},
		{Name: "w1", Role: "worker", Systems: 3, Players: 2, Release: 3, Hash: "aa", Busy: 0.5},
		{Name: "w2", Role: "worker", Drained: true, Release: 2, Hash: "bb", Differ: 2},
	}, nil
}

func known(node string) error {
	if node != "w1" {
		return fmt.Errorf("there is no node called %s", node)
	}
	return nil
}

// Move implements command.Cluster.
func (cluster) Move(_ context.Context, _, node string) error { return known(node) }

// Drain implements command.Cluster.
func (cluster) Drain(_ context.Context, node string) error { return known(node) }

// Undrain implements command.Cluster.
func (cluster) Undrain(_ context.Context, node string) error { return known(node) }

// Pin implements command.Cluster.
func (cluster) Pin(context.Context, string, string) error { return nil }

// Balance implements command.Cluster.
func (cluster) Balance(context.Context, bool) ([]string, error) {
	return []string{"@Jita from w1 to w2"}, nil
}

// RunOn implements command.Cluster.
func (cluster) RunOn(_ context.Context, node string, l command.RemoteLine) (command.Result, error) {
	return command.Result{Text: l.Who + " on " + node + ": " + l.Line}, known(node)
}

// Away implements command.Cluster.
func (cluster) Away(_ context.Context, what string) string {
	if what == "@Perimeter" {
		return "w2"
	}
	return ""
}
