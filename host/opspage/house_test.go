package opspage

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/console/serve"
)

// house is a page of a made-up shard, served.
type house struct {
	*httptest.Server
	t     *testing.T
	shard *commandtest.Shard
	page  *Page
}

func newHouse(t *testing.T, production bool) *house {
	t.Helper()
	h := &house{t: t, shard: commandtest.New()}
	h.shard.Identity.Production = production
	source, _ := newStage(0)
	h.page = New(Config{Shard: h.shard.Command(), Registry: command.Default(), Source: source, Systems: []string{"Amarr", "Jita", "Perimeter"},
		Log: slog.New(slog.DiscardHandler), Open: !production, URL: func() string { return h.URL + "/" }})
	h.Server = httptest.NewServer(h.page.Handler())
	t.Cleanup(func() { h.page.Close(); h.Server.Close() })
	return h
}

// ask sends a request with headers, of which each is "Name: value".
func (h *house) ask(method, path, body string, headers ...string) (int, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// signIn signs somebody in by a link and returns the token.
func (h *house) signIn(who string, role command.Role) string {
	h.t.Helper()
	url, _, err := h.page.Ticket(command.Session{Who: who, From: "socket", Role: role})
	if err != nil {
		h.t.Fatal(err)
	}
	code, body := h.redeem(url)
	if code != http.StatusOK {
		h.t.Fatalf("%s cannot sign in: %d %s", who, code, body)
	}
	var got struct{ Token, Who, Role string }
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Who != who || got.Role != role.String() {
		h.t.Fatalf("signed in as %+v: %v", got, err)
	}
	return got.Token
}

func (h *house) redeem(url string) (int, string) {
	_, ticket, _ := strings.Cut(url, "#sign-in=")
	return h.ask("POST", "/sign-in", `{"code":"`+ticket+`"}`, "Content-Type: application/json")
}

// tab is an open page's connection.
type tab struct {
	gws.BuiltinEventHandler
	t     *testing.T
	ws    *gws.Conn
	texts chan serve.Reply
	bytes chan []byte
	gone  chan struct{}
	id    uint64
}

func (h *house) open(token string, headers ...string) (*tab, int) {
	h.t.Helper()
	b := &tab{t: h.t, texts: make(chan serve.Reply, 64), bytes: make(chan []byte, 64), gone: make(chan struct{})}
	header := http.Header{}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		header.Set(name, value)
	}
	ws, resp, err := gws.NewClient(b, &gws.ClientOption{Addr: "ws" + strings.TrimPrefix(h.URL, "http") + "/live", RequestHeader: header, ReadMaxPayloadSize: 1 << 20})
	if err != nil {
		if resp == nil {
			h.t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	b.ws = ws
	go ws.ReadLoop()
	h.t.Cleanup(func() { _ = ws.NetConn().Close() })
	greet, _ := json.Marshal(greeting{token})
	if err := ws.WriteMessage(gws.OpcodeText, greet); err != nil {
		h.t.Fatal(err)
	}
	return b, http.StatusSwitchingProtocols
}

func (b *tab) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	if m.Opcode == gws.OpcodeBinary {
		b.bytes <- bytes.Clone(m.Bytes())
		return
	}
	var r serve.Reply
	if err := json.Unmarshal(m.Bytes(), &r); err != nil {
		b.t.Errorf("no reply: %s", m.Bytes())
	}
	b.texts <- r
}

func (b *tab) OnClose(*gws.Conn, error) { close(b.gone) }

// patience is how long a test waits for what has to come.
const patience = time.Minute

// next is the next reply.
func (b *tab) next() serve.Reply {
	b.t.Helper()
	select {
	case r := <-b.texts:
		return r
	case <-time.After(patience):
		b.t.Fatal("no reply comes")
	}
	return serve.Reply{}
}

// run runs a line and returns what it came to.
func (b *tab) run(line string) serve.Reply {
	b.t.Helper()
	b.id++
	q, _ := json.Marshal(serve.Request{ID: b.id, Run: line})
	if err := b.ws.WriteMessage(gws.OpcodeText, q); err != nil {
		b.t.Fatal(err)
	}
	for {
		if r := b.next(); r.ID == b.id && r.Part == nil {
			return r
		}
	}
}

func (b *tab) ends() {
	b.t.Helper()
	select {
	case <-b.gone:
	case <-time.After(patience):
		b.t.Fatal("the connection does not end")
	}
}
