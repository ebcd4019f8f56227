package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

func get(t *testing.T, url string, into any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s", url, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

func TestOperationsPort(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	login(t, s.Addr(), "Ann", wire.JSON).event("hello")
	var health map[string]any
	get(t, "http://"+s.OpsAddr()+"/healthz", &health)
	if health["status"] != "ok" || health["release"] != 1.0 {
		t.Errorf("health: %v", health)
	}
	var m Metrics
	get(t, "http://"+s.OpsAddr()+"/metrics.json", &m)
	if m.Players != 1 || m.Systems != 60 || m.Awake == 0 || m.RSS == 0 || m.Gate.Sessions != 1 {
		t.Errorf("metrics: %+v", m)
	}
	resp, err := http.Get("http://" + s.OpsAddr() + "/debug/pprof/goroutine?debug=1")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("profiles: %v %v", resp, err)
	}
	resp.Body.Close()
	for _, path := range []string{"/debug/pprof/", "/metrics", "/healthz"} {
		resp, err := http.Get("http://" + s.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != http.StatusNotFound {
			t.Errorf("players can read %s: %s", path, resp.Status)
		}
	}
}

func TestConfigurationsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"0.0.0.0":              func(c *Config) { c.Ops = "0.0.0.0:0" },
		"there are no scripts": func(c *Config) { c.Scripts = t.TempDir() },
		"--home":               func(c *Config) { c.Home = "Nowhere" },
		"--log-format":         func(c *Config) { c.LogFormat = "xml" },
		"--listen":             func(c *Config) { c.Listen = "127.0.0.1:99999" },
		"load universe":        func(c *Config) { c.Map, c.Universe = nil, "testdata/none.hsu" },
		"no store is called":   func(c *Config) { c.Store = "mysql://x" },
	} {
		cfg := config(t)
		change(&cfg)
		s, err := New(cfg)
		if err == nil {
			s.Close()
			t.Errorf("%s: it started", name)
		} else if !strings.Contains(err.Error(), name) {
			t.Errorf("%s: it failed with %v", name, err)
		}
	}
}

