package server

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// visitor is a socket on which nobody has signed in.
func visitor(t *testing.T, addr string) *pilot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c, err := client.Dial(ctx, "ws://"+addr+"/play", client.Options{Codec: wire.JSON})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &pilot{Conn: c, t: t, ctx: ctx}
}

// register makes an account on a production shard and returns its token.
func register(t *testing.T, s *shard, name string) (*pilot, string) {
	t.Helper()
	p := visitor(t, s.Addr())
	p.do("register", map[string]world.Value{"name": name, "password": "secret secret"})
	return p, p.event("welcome")["token"].(string)
}

func (p *pilot) refused(command, code string, args map[string]world.Value) *wire.Error {
	p.t.Helper()
	_, err := p.Request(p.ctx, command, args)
	var refusal *wire.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		p.t.Errorf("%s: %v, want %s", command, err, code)
		return &wire.Error{}
	}
	return refusal
}

func production(t *testing.T) Config {
	cfg := config(t)
	cfg.Production, cfg.Shard = true, "nord"
	return cfg
}

func TestASessionOutlivesTheServer(t *testing.T) {
	t.Parallel()
	cfg := production(t)
	s := start(t, cfg)
	_, token := register(t, s, "Ada")
	s.stop()
	s = start(t, cfg)
	p := visitor(t, s.Addr())
	got := p.do("resume", map[string]world.Value{"token": token}).(map[string]world.Value)
	if who := got["player"].(map[string]world.Value); who["name"] != "Ada" {
		t.Errorf("resumed as %v", who)
	}
	p.event("system")
	other := visitor(t, s.Addr()) // another tab
	other.do("resume", map[string]world.Value{"token": token})
	if code := p.event("closing")["code"]; code != wire.ClosingTakenOver {
		t.Errorf("the first tab is told %v", code)
	}
	// A change of password makes it worthless, and gives another one.
	fresh := other.do("password", map[string]world.Value{"old": "secret secret", "password": "other secret"}).(map[string]world.Value)["token"]
	s.stop()
	s = start(t, cfg)
	p = visitor(t, s.Addr())
	p.refused("resume", wire.CodeBadToken, map[string]world.Value{"token": token})
	p.do("resume", map[string]world.Value{"token": fresh})
	p.do("logout", nil)
	<-p.Done()
	p = visitor(t, s.Addr())
	p.refused("resume", wire.CodeBadToken, map[string]world.Value{"token": fresh})
	p.refused("login", wire.CodeBadCredentials, map[string]world.Value{"name": "Ada", "password": "secret secret"})
	p.do("login", map[string]world.Value{"name": "Ada", "password": "other secret"})
}

func TestOrderAmongPlayers(t *testing.T) {
	t.Parallel()
	cfg := production(t)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	ada, token := register(t, s, "Ada")
	bob, _ := register(t, s, "Bob")

	has(t, "ban", amy.do("ban Ada 3d insults in local"), "Ada is banned until", "1 session ended")
	closing := ada.event("closing")
	if closing["code"] != wire.ClosingBanned || !strings.Contains(closing["reason"].(string), "insults in local") {
		t.Errorf("Ada is told %v", closing)
	}
	tell := func(s *shard) {
		t.Helper()
		v := visitor(t, s.Addr())
		v.refused("resume", wire.CodeBadToken, map[string]world.Value{"token": token})
		r := v.refused("login", wire.CodeBanned, map[string]world.Value{"name": "Ada", "password": "secret secret"})
		has(t, "the refusal", r.Message, "until", "insults in local")
		v.refused("login", wire.CodeBadCredentials, map[string]world.Value{"name": "Ada", "password": "wrong"})
	}
	tell(s)
	s.stop()
	s = start(t, cfg)
	amy = s.operator("amy", command.Admin)
	tell(s)
	has(t, "ban list", amy.do("ban list"), "Ada", "insults in local", "amy")
	has(t, "account", amy.do("account ada"), "insults in local", "127.0.0.1")
	amy.do("unban Ada")
	ada = login(t, s.Addr(), "Ada", wire.JSON)
	ada.event("system")

	// Renamed, online; the login goes by the new name.
	has(t, "rename", amy.do("rename Ada Adele"), "Adele")
	ada.event("closing")
	visitor(t, s.Addr()).refused("login", wire.CodeBadCredentials, map[string]world.Value{"name": "Ada", "password": "secret secret"})
	adele := login(t, s.Addr(), "Adele", wire.JSON)
	if name := adele.event("welcome")["player"].(map[string]world.Value)["name"]; name != "Adele" {
		t.Errorf("she is called %v", name)
	}
	amy.refused("rename Adele Bob")
	// A password nobody has chosen.
	said := amy.do("password reset Adele")
	adele.event("closing")
	fields := strings.Fields(said)
	password := ""
	for i, w := range fields {
		if w == "is" {
			password = fields[i+1]
		}
	}
	v := visitor(t, s.Addr())
	v.refused("login", wire.CodeBadCredentials, map[string]world.Value{"name": "Adele", "password": "secret secret"})
	v.do("login", map[string]world.Value{"name": "Adele", "password": password})
	v.event("system")
	if log, err := os.ReadFile(cfg.Data + "/audit.jsonl"); err != nil || strings.Contains(string(log), password) {
		t.Errorf("the password is in the audit log: %v", err)
	}
	// Deleted, while online.
	amy.do("account delete Adele --confirm nord")
	if code := v.event("closing")["code"]; code != wire.ClosingBanned {
		t.Errorf("closed with %v", code)
	}
	amy.refused("account Adele")
	visitor(t, s.Addr()).refused("login", wire.CodeBadCredentials, map[string]world.Value{"name": "Adele", "password": password})
	if list := amy.do("ban list"); list != "[]" {
		t.Errorf("ban list: %s", list)
	}

	// An address: everybody on it goes, and nobody comes.
	bob = login(t, s.Addr(), "Bob", wire.JSON)
	bob.event("system")
	has(t, "ban", amy.do("ban 127.0.0.0/8 1h attack"), "127.0.0.0/8 is banned until")
	bob.event("closing")
	r := visitor(t, s.Addr()).refused("login", wire.CodeBanned, map[string]world.Value{"name": "Bob", "password": "secret secret"})
	has(t, "the refusal", r.Message, "address", "attack")
	visitor(t, s.Addr()).refused("register", wire.CodeBanned, map[string]world.Value{"name": "Carl", "password": "secret secret"})
	amy.refused("ban 0.0.0.0/0")
	amy.refused("ban 10.0.0.0/33")
	amy.do("unban 127.0.0.0/8")
	login(t, s.Addr(), "Bob", wire.JSON)
}

