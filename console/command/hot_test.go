package command_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
)

func TestHot(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][][]any{
		"hot --for 10s":                {{"market.fee", "market.lua@41:12", 0.7, 0.7, 350.0}, {"main.tick", "main.lua@9f:3", 0.3, 1.0, 150.0}},
		"hot --was 7":                  {{"market.fee", "market.lua@41:12", 0.75, 0.75, 0.5, 0.25}, {"main.tick", "main.lua@9f:3", 0.25, 1.0, 0.5, -0.25}},
		"hot --release 8 --against 7":  {{"market.fee", "market.lua@41:12", 0.75, 0.75, 0.5, 0.25}, {"main.tick", "main.lua@9f:3", 0.25, 1.0, 0.5, -0.25}},
		"hot --against 7":              {{"market.fee", "market.lua@41:12", 0.75, 0.75, 0.5, 0.25}, {"main.tick", "main.lua@9f:3", 0.25, 1.0, 0.5, -0.25}},
		"hot --release r7 --since 10s": {{"main.tick", "main.lua@9f:3", 0.5, 1.0, 50.0}, {"market.fee", "market.lua@41:12", 0.5, 0.5, 50.0}},
		"hot --from 20s --to 10s":      {{"market.fee", "market.lua@41:12", 0.7, 0.7, 350.0}, {"main.tick", "main.lua@9f:3", 0.3, 1.0, 150.0}},
		"hot --by module --for 10s":    {{"market", 0.7, 0.7, 350.0}, {"main", 0.3, 1.0, 150.0}},
		"hot --by system --for 10s":    {{"Jita", 0.8, 0.8, 400.0}, {"Amarr", 0.2, 0.2, 100.0}},
		"hot --for 10s --limit 1":      {{"market.fee", "market.lua@41:12", 0.7, 0.7, 350.0}},
	} {
		got, err := run(t, newSession(commandtest.New()), line)
		if err != nil || got.Table == nil || !reflect.DeepEqual(got.Table.Rows, want) {
			t.Errorf("%s: %v %v\nwant %v", line, got.Table, err, want)
		}
	}
	for line, want := range map[string]string{
		"hot --from 2h":               "at most 1h0m0s is kept",
		"hot --from 5m --since 3m":    "not both",
		"hot --from 5m --to 10m":      "is not before",
		"hot --from noon":             "20m for 20 minutes ago",
		"hot --release x":             "the number of a release",
		"hot --release 0":             "the number of a release",
		"hot --was 7 --against 6":     "with --release it is --against",
		"hot --release 7 --against 7": "like itself",
		"hot --by colour":             "function, module or system",
		"hot @Jita @Amarr":            "one system",
	} {
		if _, err := run(t, newSession(commandtest.New()), line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if got, err := run(t, newSession(commandtest.New()), "hot --file h.pb.gz"); err != nil || got.File == nil || got.File.Name != "h.pb.gz" || string(got.File.Data) != "pprof" {
		t.Errorf("the file: %+v %v", got.File, err)
	}
}

// A time of the last hour is read as people write it, over midnight too.
func TestHotTime(t *testing.T) {
	now := time.Date(2026, 3, 4, 0, 20, 30, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"00:05":                time.Date(2026, 3, 4, 0, 5, 0, 0, time.UTC),
		"00:20:30":             now,
		"23:55":                time.Date(2026, 3, 3, 23, 55, 0, 0, time.UTC),
		"2026-03-04T00:10:00Z": time.Date(2026, 3, 4, 0, 10, 0, 0, time.UTC),
		"20m":                  now.Add(-20 * time.Minute),
	} {
		if got, err := command.HotTime(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v (%v), not %v", text, got, err, want)
		}
	}
}
