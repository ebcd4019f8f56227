package server

import (
	"strings"
	"testing"

	"hotshard/console/command"
)

func TestMessagesCarryTheReleaseOfTheirSender(t *testing.T) { // A05
	t.Parallel()
	cfg := operated(t, true)
	edit(t, cfg, "rule.lua", "return rule\n", `
rule.heard = "nothing"

function event.ping(from, n)
  rule.heard = from .. " " .. n .. " sent on " .. system.sender_release() .. ", got on " .. system.release()
end

return rule
`)
	save(t, cfg, "services/version.lua", "local version = {}\nfunction version.asked() local r = system.sender_release() sleep(0.01) return r * 10 + system.sender_release() end\nreturn version\n")
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	names := s.systemNames(2)
	amy.fee(names[0])
	amy.do("patch --canary @" + names[1] + " rule.fee = function(x) return 1 end")
	send := func(from, to string) string {
		amy.do("lua --write @" + from + ` return system.send("` + to + `", "ping", 7)`)
		got := ""
		s.until("the message does not arrive", func() bool {
			got = amy.do("lua @" + to + " return rule.heard")
			return strings.Contains(got, "@"+from)
		})
		return got
	}
	has(t, "new code about a message of old code", send(names[0], names[1]), "7 sent on 1, got on 2")
	has(t, "old code about a message of new code", send(names[1], names[0]), "7 sent on 2, got on 1")
	if got := strings.TrimSpace(amy.do("lua --write @" + names[1] + ` return service.call("version", "asked")`)); got != "20" {
		t.Errorf("a service was asked by release 2, and has forgotten after it waited: %s", got)
	}
	if got := amy.do("lua @" + names[0] + " return system.sender_release()"); strings.TrimSpace(got) != "0" {
		t.Errorf("no message is being delivered: %s", got)
	}
}
