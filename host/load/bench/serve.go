package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"hotshard/console/command"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/handover"
	"hotshard/host/server"
	"hotshard/runtime/world"
)

// serveCmd is a shard for load players. It is what `host serve` runs, but for the
// cost of a password: with the usual one, 4,000 logins alone take minutes.
type serveCmd struct {
	Data       string        `required:"" help:"A folder for everything."`
	Scripts    string        `default:"scripts" help:"The folder of the game's scripts."`
	Listen     string        `default:"127.0.0.1:0" help:"Where players connect."`
	Ops        string        `default:"127.0.0.1:0" help:"The operations port."`
	Seats      int           `default:"0" help:"How many players the system they begin in lets in; 0 for all."`
	Unload     time.Duration `default:"0" help:"After how long a system nobody uses is unloaded; 0 for as long as usual."`
	Cohorts    int           `default:"0" help:"Players in a bubble from which on they hear of its ticks in turns; 0 for the usual number, negative for never."`
	Production bool          `help:"Nobody gets an account by logging in, as on a production shard."`
	Stake      bool          `help:"Whoever asks for it by the command stake has things to sell, and money."`
	Record     bool          `default:"true" negatable:"" help:"Keep what happens in every system, as host serve does."`
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
	if c.Stake {
		if c.Scripts, err = staked(c.Scripts, filepath.Join(c.Data, "scripts")); err != nil {
			return err
		}
	}
	from, err := handover.Inherited()
	if err != nil {
		return err
	}
	home := arena(u)
	s, err := server.New(server.Config{
		Listen: c.Listen, Ops: c.Ops, Scripts: c.Scripts, Data: c.Data, Shard: "bench", Map: u, Home: home, HashCost: cheap, Production: c.Production,
		Record: server.Recorded{Off: !c.Record}, CohortsFrom: c.Cohorts, UnloadAfter: c.Unload, Socket: filepath.Join(c.Data, "console.sock"),
		From: from, Args: os.Args[1:], Version: "bench",
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if err := bound(ctx, s, home, c.Seats); err != nil {
		cancel()
		return errors.Join(err, <-ended)
	}
	fmt.Println(s.Addr(), s.OpsAddr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return <-ended
}

// bound bounds how many players a system lets in, as an operator would.
func bound(ctx context.Context, s *server.Server, system string, seats int) error {
	if seats <= 0 {
		return nil
	}
	_, err := s.Shard().Lua.Eval(ctx, command.Eval{System: system, Code: fmt.Sprintf("system.cap(%d)", seats), Author: "bench", Write: true})
	return err
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

// stake is a script by which players have something to trade with.
//
//go:embed stake.lua
var stake []byte

// staked makes a copy of the scripts in which that is the game's, and returns where it is.
func staked(scripts, to string) (string, error) {
	if err := os.CopyFS(to, os.DirFS(scripts)); err != nil {
		return "", err
	}
	main, err := os.OpenFile(filepath.Join(to, "main.lua"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return "", err
	}
	_, err = main.WriteString("require \"stake\"\n")
	return to, errors.Join(err, main.Close(), os.WriteFile(filepath.Join(to, "stake.lua"), stake, 0o600))
}
