package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"hotshard/host/dap"
	"hotshard/host/server"
	"hotshard/runtime/record"
)

// debugFlags let editors debug a recording.
type debugFlags struct {
	Dap     string `env:"-" help:"Let an editor debug it, here, by the Debug Adapter Protocol: 127.0.0.1:4711." placeholder:"ADDR:PORT"`
	Scripts string `default:"scripts" help:"With --dap: the folder of the scripts, where the editor names no other."`
}

// debug serves editors until SIGTERM or SIGINT.
func (c *replayCmd) debug() error {
	if c.Release != 0 || len(c.Patch) > 0 || c.Until != 0 || c.JSON {
		return errors.New("--dap debugs what was recorded as it was: it goes with --from, and without --until, --release, --patch and --json")
	}
	if err := server.Loopback(c.Debug.Dap); err != nil && !c.Anyone {
		return fmt.Errorf("--dap: %w; whoever reaches it runs Lua on this machine, in the copy: --accept-anyone says that it is meant so", err)
	}
	rec, err := server.OpenRecording(c.Data, c.What)
	if err != nil {
		return err
	}
	setup, err := server.Rerun(rec)
	if err != nil {
		return err
	}
	span, err := rec.Span()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Debug.Dap)
	if err != nil {
		return fmt.Errorf("--dap: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Printf("%s, ticks %d to %d: editors are let in at %s\n", rec.Meta.System, span.First, span.Last, l.Addr())
	return dap.Serve(ctx, l, dap.Config{Scripts: c.Debug.Scripts, Open: func(h record.Hooks) (*record.Deck, error) {
		return rec.NewDeck(setup, span.Until.Add(-c.From), h)
	}})
}
