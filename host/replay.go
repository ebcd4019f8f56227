package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"hotshard/host/server"
	"hotshard/runtime/world"
)

// replayCmd runs a recording again.
type replayCmd struct {
	What    string        `arg:"" name:"recording" help:"@SYSTEM or a service, as the shard with --data has recorded it; the name of a recording that was kept; or a file."`
	Data    string        `default:"data" help:"The folder of the shard."`
	From    time.Duration `default:"10m" help:"How long before its end to begin; the image before that is where it begins."`
	Until   uint64        `help:"The last tick to run; the recording's where left out." placeholder:"TICK"`
	Release int           `help:"Run this release in the place of those that ran, and say what comes out differently." placeholder:"N"`
	Patch   []string      `help:"Run with a function replaced by the one in a file, and say what comes out differently." placeholder:"MODULE.FUNCTION=FILE"`
	Debug   debugFlags    `embed:""`
	JSON    bool          `name:"json" help:"Print one JSON value."`
}

// Run runs the recording.
func (c *replayCmd) Run() error {
	if c.Debug.Dap != "" {
		return c.debug()
	}
	report, err := server.Replay(server.ReplayConfig{Data: c.Data, What: c.What, From: c.From, Until: world.Tick(c.Until), Release: c.Release, Patches: c.Patch})
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		_, err = fmt.Print(report)
	}
	if err == nil && report.Parted != nil && !report.Changed {
		err = errors.New("it did not come out as it was recorded")
	}
	return err
}
