package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"time"

	"hotshard/host/simulation"
)

// simulateCmd runs what would take a shard days.
type simulateCmd struct {
	Economy simulateEconomyCmd `cmd:"" help:"Run an economy of hundreds of people on the real scripts, market and store, much faster than the clock; the same seed comes to the same ledger."`
}

// simulateEconomyCmd runs an economy.
type simulateEconomyCmd struct {
	Seed    uint64  `default:"1" env:"-" help:"Of everything that is random: the same seed comes to the same ledger, byte for byte."`
	Days    float64 `default:"1" env:"-" help:"How long, in days of game time."`
	Traders int     `default:"120" env:"-" help:"Who buy and sell in stations."`
	Miners  int     `default:"120" env:"-" help:"Who dig, refine and sell."`
	Haulers int     `default:"30" env:"-" help:"Who bring what corporations make to where it is wanted."`
	Makers  int     `default:"40" env:"-" help:"Who build."`
	Scripts string  `default:"scripts" help:"The folder of the game's scripts."`
	Keep    string  `env:"-" help:"A folder for the database and the map, to report on or to audit with --data; they are removed at the end where left out." placeholder:"DIR"`
	Hz      float64 `default:"1" env:"-" help:"Ticks in a second of game time."`
	JSON    bool    `name:"json" env:"-" help:"One JSON value as the answer."`
}

// Run prints what came of it; the last line is the audit.
func (c *simulateEconomyCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	began := time.Now()
	r, err := simulation.Run(ctx, simulation.Config{
		Seed: c.Seed, Days: c.Days, Traders: c.Traders, Miners: c.Miners, Haulers: c.Haulers, Makers: c.Makers, Scripts: c.Scripts, Keep: c.Keep, Hz: c.Hz,
		Progress: func(hours float64) {
			fmt.Fprintf(os.Stderr, "\r%.0f of %.0f hours, %.0f times real time ", hours, c.Days*24, hours*3600/time.Since(began).Seconds())
		},
	})
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{"result": r, "ok": r.Books.OK(), "postings": r.Books.Postings, "holdings": r.Books.Holdings, "wrong": append([]string{}, r.Books.Wrong...)})
	} else {
		c.show(r)
	}
	if err == nil && !r.Books.OK() {
		os.Exit(1) // the audit has said why
	}
	return err
}

func (c *simulateEconomyCmd) show(r *simulation.Result) {
	fmt.Printf("seed %d: %s of game time in %s, %.0f times real time\n", r.Seed, r.Game, r.Took.Round(time.Millisecond), r.Speed)
	fmt.Printf("%d ticks, %d commands, %d of them refused\n", r.Ticks, r.Commands, r.Refused)
	fmt.Printf("time went into systems %.0f %%, services %.0f %%, people %.0f %%; %.0f %% of all into the store\n", 100*r.Shares.Systems, 100*r.Shares.Services, 100*r.Shares.Agents, 100*r.Shares.Store)
	for _, text := range r.Faults {
		fmt.Println("fault:", text)
	}
	fmt.Println("ledger:", r.Hash)
	for _, text := range r.Books.Wrong {
		fmt.Println(text)
	}
	fmt.Println(r.Books)
}
