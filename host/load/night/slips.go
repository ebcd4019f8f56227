package main

import (
	"fmt"
	"strings"
	"time"
)

var shutdownSteps = []step{
	{"durations", "wrong ones, with the shard's name typed", func(n *night) (string, error) {
		wrong := []string{"banana", "15M", "-5m", "00:15", "15min", "15 minutes", "1e9h", "99999999999h", "''", "0", "15", "9d", "maintenance"}
		for _, w := range wrong {
			if _, err := n.refused("shutdown "+w+" --confirm "+name, "write"); err != nil && !strings.Contains(err.Error(), "at most") {
				if _, err := n.refused("shutdown " + w + " --confirm " + name); err != nil {
					return "", err
				}
			}
		}
		for _, l := range []string{"audit --since banana", "watch --for 15min @" + n.home + " 1", "tail --for -5m", "profile @" + n.home + " 00:15", "reload wait --for 5"} {
			if _, err := n.refused(l); err != nil {
				return "", err
			}
		}
		return fmt.Sprintf("%d refused, the shard is up", len(wrong)+5), nil
	}},
	{"durations", "what a shutdown asks", func(n *night) (string, error) {
		if _, err := n.refused("shutdown", "when?"); err != nil {
			return "", err
		}
		return n.refused("shutdown 15m weekly", "in 15 minutes, at ", fmt.Sprintf("%d players", n.players), "--confirm")
	}},
	{"durations", "cancelled in the last second", func(n *night) (string, error) {
		if _, err := n.ok("shutdown 3s night --confirm " + name); err != nil {
			return "", err
		}
		if _, err := n.refused("shutdown 1h --confirm "+name, "already"); err != nil {
			return "", err
		}
		time.Sleep(2300 * time.Millisecond)
		out, err := n.ok("shutdown cancel", "cancelled")
		time.Sleep(time.Second)
		if err == nil {
			_, err = n.ok("status")
		}
		return out, err
	}},
}

var freezeSteps = []step{
	{"freeze", "refuses what changes code, and says who and why", func(n *night) (string, error) {
		if _, err := n.all("patch --canary @"+n.home+" tariff.tax = function(x) return 3 end", "freeze fleet fight"); err != nil {
			return "", err
		}
		said := ""
		for _, l := range []string{"patch tariff.rate = function(x) return 2 end", "patch --canary @" + n.home + " tariff.rate = function(x) return 2 end", "promote 1", "drop 1",
			"release promote", "release rollback", "release rollback 1", "unload tariff"} {
			var err error
			if said, err = n.refused(l, "frozen by", "fleet fight", "thaw"); err != nil {
				return "", err
			}
		}
		if _, err := n.ok("status --json", `"frozen": true`, `"frozen_why": "fleet fight"`); err != nil {
			return "", err
		}
		return said, nil
	}},
	{"freeze", "holds over a kill -9 and a restart", func(n *night) (string, error) {
		if err := n.restart(); err != nil {
			return "", err
		}
		if out, err := n.refused("patch --canary @"+n.home+" tariff.rate = function(x) return 2 end", "fleet fight"); err != nil {
			return out, err
		}
		return n.ok("thaw", "thawed")
	}},
}

var cutSteps = []step{
	{"cut-off saves", "on a development shard: held, accepted, whole again", func(n *night) (string, error) {
		if err := n.scripts("dev-scripts"); err != nil {
			return "", err
		}
		dev, err := n.serve("dev", "dev-scripts", "--listen", "127.0.0.1:0", "--ops", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		defer func() { _ = dev.Process.Kill(); _ = dev.Wait() }()
		file := n.dir + "/dev-scripts/tariff.lua"
		cut := module[:strings.Index(module, "function tariff.tax")]
		if err := n.edit(file, func(string) string { return cut }); err != nil {
			return "", err
		}
		held, err := n.at("dev", "reload wait")
		if err != nil || says("reload wait", held, []string{"held", "W-CUT-OFF", "reload accept tariff.lua"}) != nil {
			return "", fmt.Errorf("it was not held: %s %v", held, err)
		}
		still, err := n.at("dev", "lua @Tekari return require('tariff').tax(1)")
		if err != nil {
			still, err = n.at("dev", "lua @"+n.home+" return require('tariff').tax(1)")
		}
		if err != nil || strings.TrimSpace(still) != "2" {
			return "", fmt.Errorf("the code that runs did not stay: %s %v", still, err)
		}
		if _, err := n.at("dev", "reload accept tariff.lua"); err != nil {
			return "", err
		}
		if err := n.edit(file, func(string) string { return module }); err != nil {
			return "", err
		}
		back, err := n.at("dev", "reload wait")
		return held + " ... " + back, err
	}},
}
