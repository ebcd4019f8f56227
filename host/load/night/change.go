package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	raises = " = function(x) return x.y.z end"
	wrong  = " = function(x) return nil end"
	slow   = " = function(x) local n = 0 for i = 1, 200000 do n = n + i end return 1 end"
	fine   = " = function(x) return 1 + 0 end"
)

// patience is how long the watchdog may take.
const patience = 45 * time.Second

var watchSteps = []step{
	{"watches", "a patch that raises, then an innocent one, for all", func(n *night) (string, error) {
		bad, err := n.patch("tariff.rate"+raises, "--confirm", name)
		if err != nil {
			return "", err
		}
		if _, err := n.patch("tariff.tax"+fine, "--confirm", name); err != nil {
			return "", err
		}
		gone, err := n.awaits(patience, "canaries --all", takenBack(bad))
		if err != nil {
			return "", err
		}
		if _, err := n.ok("patches", "tariff.tax"); err != nil {
			return "", err
		}
		if out, _ := n.ok("patches"); strings.Contains(out, "tariff.rate") {
			return "", fmt.Errorf("the one that raises is open still: %s", out)
		}
		if _, err := n.ok("errors", "tariff.rate"); err != nil {
			return "", err
		}
		return lineOf(gone, takenBack(bad)), n.tidy()
	}},
}

var canarySteps = []step{
	{"canaries", "a wrong answer that callers stumble over, beside an innocent canary", func(n *night) (string, error) {
		bad, err := n.patch("tariff.price"+wrong, "--canary", "@"+n.home)
		if err != nil {
			return "", err
		}
		if _, err := n.patch("tariff.tax"+fine, "--canary", "@"+n.home); err != nil {
			return "", err
		}
		gone, err := n.awaits(patience, "canaries --all", takenBack(bad))
		if err != nil {
			return "", err
		}
		if _, err := n.ok("errors tariff.user", "caused by release"); err != nil {
			return "", err
		}
		if _, err := n.awaits(patience, "canaries", "next: promote"); err != nil {
			return "", err
		}
		return lineOf(gone, takenBack(bad)), n.tidy()
	}},
	{"canaries", "a slow one", func(n *night) (string, error) {
		if _, err := n.ok("patch --canary @" + n.home + " tariff.rate" + slow); err != nil {
			return "", err
		}
		gone, err := n.awaits(patience, "reload status", "too slow")
		if err != nil {
			return "", err
		}
		at := strings.Index(gone, "rolled back by itself")
		return gone[at:], n.tidy()
	}},
	{"canaries", "one that fails where time is slowed down", func(n *night) (string, error) {
		burn := "lua --write @" + n.home + " local r = require('tariff') r.burn = {} for i = 1, 8 do r.burn[i] = every(0.1, function() local n = 0 for i = 1, 2000000 do n = n + i end end) end"
		if _, err := n.ok(burn); err != nil {
			return "", err
		}
		time.Sleep(8 * time.Second)
		dilation := 1.0
		for _, s := range n.systems() {
			if s.Name == n.home {
				dilation = s.Dilation
			}
		}
		if dilation > 0.9 {
			return "", fmt.Errorf("time runs at %.2f: nothing slows it down", dilation)
		}
		bad, err := n.patch("tariff.rate"+raises, "--canary", "@"+n.home)
		if err != nil {
			return "", err
		}
		_, err = n.awaits(2*patience, "canaries --all", takenBack(bad))
		if _, err := n.ok("lua --write @" + n.home + " for _, t in ipairs(require('tariff').burn) do cancel(t) end"); err != nil {
			return "", err
		}
		return fmt.Sprintf("time ran at %.2f; taken back", dilation), err
	}},
}

// patch makes a patch and returns its number.
func (n *night) patch(what string, flags ...string) (number int, err error) {
	out, err := n.ok("patch " + strings.Join(flags, " ") + " " + what)
	if err == nil {
		_, err = fmt.Sscanf(out, "patch #%d", &number)
	}
	return number, err
}

// takenBack is how canaries says that a patch was.
func takenBack(number int) string { return fmt.Sprintf("(patch #%d), taken back", number) }

func lineOf(s, word string) string {
	for l := range strings.SplitSeq(s, "\n") {
		if strings.Contains(l, word) {
			return l
		}
	}
	return s
}

// tidy drops the open patches.
func (n *night) tidy() error {
	all, err := n.patches()
	for _, p := range all {
		if _, derr := n.ok(fmt.Sprintf("drop %d", p.Patch)); derr != nil {
			return derr
		}
	}
	return err
}

type patchLine struct {
	Patch    int
	Function string
}

// patches lists the open ones.
func (n *night) patches() (all []patchLine, err error) {
	out, err := n.ok("patches --json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &all)
	}
	return all, err
}

