package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/server"
	"hotshard/runtime/world"
)

// serveCmd is a shard for load players. It is what `host serve` runs, but for the
// cost of a password: with the usual one, 4,000 logins alone take minutes.
type serveCmd struct {
	Data    string `required:"" help:"A folder for everything."`
	Scripts string `default:"scripts" help:"The folder of the game's scripts."`
	Listen  string `default:"127.0.0.1:0" help:"Where players connect."`
	Ops     string `default:"127.0.0.1:0" help:"The operations port."`
	Cohorts int    `default:"0" help:"Players in a bubble from which on they hear of its ticks in turns; 0 for the usual number, negative for never."`
}

// cheap is the least a password hash can cost.
var cheap = store.HashCost{MemoryKiB: 8, Passes: 1}

// lawless is the security below which pilots may fire at each other.
const lawless = 0.5

// Run serves until standard input ends. It prints its two addresses.
func (c *serveCmd) Run() error {
	u, err := static.LoadOrGenerate(c.Data, 1)
	if err != nil {
		return err
	}
	s, err := server.New(server.Config{
		Listen: c.Listen, Ops: c.Ops, Scripts: c.Scripts, Data: c.Data, Shard: "bench", Map: u, Home: arena(u), HashCost: cheap,
		CohortsFrom: c.Cohorts, Socket: filepath.Join(c.Data, "console.sock"),
	})
	if err != nil {
		return err
	}
	fmt.Println(s.Addr(), s.OpsAddr())
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return s.Run(ctx)
}

// arena is a system to fight in: lawless, and with a station.
func arena(u *world.Universe) string {
	for i := range u.Systems {
		m := &u.Systems[i]
		if m.Security >= lawless || m.Security < 0.3 {
			continue
		}
		for _, c := range m.Celestials {
			if c.Kind == world.KindStation {
				return m.Name
			}
		}
	}
	return ""
}
