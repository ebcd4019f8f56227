package serve_test

import (
	"net"
	"strings"
	"testing"

	"hotshard/console/client"
	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/console/serve"
)

// on connects an operator to a shard.
func on(t *testing.T, shard command.Shard, r *command.Registry, who string, role command.Role) (*client.Client, chan string) {
	t.Helper()
	near, far := net.Pipe()
	go serve.Conn(t.Context(), far, command.Session{Shard: shard, Registry: r, Who: who, From: "ssh 192.0.2.1", Role: role})
	c, err := client.New(t.Context(), near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	heard := make(chan string, 16)
	c.OnNews(func(text string) { heard <- text })
	return c, heard
}

func TestColleaguesAreToldWhatOneDoes(t *testing.T) {
	shard, r := commandtest.New().Command(), command.Default()
	amy, toAmy := on(t, shard, r, "amy", command.Operator)
	_, toBob := on(t, shard, r, "bob", command.Viewer)
	if _, err := amy.Run(t.Context(), client.Line{Text: "who"}); err != nil {
		t.Fatal(err)
	}
	if _, err := amy.Run(t.Context(), client.Line{Text: "kick Ada --reason \"be\x1b[2J nice\""}); err != nil {
		t.Fatal(err)
	}
	if got := <-toBob; !strings.HasPrefix(got, "amy: kick Ada") || !strings.HasSuffix(got, ": done") || strings.Contains(got, "\x1b") {
		t.Errorf("bob hears %q", got)
	}
	amy.Run(t.Context(), client.Line{Text: "drop 9"})
	if got := <-toBob; got != "amy: drop 9: refused: R-STALE: there is no patch #9" {
		t.Errorf("bob hears %q", got)
	}
	if len(toAmy) != 0 || len(toBob) != 0 {
		t.Errorf("%d and %d more", len(toAmy), len(toBob))
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	shard, r := commandtest.New().Command(), command.Default()
	amy, _ := on(t, shard, r, "amy", command.Admin)
	bob, toBob := on(t, shard, r, "bob", command.Operator)
	if _, err := bob.Run(t.Context(), client.Line{Text: "announce hello"}); err != nil {
		t.Fatal(err)
	}
	list, err := amy.Run(t.Context(), client.Line{Text: "sessions"})
	if err != nil || len(list.Table.Rows) != 2 || !strings.Contains(list.String(), "announce hello") {
		t.Fatalf("%s, %v", list, err)
	}
	if _, err := bob.Run(t.Context(), client.Line{Text: "sessions end 1"}); err == nil {
		t.Error("an operator ends an admin's session")
	}
	for _, line := range []string{"sessions end", "sessions end 99", "sessions end bob"} {
		if _, err := amy.Run(t.Context(), client.Line{Text: line}); err == nil {
			t.Errorf("%s is done", line)
		}
	}
	if _, err := amy.Run(t.Context(), client.Line{Text: "sessions end 2 go home"}); err != nil {
		t.Fatal(err)
	}
	<-bob.Lost()
	last := ""
	for len(toBob) > 0 {
		last = <-toBob
	}
	if last != "your session was ended by amy: go home" {
		t.Errorf("bob hears %q", last)
	}
}
