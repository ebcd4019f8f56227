package command_test

import (
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
)

// wrongDurations are slips of the hand, none of which may be taken for a time.
var wrongDurations = map[string]string{
	"banana": "write 30s, 15m", "15M": "write 15m", "-5m": "is not a duration", "00:15": "is not a duration", "15min": "write 15m",
	"15": "15 of what", "15minutes": "write 15m", "1e9h": "is not a duration", "99999999999h": "longer", "9999999999999999999d": "longer",
	"''": "missing", "0s": "no time at all", "0": "is not a duration", "1h1h": "is not a duration", "1m2h": "is not a duration", "5 m": "write 5m", "+5m": "is not a duration",
	"1,5h": "is not a duration", "1.5.5h": "is not a duration", "٣m": "is not a duration", "5µs": "is not a duration", "Inf": "is not a duration",
	"0x10m": "is not a duration", "15m,": "is not a duration", "1.5": "1.5 of what", ".5h": "is not a duration", "now-5m": "is not a duration",
}

func TestWrongDurationsAreErrorsEverywhere(t *testing.T) {
	for _, production := range []bool{false, true} {
		for wrong, mend := range wrongDurations {
			quoted := wrong
			if strings.Contains(wrong, " ") {
				quoted = `"` + wrong + `"`
			}
			for _, line := range []string{
				"shutdown " + quoted, "shutdown " + quoted + " maintenance", "shutdown " + quoted + " --confirm tranquility",
				"reload wait --for " + quoted, "watch --for " + quoted + " @Jita 1", "trace market.fee --for " + quoted, "profile @Jita " + quoted,
				"profile @Jita --for " + quoted, "tail x --for " + quoted, "top --for " + quoted, "audit --since " + quoted,
			} {
				if wrong == "''" && strings.HasPrefix(line, "profile @Jita ''") {
					continue // no word at all
				}
				fake := commandtest.New()
				fake.Identity.Name, fake.Identity.Production = "tranquility", production
				s := newSession(fake)
				s.Confirm = "tranquility"
				if _, err := run(t, s, line); err == nil || !strings.Contains(err.Error(), mend) {
					t.Errorf("%s: %v, want %q", line, err, mend)
				}
				fake.Do(func() {
					if fake.Down {
						t.Fatalf("%s ends the shard", line)
					}
				})
			}
		}
	}
}

func TestShutdownSaysWhatWhenAndToHowMany(t *testing.T) {
	fake := commandtest.New()
	fake.Identity.Name, fake.Identity.Production = "tranquility", true
	s := newSession(fake)
	for line, words := range map[string][]string{
		"shutdown 15m weekly": {"in 15 minutes, at ", "in the game", "tranquility"},
		"shutdown 90s":        {"in 1 minute 30 seconds"},
		"shutdown 1d2h":       {"in 1 day 2 hours"},
		"shutdown now":        {"shutdown now", "in the game"},
		"shutdown 15 minutes": {"15 of what"},
		"shutdown weekly":     {"is not a duration", "shutdown now"},
		"shutdown 8d":         {"at most 7 days"},
		"shutdown":            {"when?"},
		"shutdown cancel now": {"what is"},
	} {
		_, err := run(t, s, line)
		for _, w := range words {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v does not say %q", line, err, w)
			}
		}
	}
	s.Confirm = "tranquility"
	if got, err := run(t, s, "shutdown 15m weekly maintenance"); err != nil || !strings.Contains(got.Text, "in 15 minutes, at ") {
		t.Errorf("%q %v", got, err)
	}
	fake.Do(func() {
		if fake.In != 15*time.Minute || fake.Reason != "weekly maintenance" {
			t.Errorf("in %v because of %q", fake.In, fake.Reason)
		}
	})
	if got := command.Spoken(61 * time.Minute); got != "1 hour 1 minute" {
		t.Error(got)
	}
}
