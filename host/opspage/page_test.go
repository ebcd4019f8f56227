package opspage

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
)

func TestALinkSignsInOnceAsWhoAskedForIt(t *testing.T) {
	h := newHouse(t, true)
	url, _, err := h.page.Ticket(command.Session{Who: "amy", From: "ssh 10.0.0.7", Role: command.Operator})
	if err != nil || !strings.HasPrefix(url, h.URL+"/#sign-in=") {
		t.Fatalf("the link: %s %v", url, err)
	}
	if code, _ := h.redeem(url); code != http.StatusOK {
		t.Fatalf("the first time: %d", code)
	}
	if code, body := h.redeem(url); code != http.StatusForbidden || !strings.Contains(body, "run page in the console") {
		t.Errorf("the second time: %d %s", code, body)
	}
	b, _ := h.open(h.signIn("amy", command.Operator))
	if hello := b.next().Hello; hello == nil || hello.Who != "amy" || hello.Role != "operator" || !hello.Production {
		t.Fatalf("hello: %+v", hello)
	}
	if r := b.run("announce dinner"); r.Done == nil {
		t.Errorf("an operator announces: %+v", r.Error)
	}
	if r := b.run("shutdown now --confirm dev"); r.Error == nil || r.Error.Code != command.CodeRole {
		t.Errorf("an operator shuts down: %+v", r)
	}
	entries := h.shard.Entries
	if last := entries[len(entries)-1]; last.Who != "amy" || last.From != "page socket" || last.Command != "shutdown now --confirm dev" {
		t.Errorf("the audit has %+v", last)
	}
}

func TestGuests(t *testing.T) {
	t.Run("of production see figures alone", func(t *testing.T) {
		h := newHouse(t, true)
		b, _ := h.open("")
		if hello := b.next().Hello; hello == nil || hello.Who != "" || hello.Role != "" || hello.Shard != "dev" {
			t.Errorf("hello: %+v", hello)
		}
		for _, line := range []string{"who", "errors", "audit", "shutdown now"} {
			if r := b.run(line); r.Error == nil || r.Error.Code != CodeSignIn {
				t.Errorf("%s: %+v", line, r)
			}
		}
		h.page.feed.Look(began)
		for _, kind := range []byte{kindFacts, kindAll} {
			if m := <-b.bytes; m[0] != kind {
				t.Errorf("figures: % x", m)
			}
		}
	})
	t.Run("of development read, and change nothing", func(t *testing.T) {
		h := newHouse(t, false)
		b, _ := h.open("")
		if hello := b.next().Hello; hello == nil || hello.Who != "guest" || hello.Role != "viewer" {
			t.Errorf("hello: %+v", hello)
		}
		if r := b.run("who"); r.Done == nil || len(r.Done.Table.Rows) != 2 {
			t.Errorf("who: %+v", r)
		}
		if r := b.run("shutdown now"); r.Error == nil || r.Error.Code != command.CodeRole {
			t.Errorf("a guest shuts down: %+v", r)
		}
	})
}

func TestASignInEnds(t *testing.T) {
	h := newHouse(t, true)
	t.Run("by signing out", func(t *testing.T) {
		token := h.signIn("amy", command.Admin)
		if code, _ := h.ask("POST", "/sign-out", "", "Authorization: Bearer "+token); code != http.StatusNoContent {
			t.Errorf("signing out: %d", code)
		}
		b, _ := h.open(token)
		if r := b.next(); r.Error == nil || r.Error.Code != CodeSignedOut {
			t.Errorf("with a token that is over: %+v", r)
		}
		if hello := b.next().Hello; hello == nil || hello.Who != "" {
			t.Errorf("then as a guest: %+v", hello)
		}
	})
	t.Run("by a colleague", func(t *testing.T) {
		token := h.signIn("amy", command.Admin)
		b, _ := h.open(token)
		b.next()
		bob, _ := h.open(h.signIn("bob", command.Admin))
		bob.next()
		list := bob.run("sessions").Done
		number := 0
		for _, row := range list.Table.Rows {
			if row[1] == "amy" {
				number = int(row[0].(float64))
			}
		}
		if r := bob.run(fmt.Sprintf("sessions end %d lunch", number)); r.Done == nil {
			t.Fatalf("ending: %+v", r)
		}
		b.ends()
		if _, ok := h.page.keys.pass(token); ok {
			t.Error("the page could just connect again")
		}
	})
	t.Run("by time", func(t *testing.T) {
		now := began
		k := newKeys(func() time.Time { return now })
		code, _, _ := k.ticket(command.Session{Who: "amy"})
		late, _, _ := k.ticket(command.Session{Who: "amy"})
		token, _, ok := k.redeem(code)
		if !ok {
			t.Fatal("a fresh link is refused")
		}
		now = now.Add(ticketTime)
		if _, _, ok := k.redeem(late); ok {
			t.Error("a link that is too old is taken")
		}
		if _, ok := k.pass(token); !ok {
			t.Error("who is signed in is out")
		}
		now = now.Add(passTime)
		if _, ok := k.pass(token); ok || len(k.passes) != 0 {
			t.Error("who is signed in stays for ever")
		}
	})
	t.Run("as soon as who it is may not be here", func(t *testing.T) {
		allowed := error(nil)
		url, _, _ := h.page.Ticket(command.Session{Who: "cyd", Role: command.Admin, Allowed: func() error { return allowed }})
		_, body := h.redeem(url)
		var got struct{ Token string }
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+got.Token)
		if s, ok := h.page.Signed(r); !ok || s.Who != "cyd" || s.Role != command.Admin {
			t.Errorf("signed: %+v %v", s, ok)
		}
		allowed = context.Canceled
		if _, ok := h.page.Signed(r); ok {
			t.Error("who was put out is let in")
		}
	})
}

