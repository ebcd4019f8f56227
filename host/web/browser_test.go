package web_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take for one thing before the test gives up.
// It is no timing assertion: a page does what it has to within milliseconds.
const patience = 3 * time.Minute

// unhurried makes every wait of seconds twenty times as long in a page: a note leaves by
// itself, and a server that does not answer is given up, after some seconds, and a busy
// machine may take as long to look. And it draws ten times a second: without a graphics
// card every frame is the processor's work.
const unhurried = `{
	const later = window.setTimeout.bind(window), now = performance.now.bind(performance);
	window.setTimeout = (run, ms, ...args) => later(run, ms > 5_000 ? 20 * ms : ms, ...args);
	window.requestAnimationFrame = (run) => later(() => run(now()), 100);
	window.cancelAnimationFrame = window.clearTimeout.bind(window);
}`

// browser is one headless Chromium, which all tests share; each page of it is a player
// of its own, with storage of its own.
type browser struct{ ctx context.Context }

// newBrowser starts Chromium at the first call. Without one the test is skipped,
// except in CI, where a missing browser is a failure.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("only without -short: it drives a browser")
	}
	path, err := findChromium()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if chromium.once.Do(func() { chromium.start(path) }); chromium.err != nil {
		t.Fatalf("chromium does not start: %v", chromium.err)
	}
	return &browser{chromium.ctx}
}

// chromium is the browser once a test has wanted it.
var chromium sharedBrowser

type sharedBrowser struct {
	once    sync.Once
	ctx     context.Context
	err     error
	profile string
	stop    []func() // the last first
}

func (c *sharedBrowser) start(path string) {
	if c.profile, c.err = os.MkdirTemp("", "hs-chromium"); c.err != nil {
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(c.profile),
		chromedp.WindowSize(1280, 800), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("force-device-scale-factor", "0.5")) // a quarter of the pixels to draw without a graphics card
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	c.stop = []func(){cancel, stop}
	c.ctx, c.err = ctx, chromedp.Do(ctx)
}

// TestMain ends the browser after the last test.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, stop := range chromium.stop {
		stop()
	}
	if chromium.profile != "" {
		_ = os.RemoveAll(chromium.profile) // a folder for temporary files is no loss
	}
	os.Exit(code)
}

// findChromium looks for the browser under the names it goes by.
func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no chromium, chromium-browser, google-chrome or chrome in PATH: the page cannot be looked at")
}

// page is one tab.
type page struct {
	t    *testing.T
	name string
	ctx  context.Context

	// offline is set while the server is away on purpose: what the page then says
	// of failed connections is no error.
	offline atomic.Bool
}

// open makes a tab of its own, with storage of its own, at the address. Errors
// that the page writes to its console fail the test.
func (b *browser) open(t *testing.T, name, url string) *page {
	t.Helper()
	return openTab(t, b.ctx, name, url, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same player's browser: they share what it keeps.
func (p *page) another(url string) *page {
	p.t.Helper()
	return openTab(p.t, p.ctx, p.name+" in another tab", url)
}

func openTab(t *testing.T, parent context.Context, name, url string, options ...chromedp.ContextOption) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	p := &page{t: t, name: name, ctx: ctx}
	messages := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError && !p.offline.Load() {
				t.Errorf("%s: the page says: %s", name, m)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	p.do("open "+url, hurryNot, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url))
	return p
}

func hurryNot(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: unhurried})
	return chromedp.Void{}, err
}

// do runs steps and fails the test where one cannot be done in time.
func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.shoot("failed-" + p.name)
		p.t.Fatalf("%s: %s: %v", p.name, what, err)
	}
}

// until waits until a JavaScript expression is true.
func (p *page) until(what, expression string) {
	p.t.Helper()
	p.do(what, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))(ctx, t)
		return chromedp.Void{}, err
	})
}

// text is the text of the first element that a CSS selector finds.
func (p *page) text(selector string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.TextContent(chromedp.CSS(selector)))
	if err != nil {
		p.t.Fatalf("%s: text of %s: %v", p.name, selector, err)
	}
	return text
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (p *page) typeInto(selector, text string) {
	p.t.Helper()
	p.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// shoot keeps a picture of the page where HOTSHARD_SHOTS names a directory.
func (p *page) shoot(name string) {
	dir := os.Getenv("HOTSHARD_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		p.t.Logf("no picture %s: %v", name, err)
	}
}
