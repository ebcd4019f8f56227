package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"hotshard/data/store"
	"hotshard/host/bus"
	"hotshard/host/mesh"
	"hotshard/runtime/cluster"
	"hotshard/runtime/gate"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// A shard of several processes: each is a node of a cluster, which runs what the table of owners
// says that it runs, has the sockets of some of the players, or both. What is of one process
// alone stays away: images of systems and recordings are of a disk that the others have not, so
// that a system whose node has died begins from the database, wherever that is.

// Cluster says which part of a cluster a process is. The zero value is a shard of one process.
type Cluster struct {
	Role        mesh.Role // "" for a shard of one process
	Join        string    // the URL of the bus, or several with commas
	Node        string    // its name in all its lives; "" for the role and the number of the process
	CA          string    // PEM file of who has signed the bus's certificate; "" for whom the machine trusts
	Cert, Key   string    // PEM files by which the bus knows the node; "" for none
	Credentials string    // a file with a user's JWT and seed; "" for none
	Timing      cluster.Config
}

// on says whether the process is a node of a cluster.
func (c *Cluster) on() bool { return c.Role != "" }

// fillCluster refuses what cannot be a node, and leaves away what a node has not.
func (c *Config) fillCluster() error {
	k := &c.Cluster
	switch {
	case !k.on() && k.Join == "" && k.Node == "":
		return nil
	case !k.on():
		return errors.New("--join and --node are for a node of a cluster: say which part it has, --role proxy, worker or all")
	case k.Role != mesh.Proxy && k.Role != mesh.Worker && k.Role != mesh.All:
		return fmt.Errorf("--role is proxy, worker or all, and not %s", k.Role)
	case k.Join == "":
		return fmt.Errorf("--role %s needs the bus of its cluster: --join nats://HOST:PORT", k.Role)
	case !strings.HasPrefix(c.Store, "postgres://") && !strings.HasPrefix(c.Store, "postgresql://"):
		return fmt.Errorf("--role %s needs a database that all nodes write to, and a file is one process's: --store postgres://USER@HOST/DATABASE (host move brings a file there)", k.Role)
	case k.Role == mesh.Proxy && c.Listen == "":
		return errors.New("--role proxy has players come in, and needs --listen")
	}
	k.Node = cmp.Or(k.Node, fmt.Sprintf("%s-%d", k.Role, os.Getpid()))
	c.Record.Off = true
	b := c.bus(world.NodeID(k.Node))
	return b.Check()
}

// bus is how a node joins the bus.
func (c *Config) bus(me world.NodeID) bus.Config {
	k := &c.Cluster
	return bus.Config{URL: k.Join, Me: me, Shard: c.Shard, CA: k.CA, Cert: k.Cert, Key: k.Key, Credentials: k.Credentials}
}

// join takes a place on the bus, and makes what the universe is given of the rest.
func (s *Server) join() error {
	k := &s.cfg.Cluster
	if !k.on() {
		return nil
	}
	at := s.cfg.bus(world.NodeID(k.Node + "/" + s.run[:8]))
	at.Log = s.log
	b, err := bus.Join(at)
	if err != nil {
		return err
	}
	s.mesh, err = mesh.New(mesh.Config{
		Name: k.Node, Role: k.Role, Bus: b, Owners: s.store.Owners(), Timing: k.Timing, Linger: s.cfg.Linger, Log: s.log,
		Flush: func(context.Context) error { return s.saves.flush() }, Save: s.saves.keepLast, Differs: s.follower.differs, Pinned: s.pinned,
		Release: s.releaseOf, Settle: s.settle, Code: func() int { return s.releases.controller.Version() },
	})
	if err != nil {
		b.Close()
		return err
	}
	b.Serve(kindLine, s.serveLine)
	b.Hear(kindAnnounce, s.hearAnnounce)
	b.Serve(kindSight, s.serveSight)
	b.Serve(kindStage, s.serveStage)
	b.Hear(kindSwap, s.hearSwap)
	s.bus, s.saves.fence = b, s.mesh.Fence
	return nil
}

// enterCluster lets the node be heard: from here on it runs what it owns.
func (s *Server) enterCluster(ctx context.Context) error {
	if err := s.readPins(ctx); err != nil {
		return err
	}
	return s.mesh.Start(s.universe)
}

// world is the universe as the gate sees it.
func (s *Server) world() gate.World {
	if s.mesh == nil {
		return s.universe
	}
	return s.mesh.World()
}

// elsewhere is what of the universe other processes run; nil for a shard of one.
func (s *Server) elsewhere() universe.Elsewhere {
	if s.mesh == nil {
		return nil
	}
	return part{s.mesh, s.saves}
}

// rests is where systems rest that nobody uses; nil where they do not.
func (s *Server) rests() universe.Rests {
	if s.mesh == nil {
		return s.resting
	}
	return nil
}

// part implements universe.Elsewhere: what systems of a cluster have saved is saved in their
// names.
type part struct {
	*mesh.Mesh
	saves *characters
}

// Prepare implements universe.Elsewhere.
func (p part) Prepare(cfg *system.Config) {
	p.Mesh.Prepare(cfg)
	cfg.Saver = savesOf{p.saves, cfg.Address}
}

// inName is bindings.Deps.InName: what a system asks the store counts while it is owned here, in
// the epoch in which it has asked.
func (s *Server) inName(a world.Address) func(context.Context) context.Context {
	f, _ := s.mesh.Fence(a)
	if f.Subject == "" {
		f.Subject = a // nobody's here: it is refused
	}
	return func(ctx context.Context) context.Context { return store.Under(ctx, f) }
}

// stopNode ends a node's part of the game: what it runs goes to other nodes, with its players;
// what nobody takes ends, and is saved.
func (s *Server) stopNode() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownPatience)
	defer cancel()
	began := time.Now()
	systems := len(s.universe.Actors())
	s.gate.Stop()
	if err := s.mesh.Drain(ctx); err != nil {
		s.log.Warn("not all that runs here could be moved: what is left ends, and begins elsewhere from the database", "error", err)
	}
	left := s.universe.Actors()
	_ = s.universe.Between(ctx, left, (*system.System).LoseClients) // who is in them stays signed in, and comes back elsewhere
	err := s.universe.Close(ctx)
	s.answered(ctx) // what scripts did that heard of their end
	err = errors.Join(err, s.saves.flush(), s.mesh.Leave(ctx))
	s.log.Info("the node has left the cluster", "systems", systems, "ended", len(left), "took", time.Since(began).Round(time.Millisecond))
	fmt.Fprintf(s.cfg.Out, "Left the cluster. Goodbye.\n")
	defer s.rounds.Close()
	err = errors.Join(err, s.gate.Close(ctx))
	s.mesh.Close()
	return err
}
