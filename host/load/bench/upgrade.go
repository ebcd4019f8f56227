package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"hotshard/console/serve"
	"hotshard/host/load"
)

// upgradeCmd replaces the server's program under players: itself again each time, and now
// and then by programs that do not manage.
type upgradeCmd struct {
	Players int           `default:"5000" help:"How many play."`
	Scene   string        `default:"fleet" enum:"fleet,hub" help:"What they do."`
	Times   int           `default:"20" help:"How often the program is replaced."`
	Every   time.Duration `default:"2s" help:"From one time to the next."`
	Seconds int           `default:"20" help:"How long is measured before."`
	Join    int           `default:"200" help:"How many players come in a second."`
	Scripts string        `default:"scripts" help:"The folder of the game's scripts."`
	Log     string        `placeholder:"FILE" help:"Where the server's log goes; nowhere where left out."`
}

// Run prints what the players felt, without and with upgrades.
func (c *upgradeCmd) Run() error {
	dir, err := os.MkdirTemp("", "hs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := c.start(dir)
	if err != nil {
		return err
	}
	defer s.stop()
	var took []upgraded
	report, err := load.Run(load.Options{
		URL: "ws://" + s.play + "/play", Ops: "http://" + s.ops, Players: c.Players, Scene: c.Scene, Measure: time.Duration(c.Seconds) * time.Second,
		Join: c.Join, Gather: 3 * time.Minute, Password: "load players", Prefix: "load", Seed: 1, FloorCPU: -1, Progress: os.Stderr,
		Meanwhile: func() (err error) {
			took, err = c.replace(s, dir)
			return err
		},
	})
	if err != nil {
		return err
	}
	c.print(report, took)
	return nil
}

// start starts the server on all cores.
func (c *upgradeCmd) start(dir string) (*replaced, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(cmp.Or(c.Log, filepath.Join(dir, "log")))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	in, keep, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	cmd := exec.Command(self, "serve", "--data", dir, "--scripts", c.Scripts)
	cmd.Stdin, cmd.Stderr = in, log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &replaced{socket: filepath.Join(dir, "console.sock"), keep: keep, out: out, pid: cmd.Process.Pid}
	if _, err := fmt.Fscanln(out, &s.play, &s.ops); err != nil {
		s.stop()
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("the server did not start: %w\n%s", err, text)
	}
	return s, nil
}

// replaced is a server whose process changes.
type replaced struct {
	play, ops string
	socket    string
	keep      *os.File      // it ends when this is closed
	out       io.ReadCloser // what it writes to: each new process does, and ends where nobody could read it
	pid       int
}

// stop ends the server, whichever process it is.
func (s *replaced) stop() {
	s.keep.Close()
	defer s.out.Close()
	for began := time.Now(); time.Since(began) < stopTime; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(s.socket); err != nil {
			return
		}
	}
	_ = syscall.Kill(s.pid, syscall.SIGKILL) // it may have ended at last
}

// run runs a line in the console.
func (s *replaced) run(line string) (string, error) {
	conn, err := net.Dial("unix", s.socket)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	frames := serve.NewFrameReader(conn)
	if err := json.NewEncoder(conn).Encode(serve.Request{ID: 1, Run: line}); err != nil {
		return "", err
	}
	for {
		var r serve.Reply
		if err := frames.Read(&r); err != nil {
			return "", err
		}
		switch {
		case r.Hello != nil:
			s.pid = r.Hello.PID
		case r.Error != nil:
			return "", errors.New(r.Error.Message)
		case r.Done != nil:
			return r.Done.Text, nil
		}
	}
}

// upgraded is how one went: as the server says, and how long it took in all.
type upgraded struct {
	text string
	took time.Duration
}

// replace upgrades as often as is asked for, and has two programs fail in between.
func (c *upgradeCmd) replace(s *replaced, dir string) (all []upgraded, err error) {
	bad := map[int]string{c.Times / 3: "exit 3", 2 * c.Times / 3: "exec sleep 600"}
	for i := range c.Times {
		if does := bad[i]; does != "" {
			path := filepath.Join(dir, fmt.Sprint("bad", i))
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
				return all, err
			}
			if _, err := s.run("upgrade " + path + " --for 3s"); err == nil {
				return all, fmt.Errorf("a program that does %q has taken over", does)
			} else {
				fmt.Fprintf(os.Stderr, "refused: %v\n", err)
			}
		}
		began := time.Now()
		text, err := s.run("upgrade")
		if err != nil {
			return all, fmt.Errorf("upgrade %d: %w", i+1, err)
		}
		all = append(all, upgraded{text, time.Since(began)})
		fmt.Fprintln(os.Stderr, text)
		time.Sleep(c.Every)
	}
	return all, nil
}

func (c *upgradeCmd) print(r *load.Report, all []upgraded) {
	fmt.Print(load.Header())
	fmt.Print(r.Calm.Line("before"))
	fmt.Print(r.Figures.Line("upgraded"))
	var took []time.Duration
	for _, u := range all {
		took = append(took, u.took)
	}
	slices.Sort(took)
	fmt.Printf("\n%d upgrades, in all %.1f s each (median); %d of %d players were disconnected, %d commands lost, %d answered twice, %d messages missed\n", len(all),
		took[len(took)/2].Seconds(), r.Disconnects-r.Calm.Disconnects, c.Players, r.Lost, r.Twice, r.Missed)
	fmt.Printf("the longest that each player heard of no tick, p50 / p99 / max: %.0f / %.0f / %.0f ms; before, without upgrades: %.0f / %.0f / %.0f ms\n",
		r.GapP50, r.GapP99, r.GapMax, r.Calm.GapP50, r.Calm.GapP99, r.Calm.GapMax)
}
