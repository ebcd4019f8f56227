package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"hotshard/console/command"
	"hotshard/data/ledger"
	"hotshard/data/ledger/economy"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/report"
	"hotshard/runtime/clock"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// reportCmd reads the books of a shard, whether it runs or not.
type reportCmd struct {
	Economy  economyCmd  `cmd:"" help:"Faucets and sinks, money, prices, and what was dug, made, used, traded and destroyed, by region."`
	Suspects suspectsCmd `cmd:"" help:"Whom to look at for real-money trade, wash trades, corners and painted prices, why, and by what orders and entries."`
}

// booksFlags say whose books are read, and of which time.
type booksFlags struct {
	storeFlags
	Universe string `help:"The map, where the shard was started with --universe; the one below --data where left out." placeholder:"FILE"`
	Since    string `env:"-" help:"Only what is younger, as 24h or 7d." placeholder:"DURATION"`
	From     string `env:"-" help:"Only what is not older: a day, as 2030-01-02, or a time, as 2030-01-02T15:04:05Z." placeholder:"TIME"`
	To       string `env:"-" help:"Only what is older: a day or a time." placeholder:"TIME"`
	JSON     bool   `name:"json" env:"-" help:"One JSON value as the answer."`
}

// window is the time that is meant; zero is no bound.
func (f *booksFlags) window(now time.Time) (from, to time.Time, err error) {
	if f.Since != "" && f.From != "" {
		return from, to, errors.New("--since and --from say the same in two ways: give one")
	}
	if f.Since != "" {
		d, err := command.ParseDuration(f.Since)
		if err != nil {
			return from, to, fmt.Errorf("--since: %w", err)
		}
		from = now.Add(-d)
	}
	for flag, text := range map[string]string{"--from": f.From, "--to": f.To} {
		t, err := moment(text)
		if err != nil {
			return from, to, fmt.Errorf("%s: %w", flag, err)
		}
		if flag == "--to" {
			to = t
		} else if text != "" {
			from = t
		}
	}
	if !to.IsZero() && !from.Before(to) {
		return from, to, fmt.Errorf("nothing is between %s and %s: --to is later than the beginning", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	return from, to, nil
}

// moment reads a day or a time; "" is none.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a day, as 2030-01-02, nor a time, as 2030-01-02T15:04:05Z", text)
}

// world is the map, or nil where there is none to be found.
func (f *booksFlags) world() (*world.Universe, error) {
	if f.Universe != "" {
		return static.Load(f.Universe)
	}
	m, err := static.Newest(f.Data)
	if m == nil && err == nil {
		fmt.Fprintf(os.Stderr, "host: there is no map in %s: what happens in space is in no region. --data names the shard's folder, --universe the map it was started with\n", f.Data)
	}
	return m, err
}

// types are those of the release that the shard runs, or ran last.
func types(ctx context.Context, db *store.Reading) (*catalogue.Set, error) {
	r, err := db.LiveRelease(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	set, _ := catalogue.Read(code.NewRelease(r.Number, r.Files)) // what is wrong in it was said when it was saved
	return set, nil
}

// economyCmd reports on the economy.
type economyCmd struct {
	booksFlags
	Type string `env:"-" help:"Show the candles of this type as well; the JSON has them all." placeholder:"TYPE"`
}

// Run prints the report; where something does not add up, it ends with 1.
func (c *economyCmd) Run() error {
	ctx := context.Background()
	from, to, err := c.window(clock.Machine{}.Now())
	if err != nil {
		return err
	}
	m, err := c.world()
	if err != nil {
		return err
	}
	db, err := store.OpenReading(ctx, c.url())
	if err != nil {
		return err
	}
	defer db.Close()
	set, err := types(ctx, db)
	if err != nil {
		return err
	}
	if c.Type != "" && set != nil && !set.Empty() && set.Get(c.Type) == nil {
		return fmt.Errorf("--type: %s", set.Unknown(c.Type))
	}
	var r *economy.Report
	err = db.Books(ctx, func(b ledger.Books) (err error) {
		r, err = economy.Read(ctx, b, report.Known(m, set), economy.Query{From: from, Until: to, Prove: true})
		return err
	})
	if err != nil {
		return err
	}
	return c.show(r)
}

func (c *economyCmd) show(r *economy.Report) (err error) {
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(r)
	} else {
		err = report.WriteEconomy(os.Stdout, r, c.Type)
	}
	if err == nil && !r.OK() {
		os.Exit(1) // the report has said why
	}
	return err
}
