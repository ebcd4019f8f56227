package load

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Command is `host load`.
type Command struct {
	URL      string  `name:"url" default:"ws://127.0.0.1:7777/play" help:"Where the shard lets players in."`
	Ops      string  `default:"http://127.0.0.1:7778" help:"Its operations port, for the server's figures; empty for none."`
	Players  int     `default:"100" help:"How many players."`
	Scene    string  `default:"fleet" enum:"fleet,guns,missiles,hub,market,rush,leave" help:"What they do: fleet, guns, missiles, hub, market, rush or leave."`
	Seconds  int     `default:"10" help:"How long to measure, once they are all there."`
	Join     int     `default:"200" help:"How many players come in a second, but in a rush."`
	Gather   int     `default:"120" help:"Seconds they may take to come together, at most."`
	Rounds   int     `default:"2" help:"Scene leave: how often they all come and leave again."`
	Settle   int     `default:"600" help:"Scene leave: seconds the server's memory may take to be back after that."`
	Password string  `default:"load players" help:"Of their accounts."`
	Prefix   string  `default:"load" help:"What their names begin with."`
	Seed     uint64  `default:"1" help:"Of what they do."`
	Floor    bool    `help:"Play a plain broadcaster in the same run, for comparison. Fleet only."`
	Bytes    int     `name:"floor-bytes" default:"32" help:"What an order adds to what the broadcaster sends everybody; 0: as much as with the shard."`
	FloorCPU int     `name:"floor-cpu" default:"-1" help:"The core the broadcaster is bound to; -1 for any."`
	JSON     bool    `name:"json" help:"Print the figures as one JSON object."`
	Quiet    bool    `help:"Do not tell how it goes."`
	AsFloor  float64 `name:"as-floor" hidden:"" help:"Be the broadcaster, at so many ticks a second."`
}

// Run runs it.
func (c *Command) Run() error {
	if c.AsFloor > 0 {
		return broadcast(c.AsFloor, os.Stdin, os.Stdout)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)
	opt := Options{
		URL: c.URL, Ops: c.Ops, Players: c.Players, Scene: c.Scene, Measure: time.Duration(c.Seconds) * time.Second,
		Join: c.Join, Gather: time.Duration(c.Gather) * time.Second, Password: c.Password, Prefix: c.Prefix, Seed: c.Seed,
		Rounds: c.Rounds, Settle: time.Duration(c.Settle) * time.Second,
		Floor: c.Floor, FloorBytes: c.Bytes, FloorCPU: c.FloorCPU, Stop: stop,
	}
	if !c.Quiet {
		opt.Progress = os.Stderr
	}
	r, err := Run(opt)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Print(r)
	return nil
}
