package command_test

import (
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
)

func TestARoleThatIsTooLowIsWrittenDown(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	s.Role = command.Viewer
	if _, err := run(t, s, "shutdown now"); err == nil {
		t.Fatal("a viewer ends the shard")
	}
	if len(fake.Entries) != 1 || !strings.Contains(fake.Entries[0].Outcome, "takes the role admin; you are viewer") {
		t.Errorf("the audit log has %+v", fake.Entries)
	}
}

func TestFourEyesForAllThatReachesEverybody(t *testing.T) {
	fake := commandtest.New()
	fake.Identity.FourEyes, fake.Identity.Production = true, true
	amy := newSession(fake)
	bob := *amy
	bob.Who = "bob"
	// What could not be run at all is refused before a colleague is asked.
	for _, line := range []string{"shutdown now", "shutdown banana --confirm dev", "lua @Jita --write x = (", "lua --write x = 1",
		"promote 99", "account delete Nobody --confirm dev", "account delete Ada", "release promote", "release promote --canary @Jita,@200%", "patch m.f = function("} {
		if r, err := run(t, amy, line); err == nil {
			t.Errorf("%s: %s", line, r)
		}
	}
	if r, _ := run(t, amy, "approvals"); !strings.Contains(r.String(), "nothing waits") {
		t.Errorf("approvals: %s", r)
	}
	lines := []string{"shutdown 15m maintenance --confirm dev", "lua @Jita --write x = 1", "patch --canary @market m.f = function() end", "account delete Ada --confirm dev",
		"release promote --canary @Jita,@10%"}
	for i, line := range lines {
		r, err := run(t, amy, line)
		if err != nil || !strings.Contains(r.String(), "second person") {
			t.Fatalf("%s: %s, %v", line, r, err)
		}
		if i == 0 && fake.Down || len(fake.Patches) > 0 || len(fake.Players) != 2 {
			t.Fatalf("%s is done by one person", line)
		}
	}
	// One person alone: what looks, takes back, or concerns single players.
	for _, line := range []string{"lua @Jita return 1", "kick Ada", "ban Ada 3d spam", "patch --canary @Jita m.f = function() end", "drop 1", "freeze wait", "thaw"} {
		if r, err := run(t, amy, line); err != nil || strings.Contains(r.String(), "second person") {
			t.Errorf("%s: %s, %v", line, r, err)
		}
	}
	carl := bob
	carl.Who, carl.Role = "carl", command.Operator
	if _, err := run(t, &carl, "approve 1"); err == nil || fake.Down {
		t.Errorf("an operator approves an admin's command: %v", err)
	}
	if _, err := run(t, &bob, "approve 1"); err != nil || !fake.Down {
		t.Errorf("approved by another admin: %v", err)
	}
	if _, err := run(t, &bob, "approve 4"); err != nil || len(fake.Players) != 1 {
		t.Errorf("approved: %v, %d players", err, len(fake.Players))
	}
}

func TestBansFromTheConsole(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	for _, line := range []string{"ban", "ban Nobody", "ban Ada 3 days", "ban Ada --for 3x", "mute", "unban Ada", "rename Ada", "rename Ada Two Words", "password reset"} {
		if r, err := run(t, s, line); err == nil {
			t.Errorf("%s: %s", line, r)
		}
	}
	r, err := run(t, s, "ban Ada 3d insults in local")
	if err != nil || !strings.Contains(r.String(), "Ada is banned until") {
		t.Errorf("%s, %v", r, err)
	}
	run(t, s, `mute "Bob Ray" --reason "3 times" --for 30m`)
	if v := fake.Imposed; len(v) != 2 || v[0].Reason != "insults in local" || v[0].Until.IsZero() || v[1].Kind != command.KindMute || v[1].Reason != "3 times" || v[1].Until.IsZero() {
		t.Errorf("%+v", v)
	}
	if r, _ := run(t, s, "ban list"); len(r.Table.Rows) != 1 || !strings.Contains(r.String(), "insults in local") {
		t.Errorf("%s", r)
	}
	if _, err := run(t, s, "unban Ada"); err != nil || len(fake.Imposed) != 1 {
		t.Errorf("%v, %+v", err, fake.Imposed)
	}
	if r, err := run(t, s, "password reset Ada"); err != nil || !strings.Contains(r.String(), "chosen by nobody") {
		t.Errorf("%s, %v", r, err)
	}
	for _, e := range fake.Entries {
		if strings.Contains(e.Outcome+e.Command+e.Detail, "chosen by nobody") {
			t.Errorf("a password is in the audit log: %+v", e)
		}
	}
}
