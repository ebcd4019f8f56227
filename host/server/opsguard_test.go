package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"hotshard/console/command"
	"hotshard/runtime/script"
)

// get asks the operations port for something, with some headers.
func (s *shard) get(path string, headers ...string) (int, []byte) {
	s.t.Helper()
	req, err := http.NewRequest("GET", "http://"+s.OpsAddr()+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, body
}

// No page but one of this port may ask, whatever browser shows it; who is no browser may.
func TestPagesOfElsewhereAreRefusedOnTheOpsPort(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	own := "http://" + s.OpsAddr()
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{nil, 200},
		{[]string{"Sec-Fetch-Site", "none"}, 200},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", own}, 200},
		{[]string{"Origin", own}, 200},
		{[]string{"Origin", strings.ToUpper(own)}, 200},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "http://127.0.0.1:1"}, 403}, // another port of this machine is another's
		{[]string{"Origin", "http://localhost.evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Origin", own + ".evil.example"}, 403},
	} {
		for _, path := range []string{"/healthz", "/metrics", "/debug/pprof/cmdline", "/debug/lua.json", "/", "/names"} {
			if got, body := s.get(path, c.headers...); got != c.want {
				t.Errorf("%s with %v: %d %s", path, c.headers, got, body)
			}
		}
	}
}

// On a production shard profiles are for admins, by a token of the console; what says only
// how the shard does is for everybody on the machine.
func TestProfilesTakeATokenInProduction(t *testing.T) {
	t.Parallel()
	s := start(t, operated(t, true))
	token := func(role command.Role, flags string) string {
		text := s.operator("amy", role).do("token " + flags)
		first, _, _ := strings.Cut(text, "\n")
		return first
	}
	admin, viewer, less := token(command.Admin, ""), token(command.Viewer, ""), token(command.Admin, "--role operator")
	for _, c := range []struct {
		path, token string
		want        int
	}{
		{"/debug/pprof/cmdline", "", 401},
		{"/debug/pprof/cmdline", "nonsense", 401},
		{"/debug/pprof/cmdline", viewer, 403},
		{"/debug/pprof/cmdline", less, 403},
		{"/debug/pprof/cmdline", admin, 200},
		{"/debug/pprof/heap", "", 401},
		{"/debug/pprof/", "", 401},
		{"/debug/pprof/heap", admin, 200},
		{"/debug/lua.json", "", 401},
		{"/debug/lua.json", viewer, 200},
		{"/debug/lua.pprof", viewer, 200},
		{"/metrics", "", 200},
		{"/healthz", "", 200},
	} {
		var headers []string
		if c.token != "" {
			headers = []string{"Authorization", "Bearer " + c.token}
		}
		if got, body := s.get(c.path, headers...); got != c.want {
			t.Errorf("%s with the token %q: %d %s", c.path, c.token, got, body[:min(len(body), 200)])
		}
	}
	// As go tool pprof sends the password of an address.
	req, _ := http.NewRequest("GET", "http://amy:"+admin+"@"+s.OpsAddr()+"/debug/pprof/cmdline", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("as a password: %v %v", resp, err)
	}
	resp.Body.Close()
	// A browser that is signed in to the page needs no other.
	link, _, _ := strings.Cut(s.operator("amy", command.Admin).do("page"), "\n")
	_, code, _ := strings.Cut(link, "#sign-in=")
	if resp, err = http.Post("http://"+s.OpsAddr()+"/sign-in", "application/json", strings.NewReader(`{"code":"`+code+`"}`)); err != nil {
		t.Fatal(err)
	}
	var pass struct{ Token string }
	err = json.NewDecoder(resp.Body).Decode(&pass)
	resp.Body.Close()
	if got, body := s.get("/debug/pprof/cmdline", "Authorization", "Bearer "+pass.Token); err != nil || got != 200 {
		t.Errorf("signed in to the page: %v, %d %s", err, got, body)
	}
	s.operator("vic", command.Viewer).refused("token --role admin", "you are viewer")
	s.operator("vic", command.Viewer).refused("token --for 48h", "at most")
}

// A token ends with its time, and with its operator.
func TestATokenEnds(t *testing.T) {
	t.Parallel()
	clk := &handHeld{now: time.Unix(1_800_000_000, 0)}
	tk := newTokens(clk)
	var gone error
	token, until, err := tk.Token(command.Session{Who: "amy", Role: command.Admin, Allowed: func() error { return gone }}, time.Minute)
	if err != nil || !until.Equal(clk.now.Add(time.Minute)) {
		t.Fatal(until, err)
	}
	req, _ := http.NewRequest("GET", "/", nil)
	req.Header.Set("Authorization", "Bearer "+token)
	if who, ok := tk.signed(req); !ok || who.Who != "amy" {
		t.Fatalf("%+v %v", who, ok)
	}
	gone = io.EOF
	if _, ok := tk.signed(req); ok {
		t.Error("it stands for somebody who is put out")
	}
	gone = nil
	clk.now = until
	if _, ok := tk.signed(req); ok {
		t.Error("it is good for ever")
	}
}