func TestProductionWantsAnAccount(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Production = true
	s := start(t, cfg)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := client.Dial(ctx, "ws://"+s.Addr()+"/play", client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	who := map[string]world.Value{"name": "Ann", "password": "secret secret"}
	if _, err := c.Request(ctx, "login", who); err == nil || !strings.Contains(err.Error(), "bad_credentials") {
		t.Errorf("a login without an account: %v", err)
	}
	if _, err := c.Request(ctx, "register", map[string]world.Value{"name": "Ann", "password": "short"}); err == nil || !strings.Contains(err.Error(), "bad_password") {
		t.Errorf("a short password: %v", err)
	}
	if _, err := c.Request(ctx, "register", who); err != nil {
		t.Errorf("register: %v", err)
	}
	f, err := c.Event(ctx, "welcome")
	if err != nil || f["kind"] != "production" || f["shard"] != "dev" {
		t.Errorf("welcome: %v %v", f, err)
	}
}

func TestResumeKeepsTheShipWhereItIs(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	token := ann.event("welcome")["token"]
	ann.do("undock", nil)
	you := ann.snapshot().You
	ann.Drop()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := client.Dial(ctx, "ws://"+s.Addr()+"/play", client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	again := &pilot{Conn: c, t: t, ctx: ctx}
	again.do("resume", map[string]world.Value{"token": token})
	if snap := again.snapshot(); snap.You != you {
		t.Errorf("after a resume Ann is %d, not %d", snap.You, you)
	}
}

func TestFaultCostsTheOneCall(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	_, err := ann.Request(ann.ctx, "crash", nil)
	if err == nil || strings.Contains(err.Error(), "flight.lua") {
		t.Errorf("a fault was answered with %v", err)
	}
	ann.do("where", nil)
	groups, err := s.Shard().Errors.Groups(context.Background(), "")
	if err != nil || len(groups) != 1 {
		t.Fatalf("errors: %+v %v", groups, err)
	}
	g := groups[0]
	if g.Player != "Ann" || g.Release != 1 || g.Count != 1 || len(g.Systems) != 1 || !strings.Contains(g.Traceback, "flight.lua") {
		t.Errorf("the fault: %+v", g)
	}
}

func TestOperatorSeesAndEvaluates(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	here := ann.event("system")["name"].(string)
	ann.do("undock", nil)
	sh, ctx := s.Shard(), context.Background()

	who, err := sh.Players.Who(ctx)
	if err != nil || len(who) != 1 || who[0].Name != "Ann" || who[0].System != here || who[0].Ship != "Wren" || who[0].Lost {
		t.Errorf("who: %+v %v", who, err)
	}
	list, err := sh.Systems.List(ctx)
	if err != nil || len(list) != 60 {
		t.Fatalf("systems: %d %v", len(list), err)
	}
	awake := 0
	for _, l := range list {
		if l.Awake {
			awake++
			if l.Name != here || l.Players != 1 || l.Release != 1 {
				t.Errorf("awake: %+v", l)
			}
		}
	}
	if awake != 1 {
		t.Errorf("%d systems are awake", awake)
	}
	info, err := sh.Systems.Info(ctx, strings.ToUpper(here))
	if err != nil || info.Name != here || len(info.Gates) == 0 || info.Tick == 0 {
		t.Errorf("info: %+v %v", info, err)
	}
	got, err := sh.Lua.Eval(ctx, command.Eval{System: here, Code: "return 1 + 1, player.name(1000001), nowhere", Author: "test"})
	if err == nil {
		t.Errorf("a name that is not there: %+v", got)
	}
	got, err = sh.Lua.Eval(ctx, command.Eval{System: here, Code: "1 + 1, player.name(1000001)", Author: "test"})
	if err != nil || fmt.Sprint(got.Values) != "[2 Ann]" {
		t.Errorf("lua: %+v %v", got, err)
	}
	if names := sh.Lua.Complete(ctx, here, "chat.li", 10); fmt.Sprint(names) != "[chat.lines]" {
		t.Errorf("completion: %v", names)
	}
	services, err := sh.Services.ListServices(ctx)
	if err != nil || len(services) != 1 || services[0].Name != "counter" || !services[0].Up {
		t.Errorf("services: %+v %v", services, err)
	}
	if n, err := sh.Players.Announce(ctx, "dinner"); err != nil || n != 1 || ann.event("announce")["text"] != "dinner" {
		t.Errorf("announced to %d: %v", n, err)
	}
	if n, err := sh.Players.Kick(ctx, []int64{who[0].ID, 77}, "rude"); err != nil || n != 1 {
		t.Errorf("kicked %d: %v", n, err)
	}
	if f := ann.event("closing"); !strings.Contains(fmt.Sprint(f), "rude") {
		t.Errorf("the kicked player was told %v", f)
	}
}

func TestShutdownWithCountdown(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ctx := context.Background()
	if err := s.CancelShutdown(ctx, "op"); err == nil {
		t.Error("a shutdown that is not under way was cancelled")
	}
	if err := s.Shutdown(ctx, time.Hour, "maintenance", "op"); err != nil {
		t.Fatal(err)
	}
	if m := ann.event("shutdown"); m["reason"] != "maintenance" || m["seconds"].(float64) > 3600 || m["seconds"].(float64) < 3000 {
		t.Errorf("players' programs are told %v", m)
	}
	ben := login(t, s.Addr(), "Ben", wire.JSON)
	if m, _ := ben.event("welcome")["shutdown"].(map[string]world.Value); m["reason"] != "maintenance" {
		t.Errorf("who comes later is told %v", m)
	}
	if c := s.identify().Shutdown; c == nil || c.By != "op" || c.Why != "maintenance" {
		t.Errorf("status has %+v", c)
	}
	if text := ann.event("announce")["text"].(string); !strings.Contains(text, "1 hour") && !strings.Contains(text, "59 minutes") || !strings.Contains(text, "maintenance") {
		t.Errorf("announced: %s", text)
	}
	if n := s.identify().Notices; len(n) == 0 || !strings.Contains(strings.Join(n, " "), "maintenance") {
		t.Errorf("operators are told %v", n)
	}
	if err := s.CancelShutdown(ctx, "op"); err != nil {
		t.Fatal(err)
	}
	if m := ann.event("shutdown"); m["seconds"] != nil {
		t.Errorf("players' programs are told %v", m)
	}
	if c := s.identify().Shutdown; c != nil {
		t.Errorf("status still has %+v", c)
	}
	cyd := login(t, s.Addr(), "Cyd", wire.JSON)
	if m := cyd.event("welcome"); m["shutdown"] != nil {
		t.Errorf("who comes afterwards is told %v", m)
	}
	if text := ann.event("announce")["text"]; text != "The shutdown is cancelled." {
		t.Errorf("announced: %v", text)
	}
	if err := s.Shutdown(ctx, 0, "", "op"); err != nil {
		t.Fatal(err)
	}
	if err := <-s.done; err != nil {
		t.Errorf("the shard ended with %v", err)
	}
	s.done = nil
}
