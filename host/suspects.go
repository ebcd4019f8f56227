package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"hotshard/data/ledger"
	"hotshard/data/ledger/surveillance"
	"hotshard/data/ledger/surveillance/population"
	"hotshard/data/store"
	"hotshard/host/report"
)

// suspectsCmd lists whom somebody should look at.
type suspectsCmd struct {
	storeFlags
	Least    float64 `default:"0.5" env:"-" help:"The score from which on somebody is listed, from 0 to 1."`
	Simulate string  `env:"-" help:"Try it on a made-up population of this seed, of which it is known who is planted, and print how good each score is." placeholder:"SEED"`
	Traders  int     `default:"6000" env:"-" help:"With --simulate: how many there are."`
	JSON     bool    `name:"json" env:"-" help:"One JSON value as the answer."`
}

// Run prints them, the highest score first.
func (c *suspectsCmd) Run() error {
	if c.Least < 0 || c.Least > 1 {
		return fmt.Errorf("--least: a score is from 0 to 1, and not %g", c.Least)
	}
	if c.Simulate != "" {
		return c.simulate()
	}
	ctx := context.Background()
	db, err := store.OpenReading(ctx, c.url())
	if err != nil {
		return err
	}
	defer db.Close()
	set, err := types(ctx, db)
	if err != nil {
		return err
	}
	d := &surveillance.Detector{Listed: report.Known(nil, set).Price}
	if err := db.Books(ctx, func(b ledger.Books) error { return surveillance.Read(ctx, b, d) }); err != nil {
		return err
	}
	names, err := db.Names(ctx)
	if err != nil {
		return err
	}
	all := report.Named(d.Suspects(c.Least), names)
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(all)
	}
	return report.WriteSuspects(os.Stdout, all)
}

// simulate prints the curve of precision and recall.
func (c *suspectsCmd) simulate() error {
	var seed uint64
	if _, err := fmt.Sscan(c.Simulate, &seed); err != nil {
		return fmt.Errorf("--simulate: a seed is a whole number, and not %q", c.Simulate)
	}
	if c.Traders < population.Least {
		return fmt.Errorf("--traders: at least %d, or there is no room for what is planted", population.Least)
	}
	p := population.Make(seed, c.Traders)
	var d surveillance.Detector
	p.Tell(&d)
	curve := p.Curve(d.Suspects(0))
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"seed": seed, "traders": c.Traders, "trades": len(p.Trades), "transfers": len(p.Transfers), "planted": len(p.Guilty()), "curve": curve})
	}
	fmt.Printf("seed %d: %d traders, %d trades, %d transfers, %d planted in %d cases\n", seed, c.Traders, len(p.Trades), len(p.Transfers), len(p.Guilty()), len(p.Planted))
	return report.WriteCurve(os.Stdout, curve)
}
