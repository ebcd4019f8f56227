package server

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"hotshard/console/command"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
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

// sampledBy is a batch of samples of one function of a module.
func sampledBy(system, module string, steps int64) samples {
	f := script.StackFrame{Function: module + ".work", Module: module, Place: module + ".lua@1f:3"}
	return samples{world.SystemAddress(system), []script.Sample{{Stack: &script.Stack{Release: 1, Frames: []script.StackFrame{f}, Key: "1\x00" + f.Function}, Steps: steps}}}
}

// An hour is kept, and no more.
func TestHotForgets(t *testing.T) {
	t.Parallel()
	clk := &handHeld{now: time.Unix(1_800_000_000, 0)}
	h := newHot(clk)
	for i := range 3 * hotMinutes {
		h.add(sampledBy("Sol", fmt.Sprintf("m%d", i), 1))
		clk.now = clk.now.Add(time.Minute)
	}
	kept := 0
	for i := range h.hour.slots {
		kept += len(h.hour.slots[i].steps)
	}
	if kept != hotMinutes || len(h.stacks) > hotMinutes+hotLate {
		t.Errorf("%d minutes are kept, and %d stacks", kept, len(h.stacks))
	}
}

// What has become hot stands first after five seconds of it, whatever an hour has been full
// of: the function, its module and its system.
func TestWhatHasJustBecomeHotIsFoundInFiveSeconds(t *testing.T) {
	t.Parallel()
	clk := &handHeld{now: time.Unix(1_800_000_003, 0)}
	h := newHot(clk)
	second := func(planted bool) {
		for i := range 50 {
			h.add(sampledBy(fmt.Sprintf("Old %d", i), fmt.Sprintf("old%d", i%7), 4096))
		}
		if planted {
			h.add(sampledBy("Jita", "planted", 200_000))
		}
		clk.now = clk.now.Add(time.Second)
	}
	for range 3600 {
		second(false)
	}
	for range 5 {
		second(true)
	}
	v := probe{&Server{hot: h}}
	got, err := v.Hot(t.Context(), command.HotQuery{From: clk.now.Add(-10 * time.Second), To: clk.now})
	if err != nil || got.Spent[0].System != "Jita" || got.Spent[0].Stack.Frames[0].Module != "planted" || got.Spent[0].Steps != 1_000_000 {
		t.Fatalf("first is %+v, %v", got.Spent[0], err)
	}
	if got, _ = v.Hot(t.Context(), command.HotQuery{From: clk.now.Add(-time.Hour), To: clk.now}); len(got.Spent) != 51 || got.Spent[0].System == "Jita" {
		t.Errorf("of an hour there are %d, first %+v", len(got.Spent), got.Spent[0])
	}
}
