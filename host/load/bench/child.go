package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"hotshard/host/load"
)

// child is the server in a process of its own.
type child struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	play, ops string
}

func startServer(dir, scripts string, r row, more ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := append([]string{self, "serve", "--data", dir, "--scripts", scripts, fmt.Sprintf("--cohorts=%d", r.cohorts), fmt.Sprintf("--seats=%d", r.seats)}, more...)
	c := &child{cmd: pinned("0", args...)}
	log, err := os.Create(dir + "/log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.cmd.Stderr = log
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := fmt.Fscanln(out, &c.play, &c.ops); err != nil {
		c.stop()
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("the server did not start: %w\n%s", err, text)
	}
	return c, nil
}

// stopTime is how long the server may take to save everybody.
const stopTime = 30 * time.Second

// stop ends the server: it ends with its standard input, or it is made to.
func (c *child) stop() {
	c.in.Close()
	kill := time.AfterFunc(stopTime, func() { c.cmd.Process.Kill() })
	defer kill.Stop()
	c.cmd.Wait()
}

// players plays a row in a process of its own.
func (b *bench) players(s *child, r row) (*load.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{self, "load", "--url", "ws://" + s.play + "/play", "--ops", "http://" + s.ops, "--json", "--quiet",
		"--players", strconv.Itoa(r.players), "--scene", r.scene, "--seconds", strconv.Itoa(r.seconds),
		"--join", strconv.Itoa(joinRate), "--gather", strconv.Itoa(gatherTime)}
	if r.rounds > 0 {
		args = append(args, "--rounds", strconv.Itoa(r.rounds), "--settle", strconv.Itoa(b.cmd.Settle))
	}
	if r.floor {
		args = append(args, "--floor", "--floor-cpu", "0")
	}
	cmd := pinned("1", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	kill := time.AfterFunc(b.atMost(r), func() { cmd.Process.Kill() })
	defer kill.Stop()
	report := new(load.Report)
	decoded := json.NewDecoder(out).Decode(report)
	if err := cmd.Wait(); err != nil {
		return nil, err
	}
	return report, decoded
}