// patchOf is the number of the latest open patch of a function.
func (n *night) patchOf(function string) (string, error) {
	all, err := n.patches()
	for _, p := range slices.Backward(all) {
		if p.Function == function {
			return strconv.Itoa(p.Patch), nil
		}
	}
	return "", errors.Join(err, fmt.Errorf("there is no open patch of %s", function))
}

var handSteps = []step{
	{"releases", "rollback, then reload: do they agree about the disk", func(n *night) (string, error) {
		if err := n.edit(filepath.Join(n.dir, "scripts", "tariff.lua"), func(s string) string { return strings.Replace(s, "return 2 end", "return 5 end", 1) }); err != nil {
			return "", err
		}
		if _, err := n.all("reload wait", "release promote --plan", "release promote --canary @"+n.home, "release promote", "release rollback"); err != nil {
			return "", err
		}
		if _, err := n.ok("reload status", "tariff.lua the disk differs; reload reads it"); err != nil {
			return "", err
		}
		out, err := n.ok("reload", "queued", "tariff.lua")
		if err == nil {
			_, err = n.ok("reload status", "tariff.lua queued")
		}
		return out, err
	}},
	{"releases", "--plan and --canary agree", func(n *night) (string, error) {
		plan, err := n.ok("release promote --plan --canary @"+n.home, "tariff.tax", "1 system,")
		if err != nil {
			return "", err
		}
		if _, err := n.ok("release promote --canary @"+n.home, "1 system,"); err != nil {
			return "", err
		}
		return plan, n.must("release rollback")
	}},
	{"tasks", "stragglers are ended, by number and by function and release", func(n *night) (string, error) {
		if _, err := n.all("lua --write @"+n.home+" task.spawn(require('tariff').nap) task.spawn(require('tariff').nap) task.spawn(require('tariff').nap)",
			"patch tariff.nap = function() sleep(1) end --confirm "+name); err != nil {
			return "", err
		}
		list, err := n.ok("stragglers", "tariff.nap")
		if err != nil {
			return "", err
		}
		number := strings.Fields(strings.Split(list, "\n")[1])[1]
		if _, err := n.ok("task stop @"+n.home+" "+number, "ended 1 task"); err != nil {
			return "", err
		}
		out, err := n.ok("task stop tariff.nap @"+n.home, "ended 2 tasks")
		if err == nil {
			_, err = n.ok("stragglers", "no frame")
		}
		return out, err
	}},
	{"tasks", "a timer is ended", func(n *night) (string, error) {
		list, err := n.ok("timers @"+n.home, "tariff")
		if err != nil {
			return "", err
		}
		return n.ok("timer stop @"+n.home+" "+strings.Fields(strings.Split(list, "\n")[1])[1], "ended 1 timer")
	}},
	{"restart", "the system with everybody in it", func(n *night) (string, error) {
		before := n.online()
		out, err := n.ok("restart @"+n.home, fmt.Sprintf("with %d players", n.players))
		if after := n.online(); err == nil && after != before {
			err = fmt.Errorf("%d players before, %d after", before, after)
		}
		return out, err
	}},
	{"patches", "saving what is not for all is refused", func(n *night) (string, error) {
		if _, err := n.ok("patch --canary @" + n.home + " --on \"require('tariff')\" tariff.tax = function(x) return 9 end"); err != nil {
			return "", err
		}
		id, err := n.patchOf("tariff.tax on require('tariff')")
		if err != nil {
			return "", err
		}
		said, err := n.refused("patch save "+id, "only")
		if err != nil {
			return "", err
		}
		if _, err := n.ok("drop " + id); err != nil {
			return "", err
		}
		if _, err := n.refused("patch save "+id, "only"); err != nil {
			return "", err
		}
		b, err := os.ReadFile(filepath.Join(n.dir, "scripts", "tariff.lua"))
		if err == nil && strings.Contains(string(b), "return 9") {
			err = fmt.Errorf("it is in the file")
		}
		return said, err
	}},
	{"patches", "two people on one account", func(n *night) (string, error) {
		if _, err := n.ok("patch --canary @" + n.home + " tariff.rate" + fine); err != nil {
			return "", err
		}
		said, err := n.refused("patch --canary @"+n.home+" tariff.rate = function(x) return 7 end", "R-PATCH-CONFLICT", "--supersede")
		if err == nil {
			_, err = n.ok("patch --supersede --canary @" + n.home + " tariff.rate = function(x) return 7 end")
		}
		return said, err
	}},
	{"patches", "promote asks as its siblings do", func(n *night) (string, error) {
		id, err := n.patchOf("tariff.rate")
		if err != nil {
			return "", err
		}
		said, err := n.refused("promote "+id, "--confirm")
		if err == nil {
			_, err = n.ok("promote " + id + " --confirm " + name)
		}
		return said, err
	}},
	{"players", "a number is an id", func(n *night) (string, error) { return n.refused("kick 999999999", "no player with the id") }},
}

func (n *night) must(line string) error { _, err := n.ok(line); return err }
