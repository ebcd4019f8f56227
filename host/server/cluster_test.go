package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/console/client"
	"hotshard/console/command"
	"hotshard/data/store/throwaway"
	"hotshard/host/bus"
	"hotshard/host/mesh"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// meshWanted has the tests of real clusters run: they start a PostgreSQL and several processes of
// the shard, and wait for leases.
const meshWanted = "HOTSHARD_MESH"

// nodesOf starts the processes of a cluster.
type nodesOf struct {
	t    *testing.T
	cfg  Config
	env  []string
	maps string
}

func newCluster(t *testing.T) *nodesOf {
	t.Helper()
	if os.Getenv(meshWanted) == "" {
		t.Skip("only with " + meshWanted + "=1: it starts a PostgreSQL and a process for each node, and waits for leases")
	}
	dir, err := os.MkdirTemp("", "hotshard-postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	server, err := throwaway.Make(dir, rand.Text(), "fsync=off")
	if errors.Is(err, throwaway.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	e, err := bus.Embed(bus.EmbeddedConfig{Listen: "127.0.0.1:0", User: "node", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return &nodesOf{t: t, cfg: config(t), maps: mapFile(t), env: []string{"HOTSHARD_STORE=" + server.URL, "HOTSHARD_JOIN=nats://node:secret@" + e.Addr()}}
}

// clusterNode is one process of it.
type clusterNode struct {
	*process
	t      *testing.T
	name   string
	socket string
}

// start starts a node, and returns when it is up.
func (c *nodesOf) start(name string, role mesh.Role) *clusterNode {
	c.t.Helper()
	return c.startOn(c.cfg.Scripts, name, role)
}

// startOn is start with scripts of its own on its disk.
func (c *nodesOf) startOn(scripts, name string, role mesh.Role) *clusterNode {
	c.t.Helper()
	path, err := binary()
	if err != nil {
		c.t.Fatal(err)
	}
	data := filepath.Join(filepath.Dir(c.cfg.Data), name)
	args := []string{"serve", "--role", string(role), "--node", name, "--ops", "", "--scripts", scripts, "--data", data, "--universe", c.maps}
	if role != mesh.Worker {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), c.env...)
	log, err := os.Create(data + ".log")
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log
	c.t.Cleanup(func() {
		if c.t.Failed() {
			text, _ := os.ReadFile(data + ".log")
			c.t.Logf("%s:\n%s", name, text)
		}
	})
	p := awaitLine(c.t, cmd, "change ")
	return &clusterNode{process: p, t: c.t, name: name, socket: filepath.Join(data, "run", "console.sock")}
}

// run runs a line at a node.
func (n *clusterNode) run(l client.Line) (command.Result, error) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := client.Dial(ctx, n.socket)
	if err != nil {
		n.t.Fatal(err)
	}
	defer c.Close()
	return c.Run(ctx, l)
}

// console runs a command at a node.
func (n *clusterNode) console(line string) (string, error) {
	n.t.Helper()
	r, err := n.run(client.Line{Text: line})
	return r.Text, err
}

// rows is what a command at a node shows, as JSON.
func (n *clusterNode) rows(line string) string {
	n.t.Helper()
	r, err := n.run(client.Line{Text: line, JSON: true})
	if err != nil {
		n.t.Fatal(err)
	}
	text, err := r.JSON()
	if err != nil {
		n.t.Fatal(err)
	}
	return string(text)
}

// bring has something run on a node, whichever is asked.
func (n *clusterNode) bring(what, to string) {
	n.t.Helper()
	var err error
	for began := time.Now(); time.Since(began) < patience; time.Sleep(50 * time.Millisecond) {
		if _, err = n.console("move " + what + " " + to); err == nil || strings.Contains(err.Error(), "already") {
			return
		}
	}
	n.t.Fatalf("%s does not come to %s: %v", what, to, err)
}

// tries gives a command until it is done: who is between two nodes is told that it is busy.
func (p *pilot) tries(command string, args map[string]world.Value) world.Value {
	p.t.Helper()
	for {
		v, err := p.Request(p.ctx, command, args)
		if err == nil {
			return v
		}
		if e := (*wire.Error)(nil); !errors.As(err, &e) || e.Code != wire.CodeBusy {
			p.t.Fatalf("%s: %v", command, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// sees waits until a ship of a name is in sight, as one that comes or in a new look at all.
func (p *pilot) sees(name string) {
	p.t.Helper()
	p.until("the ship of "+name, func(m *wire.Message) bool {
		var all []wire.Entity
		switch {
		case m.Snapshot != nil:
			all = m.Snapshot.Entities
		case m.Delta != nil:
			all = m.Delta.Add
		}
		return slices.ContainsFunc(all, func(e wire.Entity) bool { return e.Name == name })
	})
}

// Two players who came in by two proxies fly in one system. It moves to another node under them,
// with what it has in memory; the node that runs it is killed, and both play on, on the sockets
// that they had; and what was paid is paid once. A proxy is killed, and its player comes back by
// the other, and jumps to a system of the other node.
func TestACluster(t *testing.T) {
	c := newCluster(t)
	workers := map[string]*clusterNode{"w1": c.start("w1", mesh.Worker)}
	workers["w2"] = c.start("w2", mesh.Worker)
	p1, p2 := c.start("p1", mesh.Proxy), c.start("p2", mesh.Proxy)
	ann, bob := login(t, p1.addr, "Ann", wire.JSON), login(t, p2.addr, "Bob", wire.Binary)
	at := "@" + ann.event("system")["name"].(string)
	ann.tries("undock", nil)
	bob.tries("undock", nil)
	ann.sees("Bob")
	bob.sees("Ann")
	if got := ann.tries("bank", map[string]world.Value{"n": 100.0}); got != 100.0 {
		t.Errorf("the bank has %v", got)
	}
	lines := 0.0
	say := func(p *pilot) {
		t.Helper()
		if lines++; p.tries("say", map[string]world.Value{"text": "here"}) != lines {
			t.Errorf("the system has not heard %v lines", lines)
		}
	}
	for _, to := range []string{"w1", "w2", "w1"} {
		say(ann)
		p2.bring(at, to)
		say(bob)
	}
	bob.event("chat")

	dead := workers["w1"]
	_ = dead.Process.Signal(syscall.SIGKILL) // it runs
	lines = 0                                // what was said is gone with it, and where they are is not
	for _, p := range []*pilot{ann, bob} {
		got := p.tries("where", nil).(map[string]world.Value)
		if "@"+got["system"].(string) != at {
			t.Errorf("they are in %v, and were in %s", got["system"], at)
		}
		if got["station"] != nil { // what was not saved yet is gone as well
			p.tries("undock", nil)
		}
	}
	ann.sees("Bob")
	say(ann)
	say(bob)
	if got := bob.tries("bank", map[string]world.Value{"n": 11.0}); got != 111.0 {
		t.Errorf("the bank has %v", got)
	}
	bob.tries("count", map[string]world.Value{"n": 1.0})

	_ = dead.Wait() // killed
	workers["w1"] = c.start("w1", mesh.Worker)
	p1.bring(at, "w1")
	say(bob)
	if _, err := p2.console("drain w1"); err != nil {
		t.Errorf("w1 cannot be drained: %v", err)
	}
	say(ann)

	_ = p1.Process.Signal(syscall.SIGKILL)
	<-ann.Done()
	ann = login(t, p2.addr, "Ann", wire.JSON)
	gate, dest := gateOf(t, ann.event("system"))
	say(ann)
	ann.sees("Bob")

	for _, line := range []string{"undrain w1", "pin @" + dest + " w1"} { // where they fly is on w2
		if _, err := p2.console(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	ann.tries("jump", map[string]world.Value{"gate": gate})
	for ann.tries("where", nil).(map[string]world.Value)["system"] != dest {
		time.Sleep(20 * time.Millisecond) // the jump is on its way
	}
	if got := ann.tries("bank", map[string]world.Value{"n": 1.0}); got != 112.0 {
		t.Errorf("the bank has %v", got)
	}
	if _, err := workers["w1"].console("move @" + dest + " w1"); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("what is pinned to w1 does not run there: %v", err)
	}
	bob.tries("where", nil)
}

// Every node is seen with the hash of what it runs, and one whose disk has something else with
// that; and what is asked over the bus says which release asks.
func TestNodesOfDifferentReleases(t *testing.T) { // A06
	c := newCluster(t)
	save(t, c.cfg, "services/caller.lua", "local skew = require \"skew\"\nlocal caller = {}\nfunction caller.f() return skew.f() end\nreturn caller\n")
	save(t, c.cfg, "skew.lua", "local skew = {}\nfunction skew.f() return 1 end\nreturn skew\n")
	save(t, c.cfg, "services/version.lua", "local version = {}\nfunction version.asked() return system.sender_release() .. \" asked \" .. system.release() end\nreturn version\n")
	w1 := c.start("w1", mesh.Worker)
	other := t.TempDir()
	if err := os.CopyFS(other, os.DirFS(c.cfg.Scripts)); err != nil {
		t.Fatal(err)
	}
	differs := c.cfg
	differs.Scripts = other
	save(t, differs, "skew.lua", "local skew = {}\nfunction skew.f() return 2 end\nreturn skew\n")
	w2 := c.startOn(other, "w2", mesh.Worker)

	disks := func() (all []struct{ Name, Hash, Disk string }) {
		if err := json.Unmarshal([]byte(w1.rows("reload status --cluster")), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	for began := time.Now(); !strings.Contains(fmt.Sprint(disks()), "not as it runs"); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("a node whose disk differs is not marked: %v", disks())
		}
	}
	if all := disks(); len(all) != 2 || all[0].Hash == "" || all[0].Hash != all[1].Hash || all[0].Disk != "as it runs" || all[1].Name != "w2" || all[1].Disk != "1 file not as it runs" {
		t.Errorf("the nodes are told as %v", all)
	}

	w1.bring("version", "w2")
	w2.bring("caller", "w1")
	const ask = `lua @caller --write return service.call("version", "asked")`
	if got := w1.rows(ask); !strings.Contains(got, "1 asked 1") {
		t.Errorf("a call over the bus says %q", got)
	}
	if out, err := w1.console("patch --canary @caller skew.f = function() return 3 end"); err != nil {
		t.Fatal(out, err)
	}
	if got := w1.rows(ask); !strings.Contains(got, "2 asked 1") {
		t.Errorf("a call of a canary over the bus says %q", got)
	}
}

// What is no node is refused, with what is missing.
func TestWhatIsNoNode(t *testing.T) {
	const url = "postgres://me@127.0.0.1:1/nord"
	elsewhere := func(join string) Config {
		return Config{Cluster: Cluster{Role: mesh.Worker, Join: join}, Store: url}
	}
	for _, one := range []struct {
		cfg  Config
		says string
	}{
		{Config{Cluster: Cluster{Role: mesh.Worker, Join: "nats://127.0.0.1:1"}}, "--store postgres://"},
		{Config{Cluster: Cluster{Role: mesh.Worker, Join: "nats://127.0.0.1:1"}, Store: "some.db"}, "--store postgres://"},
		{Config{Cluster: Cluster{Role: mesh.Worker}, Store: url}, "--join nats://"},
		{Config{Cluster: Cluster{Join: "nats://127.0.0.1:1"}}, "--role"},
		{Config{Cluster: Cluster{Node: "w1"}}, "--role"},
		{Config{Cluster: Cluster{Role: "king", Join: "nats://127.0.0.1:1"}, Store: url}, "proxy, worker or all"},
		{Config{Cluster: Cluster{Role: mesh.Proxy, Join: "nats://127.0.0.1:1"}, Store: url}, "--listen"},
		{elsewhere("nats://192.0.2.7:4222"), "over TLS"},
		{elsewhere("tls://192.0.2.7:4222"), "asks who comes"},
	} {
		if err := one.cfg.fill(); err == nil || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%+v: %v", one.cfg.Cluster, err)
		}
	}
}
