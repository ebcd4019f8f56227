package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hotshard/host/server"
	"hotshard/host/spectate"
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
	Listen  string        `env:"-" help:"Show it in the player's page, here, with a time line: 127.0.0.1:7779." placeholder:"ADDR:PORT"`
	Anyone  bool          `env:"-" name:"accept-anyone" help:"--listen or --dap may be where others reach it: they see what everybody did and was told, and by --dap run Lua in the copy."`
	Socket  string        `env:"-" help:"With --listen: the console's socket; one in run below --data where left out." placeholder:"PATH"`
	Debug   debugFlags    `embed:""`
	JSON    bool          `name:"json" help:"Print one JSON value."`
}

// Run runs the recording.
func (c *replayCmd) Run() error {
	if c.Listen != "" && c.Debug.Dap != "" {
		return errors.New("--listen shows the recording and --dap debugs it: give one of them")
	}
	if c.Listen != "" {
		return c.show()
	}
	if c.Socket != "" {
		return errors.New("--socket goes with --listen")
	}
	if c.Debug.Dap != "" {
		return c.debug()
	}
	if c.Anyone {
		return errors.New("--accept-anyone goes with --listen or --dap")
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

// show shows the recording until SIGTERM or SIGINT.
func (c *replayCmd) show() error {
	if c.Release != 0 || len(c.Patch) > 0 || c.Until != 0 || c.JSON {
		return errors.New("--listen shows what was recorded as it was: it goes with --from, and without --until, --release, --patch and --json")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t, err := spectate.New(spectate.Config{
		Data: c.Data, What: c.What, From: c.From, Listen: c.Listen, Anyone: c.Anyone, Socket: c.Socket,
		Version: programVersion(), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Out: os.Stdout,
	})
	if err != nil {
		return err
	}
	return t.Run(ctx)
}
