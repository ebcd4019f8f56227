package server

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"hotshard/console/command"
	"hotshard/runtime/clock"
)

// What a system spends its steps on is known without anybody having asked before, on the
// console, as a profile and to Prometheus.
func TestHotFunctionsAreKnown(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.do("patch rule.fee = function(x) local n = 0 for i = 1, 200000 do n = n + i end return n end")
	began := time.Now()
	for found := false; !found; {
		amy.do("lua @" + at + " return require('rule').fee(1)")
		time.Sleep(20 * time.Millisecond)
		text := amy.do("hot @" + at + " --json")
		found = strings.Contains(text, "rule.fee")
		if time.Since(began) > patience {
			t.Fatalf("hot says %s", text)
		}
	}
	has(t, "by system", amy.do("hot --by system"), at)
	has(t, "by module", amy.do("hot --by module"), "rule")
	s.eventually("/metrics", 200, `hotshard_lua_steps_total{module="rule"} `)
	hot, err := s.Shard().Probe.Hot(context.Background(), command.HotQuery{System: at, From: time.Now().Add(-time.Hour), To: time.Now(), Pprof: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(bytes.NewReader(hot.Pprof))
	if err != nil || p.CheckValid() != nil || len(p.Sample) == 0 {
		t.Fatalf("the profile: %v %v", p, err)
	}
	var fee int64
	for _, sm := range p.Sample {
		if sm.Location[0].Line[0].Function.Name == "rule.fee" {
			fee += sm.Value[0]
		}
	}
	if fee < 100_000 {
		t.Errorf("rule.fee has %d steps", fee)
	}
}

// An hour is kept, and no more.
func TestHotForgets(t *testing.T) {
	t.Parallel()
	h := newHot(clock.Machine{})
	now := time.Unix(1_800_000_000, 0)
	for range 3 * hotMinutes {
		h.minute(now).steps[hotKey{"@Sol", "1\x00a"}] = 1
		now = now.Add(time.Minute)
	}
	kept := 0
	for i := range h.minutes {
		kept += len(h.minutes[i].steps)
	}
	if kept != hotMinutes {
		t.Errorf("%d minutes are kept", kept)
	}
}
