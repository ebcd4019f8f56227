package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"text/tabwriter"

	"hotshard/host/yard"
)

// clusterCmd has a whole cluster on this machine, to try out.
type clusterCmd struct {
	Up     clusterUpCmd     `cmd:"" help:"Start one: a bus, a database, proxies and workers, and keep it until Ctrl-C."`
	Status clusterStatusCmd `cmd:"" help:"Say what is up."`
	Down   clusterDownCmd   `cmd:"" help:"End it."`
}

// clusterFlags say where it is kept.
type clusterFlags struct {
	Dir string `name:"dir" default:"data/cluster" help:"The folder for everything the cluster keeps."`
}

type clusterUpCmd struct {
	clusterFlags
	Proxies  int    `default:"2" help:"Processes that have players come in."`
	Workers  int    `default:"3" help:"Processes that run systems."`
	Listen   string `default:"127.0.0.1:7777" help:"Where players come in by the first proxy; by the others ten ports further each." placeholder:"ADDR:PORT"`
	Store    string `help:"A database that is there; where left out, a PostgreSQL is started that ends with the cluster." placeholder:"URL"`
	Scripts  string `default:"scripts" help:"The folder of the game's scripts."`
	Shard    string `default:"dev" help:"The shard's name."`
	Universe string `help:"A map made by host import; a generated one where left out." placeholder:"FILE"`
}

// Run keeps it.
func (c *clusterUpCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	var args []string
	if c.Universe != "" {
		args = append(args, "--universe", c.Universe)
	}
	return yard.Up(ctx, yard.Config{Program: program, Dir: dir, Scripts: c.Scripts, Proxies: c.Proxies, Workers: c.Workers,
		Listen: c.Listen, Store: c.Store, Shard: c.Shard, Args: args, Out: os.Stdout})
}

type clusterStatusCmd struct{ clusterFlags }

// Run prints a line for each process.
func (c *clusterStatusCmd) Run() error {
	s, err := yard.Read(c.Dir)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NODE\tROLE\tPROCESS\tFLY\tCONSOLE")
	for _, n := range s.Nodes {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", n.Name, n.Role, n.PID, n.Fly, n.Socket)
	}
	return w.Flush()
}

type clusterDownCmd struct{ clusterFlags }

// Run ends it.
func (c *clusterDownCmd) Run() error { return yard.Down(c.Dir) }
