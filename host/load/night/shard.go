package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	name   = "night"
	listen = "127.0.0.1:7791"
	ops    = "127.0.0.1:7792"
)

// module is what the night is about: functions that every system calls ten times a
// second, and that operators get wrong.
const module = `local tariff = {}
function tariff.price(x) return {v = x} end
function tariff.rate(x) return 1 end
function tariff.tax(x) return 2 end
function tariff.user() return tariff.price(2).v end
function tariff.nap() sleep(3600) end
every(0.1, function() tariff.user() end)
every(0.1, function() tariff.rate(1) end)
every(0.1, function() tariff.tax(1) end)
return tariff
`

// night is a shard in a folder of its own, with players in it.
type night struct {
	dir     string
	players int
	host    *exec.Cmd
	load    *exec.Cmd
	home    string // the system where the players are
	spare   []string
}

func begin(players int) (*night, error) {
	dir, err := os.MkdirTemp("", "night")
	if err != nil {
		return nil, err
	}
	n := &night{dir: dir, players: players}
	if err := n.scripts("scripts"); err != nil {
		return n, err
	}
	if n.host, err = n.serve("data", "scripts", "--production", "--listen", listen, "--ops", ops); err != nil {
		return n, err
	}
	return n, n.fill()
}

// scripts copies the game's scripts and adds the module.
func (n *night) scripts(to string) error {
	to = filepath.Join(n.dir, to)
	if err := os.CopyFS(to, os.DirFS("scripts")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "tariff.lua"), []byte(module), 0o644); err != nil {
		return err
	}
	return n.edit(filepath.Join(to, "main.lua"), func(s string) string { return "require \"tariff\"\n" + s })
}

func (n *night) edit(file string, change func(string) string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(change(string(b))), 0o644)
}

// serve starts a shard and waits for its console.
func (n *night) serve(data, scripts string, more ...string) (*exec.Cmd, error) {
	log, err := os.OpenFile(filepath.Join(n.dir, data+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := append([]string{"serve", "--shard", name, "--scripts", filepath.Join(n.dir, scripts), "--data", filepath.Join(n.dir, data)}, more...)
	cmd := exec.Command("bin/host", args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: make build first", err)
	}
	return cmd, until(30*time.Second, "the shard does not come up; see "+log.Name(), func() bool {
		_, err := n.at(data, "status")
		return err == nil
	})
}

// until waits for something that must come.
func until(patience time.Duration, what string, come func() bool) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if come() {
			return nil
		}
	}
	return errors.New(what)
}

// fill lets the players come and finds out where they are.
func (n *night) fill() error {
	n.load = exec.Command("bin/host", "load", "--url", "ws://"+listen+"/play", "--ops", "http://"+ops, "--players", strconv.Itoa(n.players),
		"--scene", "fleet", "--seconds", "3600")
	if err := n.load.Start(); err != nil {
		return err
	}
	err := until(120*time.Second, "the players do not come", func() bool { return n.online() >= n.players })
	if err != nil {
		return err
	}
	for _, s := range n.systems() {
		if s.Players > 0 && n.home == "" {
			n.home = s.Name
		} else if len(n.spare) < 2 && s.Players == 0 {
			n.spare = append(n.spare, s.Name)
		}
	}
	for _, s := range n.spare { // its timers keep it awake
		if _, err := n.ok("lua @" + s + " return 1"); err != nil {
			return err
		}
	}
	time.Sleep(5 * time.Second) // for what is compared with what was before
	return nil
}

type system struct {
	Name     string
	Players  int
	Release  int
	Dilation float64
}

func (n *night) systems() []system {
	var all []system
	out, err := n.ok("systems --json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &all)
	}
	if err != nil {
		return nil
	}
	return all
}

func (n *night) online() (players int) {
	for _, s := range n.systems() {
		players += s.Players
	}
	return players
}

// at runs a line on the shard with the data folder.
func (n *night) at(data, line string) (string, error) {
	cmd := exec.Command("bin/console", "--data", filepath.Join(n.dir, data), "-e", line)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s", strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// ok runs a line that must succeed and whose answer must say some words.
func (n *night) ok(line string, words ...string) (string, error) {
	out, err := n.at("data", line)
	if err != nil {
		return out, fmt.Errorf("%s: %w", line, err)
	}
	return out, says(line, out, words)
}

// refused runs a line that must be refused, with some words on stderr, and returns
// those.
func (n *night) refused(line string, words ...string) (string, error) {
	out, err := n.at("data", line)
	if err == nil {
		return "", fmt.Errorf("%s was not refused: %s", line, out)
	}
	return err.Error(), says(line, err.Error(), words)
}

func says(line, text string, words []string) error {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return fmt.Errorf("%s says %q, and not %q", line, oneLine(text), w)
		}
	}
	return nil
}

// all runs lines one after the other that must all succeed and returns the last answer.
func (n *night) all(lines ...string) (out string, err error) {
	for _, l := range lines {
		if out, err = n.ok(l); err != nil {
			return out, err
		}
	}
	return out, nil
}

// awaits runs a line until its answer says a word.
func (n *night) awaits(patience time.Duration, line, word string) (string, error) {
	last := ""
	err := until(patience, "", func() bool {
		last, _ = n.at("data", line)
		return strings.Contains(last, word)
	})
	if err != nil {
		return "", fmt.Errorf("%s never says %q but %q", line, word, oneLine(last))
	}
	return last, nil
}

// restart ends the shard as kill -9 does and starts it again. The players of before are
// gone; others come.
func (n *night) restart() (err error) {
	_ = n.host.Process.Kill()
	_ = n.host.Wait()
	_ = n.load.Process.Kill()
	_ = n.load.Wait()
	if n.host, err = n.serve("data", "scripts", "--production", "--listen", listen, "--ops", ops); err != nil {
		return err
	}
	n.home, n.spare = "", nil
	return n.fill()
}

// end stops everything and takes the folder away.
func (n *night) end() {
	if n.load != nil {
		_ = n.load.Process.Kill()
		_ = n.load.Wait()
	}
	if n.host != nil {
		_ = n.host.Process.Signal(syscall.SIGTERM)
		_ = n.host.Wait()
	}
	if err := os.RemoveAll(n.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(os.Stderr, err)
	}
}