func TestAFormSignsNobodyIn(t *testing.T) {
	h := newHouse(t, false)
	if code, _ := h.ask("POST", "/sign-in", "{}", "Content-Type: text/plain"); code != http.StatusUnsupportedMediaType {
		t.Errorf("what a form can send signs in: %d", code)
	}
}

func TestThePageSaysWhichShardItIsOfByItself(t *testing.T) {
	h := newHouse(t, true)
	if _, body := h.ask("GET", "/", ""); !strings.Contains(body, `data-kind="production"`) || !strings.Contains(body, "<title>dev ") || strings.Contains(body, "SHARD") {
		t.Error("the page does not")
	}
	for _, name := range []string{"app.js", "view/dom.js", "emitter.js", "style/page.css", "font/latin-400.woff2", "vendor/uPlot.esm.js", "vendor/LICENSE.txt", "icon.svg"} {
		if code, _ := h.ask("GET", "/"+name, ""); code != http.StatusOK {
			t.Errorf("%s: %d", name, code)
		}
	}
}

func TestFactsAreThoseOfNow(t *testing.T) {
	h := newHouse(t, false)
	for _, release := range []int{3, 9} { // nobody looks between the two
		h.shard.Do(func() {
			h.shard.Identity.Release, h.shard.Identity.Shutdown = release, &command.Countdown{At: began, Why: "new disks", By: "amy"}
		})
		b, _ := h.open("")
		b.next()
		var got Facts
		if m := <-b.bytes; m[0] != kindFacts || json.Unmarshal(m[1:], &got) != nil || got.Release != release || got.Shutdown == nil || got.Shutdown.Why != "new disks" || !got.Shutdown.At.Equal(began) {
			t.Errorf("of release %d: %s", release, m)
		}
		_ = b.ws.NetConn().Close()
		b.ends()
	}
}

func TestHistoryIsAskedForProperly(t *testing.T) {
	h := newHouse(t, false)
	h.page.feed.Look(began)
	for path, want := range map[string]int{
		"/history?span=5": 200, "/history?span=60&metric=cpu": 200, "/history?span=5&of=1": 200, "/history?span=5&of=99999": 200,
		"/history": 400, "/history?span=7": 400, "/history?span=5&metric=fame": 400, "/history?span=5&of=-1": 400, "/history?span=5&of=x": 400,
	} {
		if code, body := h.ask("GET", path, ""); code != want {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, body := h.ask("GET", "/names", ""); code != 200 || body != `["","Amarr","Jita","Perimeter"]` {
		t.Errorf("names: %d %s", code, body)
	}
}

func TestTooManyPagesAreTurnedAway(t *testing.T) {
	h := newHouse(t, false)
	for range mostLines {
		if _, code := h.open(""); code != http.StatusSwitchingProtocols {
			t.Fatalf("one of them: %d", code)
		}
	}
	if _, code := h.open(""); code != http.StatusServiceUnavailable {
		t.Errorf("one more: %d", code)
	}
}

func TestConnectionsEndWithThePage(t *testing.T) {
	h := newHouse(t, false)
	b, _ := h.open("")
	b.next()
	h.page.Close()
	b.ends()
	if _, code := h.open(""); code != http.StatusServiceUnavailable {
		t.Errorf("afterwards: %d", code)
	}
}
