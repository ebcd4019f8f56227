package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// profileCmd plays a fight and keeps what the server spent its time on: the profile
// by which the Go compiler builds host.
type profileCmd struct {
	Out     string `arg:"" help:"Where to write it."`
	Scripts string `default:"scripts" help:"The folder of the game's scripts."`
	Players int    `default:"1000" help:"How many fight, with guns."`
	Seconds int    `default:"40" help:"How long the server is watched."`
}

// gathered is how long after the last has joined they all fight.
const gathered = 10 * time.Second

// Run writes the profile. A file that is there stays if anything goes wrong.
func (c *profileCmd) Run() error {
	dir, err := os.MkdirTemp("", "bench-profile-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	joined := time.Duration(c.Players) * time.Second / joinRate
	r := row{scene: "guns", players: c.Players, seconds: c.Seconds + int(gathered.Seconds())}
	s, err := startServer(dir, c.Scripts, r)
	if err != nil {
		return err
	}
	defer s.stop()
	ctx, cancel := context.WithTimeout(context.Background(), joined+gathered+time.Duration(c.Seconds+30)*time.Second)
	defer cancel()
	watched := make(chan error, 1)
	time.AfterFunc(joined+gathered, func() { watched <- fetchProfile(ctx, s.ops, c.Seconds, c.Out) })
	report, err := (&bench{cmd: &tableCmd{}}).players(s, r)
	if err != nil {
		cancel()
		return errors.Join(err, <-watched)
	}
	if err := <-watched; err != nil {
		return err
	}
	fmt.Printf("%s: %d s of a fight of %d, in which %d ships were lost\n", c.Out, c.Seconds, report.Figures.Players, report.Figures.Deaths)
	return nil
}

// fetchProfile asks a server's operations port what it does for so many seconds.
func fetchProfile(ctx context.Context, ops string, seconds int, out string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", ops, seconds), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("no profile: %s: %s", resp.Status, text)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}
