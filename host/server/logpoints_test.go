package server

import (
	"strings"
	"testing"

	"hotshard/console/command"
)

// A log point tells from the next tick on, goes with its line through a reload, and is
// dropped with a word when its line goes.
func TestALogPointOfAnOperator(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	at := s.systemNames(1)[0]
	fee := "lua @" + at + " return require('rule').fee(10)"
	amy.do(fee)
	has(t, "setting it", amy.do("logpoint rule.fee:10 'fee of {x} by {base}, half {half(x)}, {rule.calls} calls' @"+at+" --if 'x > 5' --for 5m"),
		"log point 1 at rule.fee:10 in @"+at, "rule.calls = rule.calls + 1")
	amy.do(fee)
	amy.do("lua @" + at + " return require('rule').fee(1)")
	s.until("it tells nothing", func() bool { return strings.Contains(amy.do("logpoints 1"), "fee of 10 by 10, half 5, 1 calls") })
	if text := amy.do("logpoints 1"); strings.Contains(text, "fee of 1 by") || !strings.Contains(text, at) || !strings.Contains(text, "rule.fee 10") {
		t.Errorf("it tells %s", text)
	}
	has(t, "the list", amy.do("logpoints"), "rule.fee", "x > 5", "amy", "2 1 0")

	edit(t, cfg, "rule.lua", "function rule.fee(x)", "-- what it costs\nfunction rule.fee(x)")
	amy.do("reload wait")
	amy.do(fee)
	s.until("it does not tell after a reload", func() bool { return strings.Contains(amy.do("logpoints 1"), "rule.fee 11") })

	edit(t, cfg, "rule.lua", "  rule.calls = rule.calls + 1\n", "")
	amy.do("reload wait")
	amy.do(fee)
	s.until("it is still there", func() bool { return !strings.Contains(amy.do("logpoints"), "rule.fee") })
	has(t, "the audit log", amy.do("audit"), "logpoint rule.fee:10 'fee of {x}")
}

func TestALogPointIsForOperators(t *testing.T) {
	t.Parallel()
	s := start(t, operated(t, true))
	s.operator("vic", command.Viewer).refused("logpoint rule.fee:10 'x'", "takes the role operator")
	amy := s.operator("amy", command.Operator)
	amy.session.Confirm = ""
	amy.refused("logpoint rule.fee:10 'x'", "a log point in every system", "--confirm")
	amy.refused("logpoint rule.fee:10 'x' @Nowhere", "no system and no service called Nowhere")
	amy.refused("logpoint rule.fee:10 'x' @Nowhere --for 48h", "1 day at most")
	at := s.systemNames(1)[0]
	for line, want := range map[string]string{
		"logpoint":                                  "where?",
		"logpoint rule.fee:10":                      "what shall it tell?",
		"logpoint rule.fee:10 a b":                  "in quotes",
		"logpoint rule.fee 'x' @" + at:              "which line?",
		"logpoint rule.gee:11 'x' @" + at:           "it has",
		"logpoint rule.fee:1 'x' @" + at:            "has the lines 9 to 12",
		"logpoint rule.fee:10 '{x = 1}' @" + at:     "is no expression",
		"logpoint rule.fee:10 'x' --if 'y=' @" + at: "is no expression",
		"logpoint drop 7":                           "there is no log point 7",
		"logpoint drop":                             "which log point?",
		"logpoint drop x":                           "is no number",
		"logpoints 7":                               "there is no log point 7",
	} {
		amy.refused(line, want)
	}
	amy.do("logpoint rule.fee:10 'x' @" + at)
	amy.do("logpoint rule.fee:11 'x' @" + at)
	has(t, "dropping", amy.do("logpoint drop all"), "log point 1 at rule.fee:10 is gone", "log point 2 at")
}
