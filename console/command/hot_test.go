package command_test

import (
	"reflect"
	"testing"

	"hotshard/console/command/commandtest"
)

func TestHot(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][][]any{
		"hot --for 10s":             {{"market.fee", "market.lua@41:12", 0.7, 0.7, 350.0}, {"main.tick", "main.lua@9f:3", 0.3, 1.0, 150.0}},
		"hot --was 7":               {{"market.fee", "market.lua@41:12", 0.75, 0.75, 0.5, 0.25}, {"main.tick", "main.lua@9f:3", 0.25, 1.0, 0.5, -0.25}},
		"hot --by module --for 10s": {{"market", 0.7, 0.7, 350.0}, {"main", 0.3, 1.0, 150.0}},
		"hot --by system --for 10s": {{"Jita", 0.8, 0.8, 400.0}, {"Amarr", 0.2, 0.2, 100.0}},
		"hot --for 10s --limit 1":   {{"market.fee", "market.lua@41:12", 0.7, 0.7, 350.0}},
	} {
		got, err := run(t, newSession(commandtest.New()), line)
		if err != nil || got.Table == nil || !reflect.DeepEqual(got.Table.Rows, want) {
			t.Errorf("%s: %v %v\nwant %v", line, got.Table, err, want)
		}
	}
	if got, err := run(t, newSession(commandtest.New()), "hot --file h.pb.gz"); err != nil || got.File == nil || got.File.Name != "h.pb.gz" || string(got.File.Data) != "pprof" {
		t.Errorf("the file: %+v %v", got.File, err)
	}
}
