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
	"hotshard/console/serve/remote"
)

// options are the flags. Each can be set as HOTSHARD_NAME in the environment.
type options struct {
	Data       string   `help:"The shard's data folder." default:"data" type:"path"`
	Socket     string   `help:"The shard's console socket; run/console.sock below --data where left out." placeholder:"PATH"`
	Connect    string   `help:"Come in over SSH instead of the local socket." placeholder:"HOST:PORT"`
	Identity   []string `short:"i" sep:"none" help:"Private key to come in with; those of the agent and of ~/.ssh where left out." placeholder:"FILE"`
	KnownHosts string   `help:"Keys of shards that are known; ~/.ssh/known_hosts where left out." placeholder:"FILE"`
	Command    []string `short:"e" sep:"none" help:"Run one command and exit; may be given several times. Stops at the first refusal." placeholder:"COMMAND"`
	JSON       bool     `help:"Print one JSON value for each command."`
	Confirm    string   `help:"The shard's name, for commands that want it typed in production." placeholder:"NAME"`
	NoPager    bool     `help:"Print long answers without a pager."`
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
	dial := opts.dialer(stdin, stderr)
	c, err := dial(ctx)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	op := &operator{opts: opts, dial: dial, client: c, commands: command.Default(), out: stdout, errs: stderr}
	defer func() { op.client.Close() }()
	switch {
	case len(opts.Command) > 0:
		return op.all(ctx, lines(opts.Command), true)
	case !term.IsTerminal(int(stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())):
		return op.all(ctx, scanned(stdin), false)
	}
	if err := op.interact(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// dialer returns how this console reaches its shard.
func (opts options) dialer(stdin *os.File, stderr io.Writer) func(context.Context) (*client.Client, error) {
	if opts.Connect == "" {
		return func(ctx context.Context) (*client.Client, error) { return client.Dial(ctx, opts.Socket) }
	}
	d := remote.Dialer{Address: opts.Connect, Keys: opts.Identity, Known: opts.KnownHosts}
	if term.IsTerminal(int(stdin.Fd())) && len(opts.Command) == 0 {
		d.Password = func(file string) ([]byte, error) {
			fmt.Fprintf(stderr, "pass phrase of %s: ", file)
			defer fmt.Fprintln(stderr)
			return term.ReadPassword(int(stdin.Fd()))
		}
		d.Trust = func(host, fingerprint string) bool {
			fmt.Fprintf(stderr, "%s is not known yet. Its key is %s. Is that right? (yes/no) ", host, fingerprint)
			var answer string
			_, err := fmt.Fscanln(stdin, &answer)
			return err == nil && answer == "yes"
		}
	}
	return func(ctx context.Context) (*client.Client, error) {
		conn, err := d.Dial(ctx)
		if err != nil {
			return nil, err
		}
		return client.New(ctx, conn)
	}
}