// TestMutes mutes an account and an address: both are told at once, what each says is
// refused, and an end is an end.
func TestMutes(t *testing.T) {
	t.Parallel()
	cfg := production(t)
	cfg.Scripts, cfg.TrustProxy = "../../scripts", []string{"127.0.0.1"}
	s := &siege{shard: start(t, cfg), t: t, cfg: cfg}
	amy := s.operator("amy", command.Admin)
	in := func(name, from string) *pilot {
		p := s.mustFrom(from)
		p.do("register", credentials(name))
		p.event("system")
		return p
	}
	ada, bob, eve := in("Ada", "192.0.2.1"), in("Bob", "2001:db8:7:1::5"), in("Eve", "2001:db8:7:2::9")
	notice := func(p *pilot, parts ...string) {
		t.Helper()
		p.until("a notice", func(m *wire.Message) bool {
			text, _ := m.Fields["text"].(string)
			for _, part := range parts {
				if m.Event != "notice" || !strings.Contains(text, part) {
					return false
				}
			}
			return true
		})
	}
	line := map[string]world.Value{"text": "hello"}
	has(t, "mute", amy.do("mute Ada 1h spam"), "Ada is muted until")
	notice(ada, "may not speak until", "spam")
	ada.refused("say", "muted", line)
	bob.do("say", line)
	has(t, "mute", amy.do("mute 2001:db8:7::/48 advertising"), "2001:db8:7::/48 is muted for ever")
	notice(bob, "may not speak", "advertising")
	notice(eve, "advertising")
	has(t, "the refusal", bob.refused("say", "muted", line).Message, "advertising")
	late := in("Late", "2001:db8:7:3::1") // who comes later
	late.refused("say", "muted", line)
	has(t, "mute list", amy.do("mute list"), "Ada", "2001:db8:7::/48", "spam")
	has(t, "unmute", amy.do("unmute 2001:db8:7::/48"), "is lifted")
	notice(eve, "may speak again")
	eve.do("say", line)
	late.do("say", line)
	ada.refused("say", "muted", line)
	amy.do("unmute Ada")
	notice(ada, "may speak again")
	ada.do("say", line)
	amy.refused("mute 0.0.0.0/1")
}

// TestADeletionThatFailsChangesNothing has a store that refuses to delete: whoever was
// banned for good stays banned, and whoever was not may come in again.
func TestADeletionThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	s := start(t, production(t))
	amy := s.operator("amy", command.Admin)
	for _, name := range []string{"Ada", "Bob", "Cat"} {
		register(t, s, name)
	}
	amy.do("ban Ada insults")
	amy.do("ban Bob 59s insults") // shorter than a deletion may take
	db, err := sql.Open("sqlite3", "file:"+s.store.Path()+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TRIGGER no BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'not today'); END"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Ada", "Bob", "Cat"} {
		amy.refused("account delete "+name+" --confirm nord", "refused")
	}
	in := map[string]world.Value{"name": "Ada", "password": "secret secret"}
	has(t, "the ban", visitor(t, s.Addr()).refused("login", wire.CodeBanned, in).Message, "insults")
	in["name"] = "Bob"
	visitor(t, s.Addr()).refused("login", wire.CodeBanned, in)
	login(t, s.Addr(), "Cat", wire.JSON).event("system")
	if list := amy.do("ban list"); !strings.Contains(list, "insults") || strings.Contains(list, "Cat") {
		t.Errorf("ban list: %s", list)
	}
	if _, err := db.Exec("DROP TRIGGER no"); err != nil {
		t.Fatal(err)
	}
	amy.do("account delete Ada --confirm nord")
	if list := amy.do("ban list"); strings.Contains(list, "Ada") {
		t.Errorf("a ban of nobody: %s", list)
	}
}
