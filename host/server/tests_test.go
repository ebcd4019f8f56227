package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
)

const ruleTest = `local rule = require "rule"

function test.a_fee_is_half_and_ten()
  eq(rule.fee(10), 15)
end
`

func (s *shard) tested() command.Tested {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := s.Shard().Reload.Tests(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestASaveRunsTheTestsOfWhatItChanges(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	save(t, cfg, "rule_test.lua", ruleTest)
	save(t, cfg, "chat_test.lua", "function test.has_nothing_to_do_with_it() ok(false) end\n")
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	amy := s.operator("amy", command.Operator)
	if out := s.tested(); !out.None() {
		t.Errorf("before the first save: %+v", out)
	}
	edit(t, cfg, "rule.lua", "return x / 2", "return x / 2 + 1")
	if out := wait(t, s); out.Verdict != release.Apply {
		t.Fatal(out)
	}
	want := "rule_test.a_fee_is_half_and_ten: rule_test.lua:4: not equal; expected: 15; actual:   16"
	if out := s.tested(); out.Release != 2 || out.Failed != 1 || out.Passed != 0 || fmt.Sprint(out.Failures) != "["+want+"]" {
		t.Errorf("%+v", out)
	}
	told := ann.event("tests")
	if told["ok"] != false || told["failed"] != 1.0 || !strings.Contains(fmt.Sprint(told["failures"]), want) {
		t.Errorf("the page is told %v", told)
	}
	has(t, "reload status", amy.do("reload status"), "1 of 1 test failed (release 2)", want)
	amy.refused("reload tests", "1 of 1 test failed", want)

	edit(t, cfg, "rule.lua", "return x / 2 + 1", "return x / 2")
	has(t, "reload tests", amy.do("reload tests"), "1 test passed (release 3)")
	if told := ann.event("tests"); told["ok"] != true || told["passed"] != 1.0 {
		t.Errorf("the page is told %v", told)
	}
}

func TestASavedTestIsRunAndMakesNoRelease(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	save(t, cfg, "rule_test.lua", ruleTest+"\nfunction test.with_a_slip() eqq(1, 1) end\n")
	out := wait(t, s)
	if out.Verdict != release.Ignore || out.Release != 1 || len(out.Warnings) != 1 || !strings.Contains(out.Warnings[0].String(), "undeclared name eqq") {
		t.Errorf("%+v", out)
	}
	if got := s.tested(); got.Passed != 1 || got.Failed != 1 {
		t.Errorf("%+v", got)
	}
	if list := amy.do("release list"); strings.Contains(list, "[2 ") {
		t.Errorf("a test made a release: %s", list)
	}
	s.stop()
	s = start(t, cfg)
	for _, n := range s.notices {
		t.Errorf("after a restart: %s", n)
	}
}

func TestFailingTestsKeepAReleaseOutOfProduction(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	save(t, cfg, "rule_test.lua", ruleTest)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	edit(t, cfg, "rule.lua", "return x / 2", "return x / 2 + 1")
	if out := wait(t, s); out.Verdict != release.Queue {
		t.Fatal(out)
	}
	words := []string{"R-TESTS", "1 of 1 test failed", "rule_test.lua:4", "--despite-tests"}
	amy.refused("release promote", words...)
	amy.refused("release promote --canary @"+at, words...)
	amy.refused(`release promote --despite-tests ""`, "why")
	if fee := amy.fee(at); fee != "15" {
		t.Errorf("the fee is %s", fee)
	}
	amy.do(`release promote --despite-tests "the test is wrong"`)
	if fee := amy.fee(at); fee != "16" {
		t.Errorf("the fee is %s", fee)
	}
	audited := false
	for _, row := range s.auditOf(t, "release") {
		audited = audited || strings.Contains(row.Command, `--despite-tests "the test is wrong"`)
	}
	if !audited {
		t.Errorf("the audit log does not say that tests were passed over")
	}
	amy.do("release rollback") // goes back whatever tests say

	edit(t, cfg, "rule.lua", "return x / 2 + 1", "return (x) / 2")
	wait(t, s)
	amy.do("release promote")
}
