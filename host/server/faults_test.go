package server

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"

	"hotshard/runtime/clock"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
)

// TestErrorsThatNameSomebodyDoNotFlood fails at one place with another message each
// time: neither the log nor the list grows with it, and other errors stay seen.
func TestErrorsThatNameSomebodyDoNotFlood(t *testing.T) {
	var log bytes.Buffer
	f := newFaults(slog.New(slog.NewTextHandler(&log, nil)), clock.Machine{})
	f.add("@A", script.Fault{Function: "dock.enter", Place: "dock.lua:3", Message: "no station"}, release.Blame{Release: 1})
	for i := range 10_000 {
		f.add("@A", script.Fault{Function: "gun.fire", Place: "gun.lua:7", Message: fmt.Sprintf("no ship %d", i)}, release.Blame{Release: 1})
	}
	if n := bytes.Count(log.Bytes(), []byte("\n")); n > 150 {
		t.Errorf("%d lines of log for 10,001 errors from two places", n)
	}
	groups, err := f.Groups(context.Background(), "")
	if err != nil || len(groups) > maxMessages+3 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	if g := groups[0]; g.Message != "no ship 9999" || g.Count != 10_000-maxMessages {
		t.Errorf("the latest of what is alike: %+v", g)
	}
	if g := groups[len(groups)-1]; g.Message != "no station" {
		t.Errorf("the other error is not listed: %+v", g)
	}
	for i := range 2 * maxGroups { // places and releases that are long forgotten leave nothing behind
		f.add("@A", script.Fault{Function: "gun.fire", Place: "gun.lua:7", Message: "m"}, release.Blame{Release: i})
	}
	if len(f.groups) > maxGroups || len(f.messages) > maxGroups {
		t.Errorf("%d groups and %d places are kept", len(f.groups), len(f.messages))
	}
}