// What Lua did comes as a profile and as a tree, over HTTP.
func TestLuaOverHTTP(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.do("patch rule.fee = function(x) local n = 0 for i = 1, 200000 do n = n + i end return n end")
	s.until("the tree does not have it", func() bool {
		amy.do("lua @" + at + " return require('rule').fee(1)")
		_, body := s.get("/debug/lua.json?system=" + at + "&since=30m")
		return strings.Contains(string(body), `"rule.fee"`)
	})
	_, body := s.get("/debug/lua.json?system=" + at)
	var a flameAnswer
	if err := json.Unmarshal(body, &a); err != nil || a.Total == 0 || a.Total != a.Root.Value || a.Unit != "steps" || len(a.Root.Children) == 0 {
		t.Fatalf("%v: %s", err, body)
	}
	sums(t, a.Root)
	if _, body = s.get("/debug/lua.json?release=1"); strings.Contains(string(body), `"rule.fee"`) {
		t.Errorf("in release 1: %s", body)
	}
	_, body = s.get("/debug/lua.json?module=rule&system=@" + at)
	a = flameAnswer{}
	if err := json.Unmarshal(body, &a); err != nil || len(a.Root.Children) != 1 || a.Root.Children[0].Name != "rule.fee" || a.Modules[0].Module != "rule" || len(a.Releases) == 0 {
		t.Errorf("of a module: %v: %s", err, body)
	}
	_, body = s.get("/debug/lua.pprof?seconds=60")
	p, err := profile.Parse(bytes.NewReader(body))
	if err != nil || len(p.Sample) == 0 || p.Sample[0].Location[0].Line[0].Function.Name != "rule.fee" {
		t.Errorf("%v: %v", err, p)
	}
	for path, want := range map[string]string{
		"/debug/lua.json?from=never": "20m for 20 minutes ago", "/debug/lua.pprof?to=?": "is no time", "/debug/lua.json?from=5m&to=10m": "is not before",
		"/debug/lua.json?release=x": "the number of a release", "/debug/lua.json?against=-1": "the number of a release", "/debug/lua.json?release=2&against=r2": "like itself",
		"/debug/lua.json?system=Nowhere": "no system or service", "/debug/lua.pprof?system=@Nowhere": "no system or service",
	} {
		if code, body := s.get(path); code != 400 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
}

// A tree is of a module from where it is come to, and of two releases beside each other.
func TestATreeIsOfAModuleAndOfTwoReleases(t *testing.T) {
	t.Parallel()
	frame := func(module, name string) script.StackFrame {
		return script.StackFrame{Function: module + "." + name, Module: module}
	}
	fee, tick, say := frame("market", "fee"), frame("main", "tick"), frame("chat", "say")
	spent := func(release int, steps int64, frames ...script.StackFrame) command.Spent {
		return command.Spent{System: "Jita", Stack: &script.Stack{Release: release, Frames: frames}, Steps: steps}
	}
	hot := command.Hot{Spent: []command.Spent{spent(8, 60, say, fee, tick), spent(8, 30, tick), spent(7, 5, fee, tick), spent(7, 15, tick)}}
	for _, c := range []struct {
		asked flameAnswer
		want  string
	}{
		{flameAnswer{}, "all 110/0 0 | main.tick 110/0 45 | market.fee 65/0 5 | chat.say 60/0 60"},
		{flameAnswer{Module: "market"}, "all 65/0 0 | market.fee 65/0 5 | chat.say 60/0 60"},
		{flameAnswer{Against: 7}, "all 90/20 0 | main.tick 90/20 30 | market.fee 60/5 0 | chat.say 60/0 60"},
		{flameAnswer{Release: 7, Against: 8}, "all 20/90 0 | main.tick 20/90 15 | market.fee 5/60 5 | chat.say 0/60 0"},
		{flameAnswer{Module: "chat", Release: 7}, "all 0/0 0"},
	} {
		a := c.asked
		a.burn(hot)
		var list []string
		var walk func(f *flame)
		walk = func(f *flame) {
			list = append(list, fmt.Sprintf("%s %d/%d %d", f.Name, f.Value, f.Was, f.Self))
			for _, child := range f.Children {
				walk(child)
			}
		}
		walk(a.Root)
		if got := strings.Join(list, " | "); got != c.want {
			t.Errorf("%+v: %s\nwant %s", c.asked, got, c.want)
		}
		if got := fmt.Sprint(a.Releases, a.Modules); got != "[{8 90} {7 20}] [{chat 60} {main 45} {market 5}]" {
			t.Errorf("there is %s", got)
		}
	}
}

// sums wants every function's steps to be its own and those of what it called.
func sums(t *testing.T, f *flame) {
	t.Helper()
	n := f.Self
	for _, c := range f.Children {
		n += c.Value
		sums(t, c)
	}
	if n != f.Value {
		t.Errorf("%s has %d, of which %d are accounted for", f.Name, f.Value, n)
	}
}
