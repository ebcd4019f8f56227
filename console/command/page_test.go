package command_test

import (
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
)

// door is a page that lets in whoever is sent.
type door struct{ came []command.Session }

func (d *door) Ticket(s command.Session) (string, time.Time, error) {
	d.came = append(d.came, s)
	return "http://127.0.0.1:7778/#sign-in=abc", time.Now().Add(time.Minute), nil
}

func TestALinkToThePageIsOneselfOrLess(t *testing.T) {
	fake, page := commandtest.New(), &door{}
	s := newSession(fake)
	if _, err := run(t, s, "page"); err == nil || !strings.Contains(err.Error(), "does not offer") {
		t.Errorf("without a page: %v", err)
	}
	s.Shard.Page = page
	s.Role = command.Operator
	if r, err := run(t, s, "page"); err != nil || !strings.HasPrefix(r.Text, "http://127.0.0.1:7778/#sign-in=abc\n") || !strings.Contains(r.Text, "amy (operator)") {
		t.Errorf("page: %q %v", r.Text, err)
	}
	if r, err := run(t, s, "page --role viewer --json"); err != nil || r.Table == nil || r.Table.Rows[0][3] != "viewer" {
		t.Errorf("page --role viewer: %+v %v", r, err)
	}
	if _, err := run(t, s, "page --role admin"); err == nil || !strings.Contains(err.Error(), command.CodeRole) {
		t.Errorf("an operator makes an admin: %v", err)
	}
	if _, err := run(t, s, "page --role king"); err == nil || !strings.Contains(err.Error(), "viewer, operator, admin") {
		t.Errorf("a role that is none: %v", err)
	}
	if len(page.came) != 2 || page.came[0].Who != "amy" || page.came[0].Role != command.Operator || page.came[1].Role != command.Viewer {
		t.Errorf("let in: %+v", page.came)
	}
	for _, e := range fake.Entries {
		if strings.Contains(e.Outcome+e.Detail, "abc") {
			t.Errorf("the audit has the link: %+v", e)
		}
	}
	if len(fake.Entries) == 0 {
		t.Error("the audit does not know who signed in")
	}
}

// A name with spaces is quoted behind what it begins with; what is quoted from the
// beginning is nothing but a word.
func TestQuotesWithinAWord(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	for _, line := range []string{`system @"Jita"`, `system @'jita'`} {
		if _, err := run(t, s, line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if _, err := run(t, s, `kick Ada --reason="go away now"`); err != nil || len(fake.Kicked) != 1 {
		t.Errorf("a flag with words: kicked %v, %v", fake.Kicked, err)
	}
	if r, err := run(t, s, `who "@Jita"`); err == nil {
		t.Errorf("what is quoted is a system: %+v", r)
	}
	for _, typed := range []string{`who @"Ji`, "who @Ji"} {
		if c := command.Complete(t.Context(), s, typed); len(c.Words) != 1 || c.Words[0] != "@Jita" {
			t.Errorf("%s goes on with %v", typed, c.Words)
		}
	}
}
