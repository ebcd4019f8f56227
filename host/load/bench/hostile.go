package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotshard/host/hostile"
)

// hostileCmd attacks a server in all ways that package hostile has, and measures what
// honest players feel of each: their answers in the attack beside those just before it.
type hostileCmd struct {
	Scripts string   `default:"scripts" help:"The folder of the game's scripts."`
	Honest  int      `default:"100" help:"Honest players."`
	Size    int      `default:"2000" help:"How often an attack does what it does."`
	Seconds int      `default:"8" help:"How long it is quiet before each attack, and an attack at least."`
	Only    []string `help:"Attacks by name; all where left out."`
}

// Run prints the table.
func (c *hostileCmd) Run() error {
	dir, err := os.MkdirTemp("", "bench-hostile-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := startServer(dir, c.Scripts, row{}, "--production")
	if err != nil {
		return err
	}
	defer s.stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	song := hostile.Song{URL: "ws://" + s.play + "/play", Password: "honest players", Register: true, Asks: "who", Every: 100 * time.Millisecond}
	for n := range c.Honest {
		song.Names = append(song.Names, fmt.Sprintf("Honest %d", n))
	}
	chorus, err := hostile.Sing(ctx, song)
	if err != nil {
		return err
	}
	fmt.Printf("%d honest players ask ten times a second; the server on core 0, they and the attackers on core 1. Times of their answers in ms: in the attack (just before).\n\n", c.Honest)
	fmt.Printf("%-14s %9s %15s %15s %17s %7s %8s %7s  %s\n", "attack", "seconds", "p50", "p99", "longest", "server", "most", "RSS MB", "refused")
	for i, a := range hostile.Attacks() {
		if len(c.Only) > 0 && !slices.Contains(c.Only, a.Name) {
			continue
		}
		if err := c.measure(s, chorus, i, a); err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	fmt.Printf("\n%d answers to honest players, each in its place\n", chorus.Answers())
	return chorus.End()
}

// felt is what honest players felt for a while.
type felt struct{ p50, p99, most time.Duration }

func feel(c *hostile.Chorus) felt {
	took := c.Times()
	if len(took) == 0 {
		return felt{}
	}
	return felt{took[len(took)/2], took[len(took)*99/100], took[len(took)-1]}
}

// measure is a row: quiet, and then the attack.
func (c *hostileCmd) measure(s *child, chorus *hostile.Chorus, i int, a hostile.Attack) error {
	chorus.Times()
	time.Sleep(time.Duration(c.Seconds) * time.Second)
	quiet := feel(chorus)
	before, err := askServer(s.ops)
	if err != nil {
		return err
	}
	began := time.Now()
	most, err := c.attack(s, i, a)
	if err != nil {
		return err
	}
	seconds := time.Since(began).Seconds()
	attacked := feel(chorus)
	after, err := askServer(s.ops)
	if err != nil {
		return err
	}
	ms := func(now, then time.Duration) string {
		return fmt.Sprintf("%.2f (%.2f)", now.Seconds()*1e3, then.Seconds()*1e3)
	}
	fmt.Printf("%-14s %9.1f %15s %15s %17s %7.2f %8.0f %7.1f  %s\n", a.Name, seconds, ms(attacked.p50, quiet.p50), ms(attacked.p99, quiet.p99), ms(attacked.most, quiet.most),
		(after.CPU-before.CPU)/seconds, most, after.RSS/1e6, after.since(before))
	return nil
}

// attack has attackers of a process of their own attack, again and again for as long as it
// takes, and returns the most connections that there were.
func (c *hostileCmd) attack(s *child, i int, a hostile.Attack) (most float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := pinned("1", self, "attack", a.Name, "--addr", s.play, "--ops", s.ops, "--group", strconv.Itoa(i), "--size", strconv.Itoa(c.Size), "--seconds", strconv.Itoa(c.Seconds))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	kill := time.AfterFunc(10*time.Minute, func() { cmd.Process.Kill() })
	defer kill.Stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(os.Stderr, out)
	}()
	for {
		select {
		case <-ended:
			return most, cmd.Wait()
		case <-time.After(100 * time.Millisecond):
			if now, err := askServer(s.ops); err == nil {
				most = max(most, now.connections)
			}
		}
	}
}

// attackCmd is attackers in a process of their own.
type attackCmd struct {
	Name    string `arg:"" help:"Which attack."`
	Addr    string `help:"HOST:PORT of the players' port."`
	Ops     string `help:"HOST:PORT of the operations port."`
	Group   int    `help:"Which addresses of this machine they come from."`
	Size    int    `default:"2000" help:"How often it does what it does."`
	Seconds int    `default:"8" help:"It is done again until so long has passed."`
}

// Run attacks.
func (c *attackCmd) Run() error {
	t := &hostile.Target{Addr: c.Addr, Size: c.Size, Name: fmt.Sprintf("Foe %d", c.Group), Password: "secret secret"}
	for n := range 64 {
		t.From = append(t.From, netip.AddrFrom4([4]byte{127, 2, byte(c.Group), byte(n + 1)}))
	}
	if err := t.Prepare(context.Background()); err != nil {
		return err
	}
	until := time.Now().Add(time.Duration(c.Seconds) * time.Second)
	for _, a := range hostile.Attacks() {
		for a.Name == c.Name {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
			_, err := a.Run(ctx, t)
			cancel()
			if err != nil {
				fmt.Fprintln(os.Stderr, err) // measured all the same: the addresses may have used up what they may do
			}
			if time.Now().After(until) {
				return nil
			}
		}
	}
	return fmt.Errorf("there is no attack called %s", c.Name)
}

// told is what the server says of itself.
type told struct {
	CPU         float64 `json:"cpu_s"`
	RSS         float64 `json:"rss_bytes"`
	connections float64
	refused     map[string]float64
}

func askServer(ops string) (*told, error) {
	t := &told{refused: map[string]float64{}}
	if err := get("http://"+ops+"/metrics.json", func(r io.Reader) error { return json.NewDecoder(r).Decode(t) }); err != nil {
		return nil, err
	}
	return t, get("http://"+ops+"/metrics", func(r io.Reader) error {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), " ")
			n, err := strconv.ParseFloat(value, 64)
			switch kind, ok := strings.CutPrefix(name, `hotshard_refusals_total{kind="`); {
			case err != nil:
			case ok:
				t.refused[strings.TrimSuffix(kind, `"}`)] = n
			case name == "hotshard_connections":
				t.connections = n
			}
		}
		return lines.Err()
	})
}

func get(url string, read func(io.Reader) error) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return read(resp.Body)
}

// since lists what was refused since another look, by kind.
func (t *told) since(before *told) string {
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(t.refused)) {
		if n := t.refused[kind] - before.refused[kind]; n > 0 {
			out = append(out, fmt.Sprintf("%.0f %s", n, kind))
		}
	}
	return strings.Join(out, ", ")
}
