// Package simulation runs a whole economy without a network, much faster than the clock:
// real systems with the real scripts, the real market, a real store, and hundreds of people
// who dig, build, haul and trade by the commands that players have. One goroutine does
// everything in one order, time is counted in ticks, and chance is seeded: the same seed
// comes to the same ledger, byte for byte.
//
// Run is the whole of it. world.go has the systems, agent.go how somebody is played, and a
// file each what they live on.
package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/store"
)

// Config says what is simulated.
type Config struct {
	Seed    uint64
	Days    float64 // of game time
	Traders int     // who buy and sell minerals and components in stations
	Miners  int
	Haulers int
	Makers  int    // who build
	Scripts string // the folder of the game's scripts
	Keep    string // a folder for database and map, as a shard's; "" for one that is removed at the end
	// Hz is how many ticks a game second has; 0 is 1.
	Hz float64
	// Progress hears of each game hour that is over; nil for nobody.
	Progress func(hours float64)
}

// Result is what came of it.
type Result struct {
	Seed     uint64         `json:"seed"`
	Game     time.Duration  `json:"game_ns"` // that passed
	Took     time.Duration  `json:"took_ns"` // of real time, without the start and the audit
	Speed    float64        `json:"speed"`   // game time by real time
	Ticks    int64          `json:"ticks"`   // of all systems and services
	Commands int64          `json:"commands"`
	Refused  int64          `json:"refused"` // of these
	Faults   []string       `json:"faults"`  // errors of scripts
	Hash     string         `json:"hash"`    // of all the ledger
	Shares   Shares         `json:"shares"`  // of the time
	Books    *ledger.Report `json:"-"`
}

// Shares are what the real time went into, in parts of one.
type Shares struct {
	Systems  float64 `json:"systems"`
	Services float64 `json:"services"`
	Store    float64 `json:"store"` // of both
	Agents   float64 `json:"agents"`
}

// epoch is when time begins in every simulation.
var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// Run simulates, and proves the books.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	if cfg.Hz == 0 {
		cfg.Hz = 1
	}
	if cfg.Days <= 0 || cfg.Hz < 0.1 || cfg.Hz > 60 {
		return nil, fmt.Errorf("a simulation takes more than 0 days and has 0.1 to 60 ticks a second, and not %g and %g", cfg.Days, cfg.Hz)
	}
	dir, remove, err := place(cfg.Keep)
	if err != nil {
		return nil, err
	}
	defer remove()
	w, err := newWorld(cfg, dir)
	if err != nil {
		return nil, err
	}
	defer w.close()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // nobody else needs the memory
	began := time.Now()
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	return w.result(ctx, time.Since(began))
}

// place is the folder, and what removes it. One that nobody keeps is in memory where there
// is room: it need not outlive the machine.
func place(dir string) (string, func(), error) {
	if dir != "" {
		if _, err := os.Stat(filepath.Join(dir, database)); err == nil {
			return "", nil, fmt.Errorf("there is a database in %s already, and a simulation begins with nothing: name another folder", dir)
		}
		return dir, func() {}, nil
	}
	dir, err := os.MkdirTemp("/dev/shm", "hotshard-simulation")
	if err != nil {
		dir, err = os.MkdirTemp("", "hotshard-simulation")
	}
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// database is where a shard's folder has it.
const database = "hotshard.db"

func (w *World) result(ctx context.Context, took time.Duration) (*Result, error) {
	r := &Result{Seed: w.cfg.Seed, Game: w.now.Sub(epoch), Took: took, Speed: w.now.Sub(epoch).Seconds() / took.Seconds(),
		Ticks: w.ticks, Commands: w.commands, Refused: w.refused, Faults: w.faults, Shares: w.spent.shares(took)}
	err := w.store.Books(ctx, func(b ledger.Books) (err error) {
		r.Hash, err = Hash(ctx, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.Books, err = w.store.AuditBooks(ctx)
	return r, err
}

// storeOptions are a shard's, but for the time.
func storeOptions(now func() time.Time, purse int64) store.Options {
	return store.Options{Now: now, AutoCreate: true, HashCost: store.HashCost{MemoryKiB: 8, Passes: 1}, Purse: purse,
		Log: slog.New(slog.DiscardHandler), Owner: store.Owner{Shard: "simulation"}}
}
