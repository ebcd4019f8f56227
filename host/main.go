// Command host is a hotshard server, and the tools that go with its scripts.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"hotshard/host/load"
)

// cli is the command line. Every flag can also be set in the environment, as
// HOTSHARD_ and its name in capitals: HOTSHARD_LISTEN.
var cli struct {
	Serve      serveCmd         `cmd:"" help:"Run a shard."`
	Cluster    clusterCmd       `cmd:"" help:"Have a whole cluster on this machine, to try it out."`
	Test       testCmd          `cmd:"" help:"Run the scripts' tests."`
	Check      checkCmd         `cmd:"" help:"Look for mistakes in the scripts without running them."`
	Conform    conformCmd       `cmd:"" help:"Run cases of the reload conformance suite."`
	Load       load.Command     `cmd:"" help:"Play a shard with players that behave like players, and measure."`
	Replay     replayCmd        `cmd:"" help:"Run again what was recorded of a system, and say where it comes out differently."`
	Record     recordCmd        `cmd:"" help:"Work on recordings that were kept."`
	Audit      auditCmd         `cmd:"" help:"Prove a shard's books, whether it runs or not: nothing was made or lost by mistake."`
	Report     reportCmd        `cmd:"" help:"Read a shard's books for economists and operators, whether it runs or not."`
	Simulate   simulateCmd      `cmd:"" help:"Run what would take a shard days, on this machine and without players."`
	Backup     backupCmd        `cmd:"" help:"Copy a shard's database into a file, while the shard runs."`
	Restore    restoreCmd       `cmd:"" help:"Make a shard's database of a backup."`
	Move       moveCmd          `cmd:"" help:"Move a shard's database to another place: from a file to PostgreSQL, or back."`
	Doctor     doctorCmd        `cmd:"" help:"Look at this machine before a shard runs on it: limits, disk, clock, ports, permissions, scripts."`
	Import     importCmd        `cmd:"" help:"Make a map file of somebody else's data."`
	Completion completionCmd    `cmd:"" help:"Print what a shell needs to complete this program: source <(host completion bash)."`
	Shepherd   shepherdCmd      `cmd:"" hidden:"" help:"Stand for a shard that has become another process."`
	Version    kong.VersionFlag `env:"-" help:"Print the version."`
}

func main() {
	parser, err := kong.New(&cli,
		kong.Name("host"),
		kong.Description("A space-game server whose every script can be changed while players fly."),
		kong.DefaultEnvars("HOTSHARD"),
		kong.Vars{"version": programVersion()},
		kong.UsageOnError(),
	)
	if err != nil {
		fail(err)
	}
	ctx, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := ctx.Run(); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "host:", err)
	os.Exit(1)
}
