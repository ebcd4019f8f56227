package command_test

import (
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
)

func TestGrants(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	for line, want := range map[string]string{
		"grant": "grant whom what", "grant Ada money 5": "and why?", "grant Ada money --why x": "grant whom what",
		"grant Ada money 0 --why x": "no whole number", "grant Ada money 1.5 --why x": "no whole number", "grant Ada money -3 --why x": "no whole number",
		"grant Nobody money 5 --why x": "no character is called Nobody", "grant Ada money 5 more --why x": "more",
	} {
		if r, err := run(t, s, line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s, %v", line, r, err)
		}
	}
	r, err := run(t, s, `grant Ada money 1250 --why "lost in the outage"`)
	if err != nil || r.String() != "Ada was given 1250 money and has 1250 in the wallet\n" {
		t.Errorf("%s, %v", r, err)
	}
	if r, err := run(t, s, "wallet Ada"); err != nil || !strings.Contains(r.String(), "12.50") {
		t.Errorf("%s, %v", r, err)
	}
	if r, err := run(t, s, "ledger Ada --since 2h"); err != nil || !strings.Contains(r.String(), "lost in the outage") {
		t.Errorf("%s, %v", r, err)
	}
	if last := fake.Entries[len(fake.Entries)-1]; !strings.HasPrefix(last.Command, "grant Ada money 1250") {
		t.Errorf("the audit log has %+v", last)
	}
	// On a production shard it takes an admin; on another an operator will do.
	s.Role = command.Operator
	if _, err := run(t, s, "grant Ada money 1 --why x"); err != nil {
		t.Error(err)
	}
	fake.Identity.Production = true
	if _, err := run(t, s, "grant Ada money 1 --why x"); err == nil || !strings.Contains(err.Error(), "role admin") {
		t.Errorf("an operator gives on a production shard: %v", err)
	}
	if fake.Money != 1251 {
		t.Errorf("given %d", fake.Money)
	}
}

func TestAuditOfTheBooks(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	r, err := run(t, s, "audit-books")
	if err != nil || r.Failed != "" || r.String() != "audit: ok, 4 postings, 2 holdings\n" {
		t.Errorf("%s %q, %v", r, r.Failed, err)
	}
	fake.Do(func() {
		fake.Wrong = []string{"holding 7 (Ore of character 1000001 in hold): it is 8, and its postings add up to 7"}
	})
	r, err = run(t, s, "audit-books")
	if err != nil || r.Failed == "" || !strings.Contains(r.String(), "holding 7") || !strings.HasSuffix(r.String(), "\naudit: 1 wrong, 4 postings, 2 holdings\n") {
		t.Errorf("%s %q, %v", r, r.Failed, err)
	}
	for _, line := range []string{"wallet", "wallet Nobody", "wallet Ada Bob", "ledger", "ledger Nobody"} {
		if r, err := run(t, s, line); err == nil {
			t.Errorf("%s: %s", line, r)
		}
	}
}
