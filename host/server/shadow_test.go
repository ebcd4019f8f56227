package server

import (
	"encoding/json"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// shadowed is a shard in which Ann has asked for fees, and an operator of it.
func shadowed(t *testing.T, production bool) (*shard, person, string) {
	t.Helper()
	cfg := operated(t, false)
	edit(t, cfg, "main.lua", `require "flight"`, "require \"flight\"\nfunction command.fee(p, args) return require(\"rule\").fee(args.x) end")
	if production {
		s := start(t, cfg) // accounts are made in development
		login(t, s.Addr(), "Ann", wire.JSON)
		s.stop()
		cfg.Production = true
	}
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	where := ann.do("where", nil).(map[string]world.Value)["system"].(string)
	ann.do("where", nil) // the second in a row is answered by a tick, and by the next one there is an image
	for range 3 {
		ann.do("fee", map[string]world.Value{"x": 10.0})
	}
	return s, s.operator("amy", command.Admin), where
}

// TestAShadowRunTellsAndChangesNothing tries a patch, and says the same of it as of a save.
func TestAShadowRunTellsAndChangesNothing(t *testing.T) {
	t.Parallel()
	s, amy, at := shadowed(t, false)
	number := s.Universe().Release().Number
	told := amy.do("patch rule.fee = function(x) return half(x.much) + base end --against 1m @" + at)
	has(t, "the shadow run", told, "shadow run of a patch of rule.fee", "nothing was changed", at+"  ", "3 new errors", "3 commands answered otherwise", "attempt to index local 'x'",
		"rule.lua@", "command fee by Ann", "first at tick", "is  error:", "verdict: "+at+": ")
	has(t, "without a system", amy.do("patch --against 1m rule.fee = function(x) return half(x) - base end"), "3 commands answered otherwise", "was 15", "is  -5")
	has(t, "the same, said otherwise", amy.do("patch rule.fee = function(amount)\n  rule.calls = rule.calls + 1\n  local fee = half(amount)\n  return fee + base\nend --against 1m @"+at),
		"0 differences", "verdict: 0 differences", "3 calls and 3")
	if got := amy.fee(at); got != "15" || s.Universe().Release().Number != number {
		t.Errorf("the fee is %s on release %d", got, s.Universe().Release().Number)
	}
	var rows []map[string]any
	amy.session.JSON = true
	r, err := amy.session.Registry.Run(t.Context(), amy.session, "patch rule.fee = function(x) return half(x) - base end --against 1m @"+at)
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.JSON()
	if err != nil || json.Unmarshal(text, &rows) != nil || len(rows) != 1 || rows[0]["system"] != at || rows[0]["differences"].(float64) < 3 || rows[0]["as_recorded"] != true {
		t.Errorf("as JSON it is %s (%v)", text, err)
	}
}

// TestWhatAShadowRunCannotDo says so, with the mend.
func TestWhatAShadowRunCannotDo(t *testing.T) {
	t.Parallel()
	_, amy, at := shadowed(t, false)
	const code = " rule.fee = function(x) return 1 end"
	amy.refused("patch --against soon"+code, "--against")
	amy.refused("patch --against 2h"+code, "up to 1h0m0s")
	amy.refused("patch --against 1m rule.fee = function(x) return 1 +")
	amy.refused("patch --against 1m rule.nothing = function(x) return 1 end", "rule.nothing")
	amy.refused("patch --against 1m @Nowhere"+code, "Nowhere")
	amy.refused("patch @"+at+code, "--canary @"+at)
	amy.refused("release plan --against 1m")
	has(t, "a system of which nothing is recorded", amy.do("patch --against 1m @"+other(t, at)+code), "left out", "nothing is recorded")
	if _, err := amy.try("patch --against 1m --on x" + code); err == nil {
		t.Error("a patch of one object was run again")
	}
}

// other is a system that is not the one named.
func other(t *testing.T, name string) string {
	m, err := smallMap()
	if err != nil {
		t.Fatal(err)
	}
	if m.Systems[0].Name != name {
		return m.Systems[0].Name
	}
	return m.Systems[1].Name
}

// TestPromoteSaysWhatTheShadowRunSaid promotes a release and a patch in production, with and
// without one.
func TestPromoteSaysWhatTheShadowRunSaid(t *testing.T) {
	t.Parallel()
	s, amy, at := shadowed(t, true)
	has(t, "a canary that nobody has tried", amy.do("patch --canary @"+at+" rule.fee = function(x) return half(x) + 1 end"), "patch #1")
	has(t, "its promotion", amy.do("promote 1"), "no shadow run was made of it")

	amy.do("patch rule.fee = function(x) return half(x) + 2 end --against 1m @" + at)
	amy.do("patch --supersede --canary @" + at + " rule.fee = function(x) return half(x) + 2 end")
	has(t, "the promotion of what was tried", amy.do("promote 2"), "shadow run by amy", "against 1m0s of "+at, "commands answered otherwise")

	edit(t, s.cfg, "rule.lua", "rule.calls = 0", "rule.calls = 0\nrule.more = 1")
	wait(t, s)
	has(t, "the shadow run of the queue", amy.do("release plan --against 1m @"+at), "what waits in the queue", "value set by the change itself")
	has(t, "its plan", amy.do("release promote --plan"), "shadow run by amy")
	has(t, "its promotion", amy.do("release promote --despite-tests none"), "shadow run by amy", "value set by the change itself")
	var audit strings.Builder
	for _, e := range s.auditOf(t, "") {
		audit.WriteString(e.Outcome + "\n")
	}
	has(t, "the audit log", audit.String(), "done; no shadow run was made of it", "done; shadow run by amy")
}
