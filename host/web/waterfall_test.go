package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"hotshard/host/server"
)

// meter is a way to a server that counts what comes back on it.
type meter struct {
	net.Listener
	bytes atomic.Int64
	ways  atomic.Int64
}

// throughMeter is the server's address, and what comes from there.
func throughMeter(t *testing.T, s *server.Server) (string, *meter) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go m.join(from, s.Addr())
		}
	}()
	return "http://" + l.Addr().String() + "/", m
}

func (m *meter) join(from net.Conn, addr string) {
	defer from.Close()
	to, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer to.Close()
	m.ways.Add(1)
	go func() { _, _ = io.Copy(to, from); _ = to.(*net.TCPConn).CloseWrite() }()
	_, _ = io.Copy(io.MultiWriter(from, m), to)
}

func (m *meter) Write(b []byte) (int, error) {
	m.bytes.Add(int64(len(b)))
	return len(b), nil
}

// slowLine has a page's connections be so slow, or as they are.
func slowLine(line ...*network.Conditions) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, target, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: line})
		return chromedp.Void{}, err
	}
}

// TestTheWayToTheFirstFlight measures the first and the second visit over a slow line, and
// logs what was fetched when.
func TestTheWayToTheFirstFlight(t *testing.T) {
	if os.Getenv("HOTSHARD_WATERFALL") == "" {
		t.Skip("only with HOTSHARD_WATERFALL: it measures what nothing else should disturb")
	}
	b := newBrowser(t)
	_, _, s := startServer(t)
	url, m := throughMeter(t, s)
	p := b.open(t, "ada", "about:blank")
	p.do("have a slow line", slowLine(&network.Conditions{Latency: 40, DownloadThroughput: 10e6 / 8, UploadThroughput: 10e6 / 8}))
	t.Cleanup(func() { p.do("have its own line again", slowLine()) })
	for _, visit := range []string{"first", "second"} {
		m.bytes.Store(0)
		began := time.Now()
		p.do("open it", chromedp.Navigate(url))
		if visit == "first" {
			p.inView("login")
			t.Logf("first visit: asked to sign in after %v and %d kB", time.Since(began).Round(time.Millisecond), m.bytes.Load()/1000)
			p.do("sign in, and leave the station", chromedp.Evaluate[chromedp.Void](`(() => {
				const form = document.querySelector("#login form");
				form.elements.name.value = "ada"; form.elements.password.value = "secret of ada";
				form.querySelector("[value=login]").click();
				const leave = setInterval(() => document.body.dataset.view === "station" && (clearInterval(leave), document.querySelector("#station .undock").click()), 10);
			})()`))
		}
		p.until("fly", `document.body.dataset.view === "space" && hotshard.game.own`)
		t.Logf("%s visit: in space after %v and %d kB", visit, time.Since(began).Round(time.Millisecond), m.bytes.Load()/1000)
		if visit == "first" && m.bytes.Load() > 500_000 {
			t.Errorf("the first flight takes %d bytes", m.bytes.Load())
		}
		p.filled()
		t.Logf("%s visit: all is kept after %v and %d kB", visit, time.Since(began).Round(time.Millisecond), m.bytes.Load()/1000)
		lines, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](waterfall))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s visit, what the page asked for: from, to in ms, bytes over the line, name\n%s", visit, lines)
		if visit == "second" {
			for _, line := range strings.Split(lines, "\n") {
				var from, to, bytes int
				if _, err := fmt.Sscanf(line, "%d %d %d", &from, &to, &bytes); err == nil && bytes > 0 {
					t.Errorf("the second visit fetches %s", line)
				}
			}
		}
	}
}

// waterfall is a line for each file that the page has asked for. What the keeper had comes
// over no line; the manifest is asked for by the keeper, not by the page.
const waterfall = `performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
	.map((e) => [Math.round(e.startTime), Math.round(e.responseEnd), e.workerStart ? 0 : e.transferSize, new URL(e.name).pathname].join(" ")).join("\n")`
