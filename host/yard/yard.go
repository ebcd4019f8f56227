package yard

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"hotshard/data/store/throwaway"
	"hotshard/host/bus"
)

// Config says what a yard has.
type Config struct {
	Program string // host, as it is to be started
	Dir     string // where all of it is kept
	Scripts string
	Proxies int
	Workers int
	Listen  string // of the first proxy; the others follow ten ports later each, or have any where it is port 0
	Store   string // of a database that is there; "" for one that ends with the cluster
	Shard   string
	Args    []string // more for each node
	Out     io.Writer
}

// check refuses what is no cluster.
func (c *Config) check() error {
	switch {
	case c.Proxies < 1 || c.Workers < 1:
		return errors.New("a cluster has at least one proxy, for players to come in by, and one worker, for their systems to run on")
	case c.Proxies > 9 || c.Workers > 9:
		return errors.New("nine proxies and nine workers are the most that are started on one machine")
	}
	_, _, err := net.SplitHostPort(c.Listen)
	return err
}

// yard is one that is up.
type yard struct {
	cfg  Config
	bus  *bus.Embedded
	env  []string // of each node: passwords are in nobody's list of processes
	undo []func()

	mu    sync.Mutex
	state State
	nodes []*node
}

// Up starts a cluster and keeps it until ctx ends; then all of it ends. A node that ends by itself,
// or is killed, is started again.
func Up(ctx context.Context, cfg Config) (err error) {
	if err := cfg.check(); err != nil {
		return err
	}
	y := &yard{cfg: cfg}
	defer func() {
		for i := range y.undo {
			y.undo[len(y.undo)-1-i]()
		}
	}()
	lock, err := hold(cfg.Dir)
	if err != nil {
		return err
	}
	y.undo = append(y.undo, func() { _ = lock.Close() })
	if err := y.ground(); err != nil {
		return err
	}
	if err := y.start(ctx); err != nil {
		return errors.Join(err, y.down())
	}
	y.banner()
	<-ctx.Done()
	fmt.Fprintln(cfg.Out, "\n  The nodes end, one after the other.")
	return y.down()
}

// ground starts what the nodes stand on.
func (y *yard) ground() error {
	url := y.cfg.Store
	if url == "" {
		// What an earlier database knew of is nobody's any more.
		if err := os.RemoveAll(filepath.Join(y.cfg.Dir, nodesDir)); err != nil {
			return err
		}
		dir, err := os.MkdirTemp("", "hotshard-postgres")
		if err != nil {
			return err
		}
		y.undo = append(y.undo, func() { _ = os.RemoveAll(dir) })
		server, err := throwaway.Make(dir, rand.Text(), "fsync=off", "full_page_writes=off") // it ends with the cluster anyway
		if errors.Is(err, throwaway.ErrNone) {
			return fmt.Errorf("%w: install it, or give the URL of a database with --store", err)
		}
		if err != nil {
			return err
		}
		y.undo = append(y.undo, server.Kill)
		url = server.URL
	}
	password := rand.Text()
	var err error
	if y.bus, err = bus.Embed(bus.EmbeddedConfig{Listen: "127.0.0.1:0", User: "node", Password: password}); err != nil {
		return err
	}
	y.undo = append(y.undo, y.bus.Close)
	y.env = append(os.Environ(), "HOTSHARD_STORE="+url, "HOTSHARD_JOIN=nats://node:"+password+"@"+y.bus.Addr())
	return nil
}

// start starts the nodes: the first worker alone, since it makes the tables.
func (y *yard) start(ctx context.Context) error {
	host, port, _ := net.SplitHostPort(y.cfg.Listen)
	base, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("--listen: %s is no port", port)
	}
	at := func(n int) string {
		if base == 0 {
			n = 0
		}
		return net.JoinHostPort(host, strconv.Itoa(base+n))
	}
	for i := range y.cfg.Workers {
		y.add(fmt.Sprint("w", i+1), "worker", "--ops", at(101+10*i))
	}
	for i := range y.cfg.Proxies {
		y.add(fmt.Sprint("p", i+1), "proxy", "--listen", at(10*i), "--ops", at(10*i+1))
	}
	if err := y.nodes[0].launch(ctx); err != nil {
		return err
	}
	errs := make(chan error, len(y.nodes))
	for _, n := range y.nodes[1:] {
		go func() { errs <- n.launch(ctx) }()
	}
	for range y.nodes[1:] {
		err = errors.Join(err, <-errs)
	}
	return err
}

// add notes a node that is to be started.
func (y *yard) add(name, role string, args ...string) {
	dir := filepath.Join(y.cfg.Dir, nodesDir, name)
	all := append([]string{"serve", "--role", role, "--node", name, "--shard", y.cfg.Shard, "--scripts", y.cfg.Scripts, "--data", dir}, args...)
	y.nodes = append(y.nodes, &node{y: y, name: name, role: role, args: append(all, y.cfg.Args...), log: filepath.Join(y.cfg.Dir, "logs", name+".log"),
		socket: filepath.Join(dir, "run", "console.sock")})
}

// down ends the nodes: the proxies first, so that nobody comes in any more, and then the workers.
func (y *yard) down() error {
	var errs []error
	for _, role := range []string{"proxy", "worker"} {
		var all sync.WaitGroup
		for _, n := range y.nodes {
			if n.role == role {
				all.Go(n.end)
			}
		}
		all.Wait()
	}
	errs = append(errs, os.Remove(filepath.Join(y.cfg.Dir, stateFile)))
	return errors.Join(errs...)
}

// banner says what there is to open.
func (y *yard) banner() {
	y.mu.Lock()
	defer y.mu.Unlock()
	out := y.cfg.Out
	fmt.Fprintf(out, "\n  hotshard %s, a cluster of %d proxies and %d workers\n\n", y.cfg.Shard, y.cfg.Proxies, y.cfg.Workers)
	for _, n := range y.state.Nodes {
		if n.Fly != "" {
			fmt.Fprintf(out, "  fly      %s (%s)\n", n.Fly, n.Name)
		}
	}
	first := y.state.Nodes[0]
	fmt.Fprintf(out, "  operate  bin/console --socket %s\n", first.Socket)
	for _, n := range y.state.Nodes {
		fmt.Fprintf(out, "  node     %s, process %d, log %s\n", n.Name, n.PID, n.Log)
	}
	fmt.Fprintf(out, "  change   %s: save a file, and the game changes on all nodes\n", y.cfg.Scripts)
	fmt.Fprintf(out, "  end      Ctrl-C, or bin/host cluster down\n\n")
}

// endPatience is how long a node may take to end before it is killed: longer than it takes itself.
const endPatience = 30 * time.Second
