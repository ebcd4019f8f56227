package server

import (
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// TestAFailedSystemGoesOn has the core fail where somebody plays: the first time all is as it
// was, the next time their scripts start anew, and then the system stays down until somebody
// starts it. The connection holds as long as the system does.
func TestAFailedSystemGoesOn(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	plantModule(t, cfg.Scripts, "tally", "local tally = {n = 0}\nfunction tally.add() tally.n = tally.n + 1 return tally.n end\nreturn tally\n")
	cfg.Home = cfg.Map.Systems[0].Name
	s := start(t, cfg)
	amy, a := s.operator("amy", command.Admin), world.SystemAddress(cfg.Home)
	ann := login(t, s.Addr(), "Ann", wire.Binary)
	ann.event("system")
	add := func(want string) {
		t.Helper()
		has(t, "the count", amy.do("lua "+quoted(string(a))+` --write return require "tally".add()`), want)
	}
	add("1")
	add("2")
	fail := func(times uint64, told string) {
		t.Helper()
		sys := s.universe.Running(a)
		if err := sys.Post(system.Do(func(*system.System) { panic("planted") })); err != nil {
			t.Fatal(err)
		}
		s.until("the system has not failed", func() bool { return sys.Stats().Crashes == times })
		if told != "" {
			ann.until(told, func(m *wire.Message) bool {
				text, _ := m.Fields["text"].(string)
				return m.Event == eventAnnounce && strings.Contains(text, told)
			})
			ann.do("say", args{"text": "still here"})
		}
	}
	fail(1, "goes on as it was")
	add("3")
	fail(2, "started anew")
	add("1")
	fail(3, "")
	s.until("nobody has heard of the end", func() bool { return s.universe.Players() == 0 })
	s.until("the audit does not say what became of it", func() bool {
		told := amy.do("audit")
		return strings.Contains(told, "goes on as it was") && strings.Contains(told, "started anew") && strings.Contains(told, "stays down")
	})
	has(t, "systems that are down", amy.do("system "+quoted(string(a))), "planted")
	has(t, "a restart by hand", amy.do("restart "+quoted(string(a))), "restarted")
	add("1")
}
