// Command bench plays the scenes of the fleet table against a server of its own:
// the server on one core, the players on another, everything on this machine and
// ended with it. `make bench-fleet` runs it.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"hotshard/host/load"
)

var cli struct {
	Table   tableCmd     `cmd:"" default:"withargs" help:"Play the scenes and print the table."`
	Upgrade upgradeCmd   `cmd:"" help:"Replace the server's program again and again under players, and measure."`
	Profile profileCmd   `cmd:"" help:"Write the profile by which host is built."`
	Hostile hostileCmd   `cmd:"" help:"Attack a server in all ways there are, and print what honest players feel of it."`
	Attack  attackCmd    `cmd:"" help:"Be the attackers."`
	Serve   serveCmd     `cmd:"" help:"Be the server: a shard whose passwords are cheap to check."`
	Load    load.Command `cmd:"" help:"Be the players, as host load."`
}

func main() {
	ctx := kong.Parse(&cli, kong.Name("bench"), kong.UsageOnError())
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
