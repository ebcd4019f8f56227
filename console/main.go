// Console is the operator's terminal: it sends command lines to a shard over its
// local socket and shows what they answer. The commands themselves run in the
// server; see the package command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"hotshard/console/client"
	"hotshard/console/command"
)

// options are the flags. Each can be set as HOTSHARD_NAME in the environment.
type options struct {
	Data    string   `help:"The shard's data folder." default:"data" type:"path"`
	Socket  string   `help:"The shard's console socket; run/console.sock below --data where left out." placeholder:"PATH"`
	Command []string `short:"e" sep:"none" help:"Run one command and exit; may be given several times. Stops at the first refusal." placeholder:"COMMAND"`
	JSON    bool     `help:"Print one JSON value for each command."`
	Confirm string   `help:"The shard's name, for commands that want it typed in production." placeholder:"NAME"`
	NoPager bool     `help:"Print long answers without a pager."`
}

func main() {
	var opts options
	kong.Parse(&opts,
		kong.Name("console"),
		kong.Description("The operator's console of a running shard. Without -e it reads commands from the terminal, or from a pipe. Try help."),
		kong.DefaultEnvars("HOTSHARD"))
	if opts.Socket == "" {
		opts.Socket = filepath.Join(opts.Data, "run", "console.sock")
	}
	os.Exit(run(opts, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program, and returns its exit code: 0, or 1 after a refusal.
func run(opts options, stdin *os.File, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	c, err := client.Dial(ctx, opts.Socket)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	op := &operator{opts: opts, client: c, commands: command.Default(), out: stdout, errs: stderr}
	defer func() { op.client.Close() }()
	switch {
	case len(opts.Command) > 0:
		return op.all(ctx, lines(opts.Command))
	case !term.IsTerminal(int(stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())):
		return op.all(ctx, scanned(stdin))
	}
	if err := op.interact(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
