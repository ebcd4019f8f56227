// Package browsertest is a headless Chromium for tests of pages: one of a test program,
// which all its tests share, and in it tabs that wait for what they are told to see.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Patience is how long a page may take for one thing before the test gives up.
// It is no timing assertion: a page does what it has to within milliseconds.
const Patience = 3 * time.Minute

// unhurried makes every wait of seconds twenty times as long in a page: a note leaves by
// itself, and a server that does not answer is given up, after some seconds, and a busy
// machine may take as long to look. And it draws so seldom, in milliseconds: without a graphics
// card every frame is the processor's work.
const unhurried = `{
	const later = window.setTimeout.bind(window), now = performance.now.bind(performance);
	window.setTimeout = (run, ms, ...args) => later(run, ms > 5_000 ? 20 * ms : ms, ...args);
	window.requestAnimationFrame = (run) => later(() => run(now()), %d);
	window.cancelAnimationFrame = window.clearTimeout.bind(window);
}`

// sky says whether tests look at three dimensions, for which more is drawn.
var sky = os.Getenv("HOTSHARD_SKY") != ""

// bare switches off what a browser with a window has around pages and nobody looks at: parts
// of it are pages themselves, with a process of their own for each window.
const bare = "Translate,BlinkGenPropertyTrees,InitialWebUI,WebUIReloadButton,WebUIToolbar,WebUILocationBar,WebUIBackForwardButton,WebUIHomeButton," +
	"WebUISplitTabsButton,PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess"

// Browser is one headless Chromium, which all tests share; each page of it is somebody
// of their own, with storage of their own.
type Browser struct{ ctx context.Context }

// looking are the places for tests that look at pages at the same time: without a graphics
// card a page keeps a processor busy, and more of them wait for frames, not for the server.
var looking = make(chan struct{}, max(2, runtime.NumCPU()))

// New starts Chromium at the first call, and waits until few enough tests use it; it is
// called once in a test. Without Chromium the test is skipped, except in CI, where a
// missing browser is a failure.
func New(t *testing.T) *Browser {
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
	looking <- struct{}{}
	t.Cleanup(func() { <-looking })
	return &Browser{chromium.ctx}
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
		chromedp.Flag("disable-features", bare),
		chromedp.Flag("force-device-scale-factor", "0.5")) // a quarter of the pixels to draw without a graphics card
	if sky { // WebGL without a graphics card, for the tests that ask for it
		options = append(options, chromedp.Flag("use-angle", "swiftshader"), chromedp.Flag("enable-unsafe-swiftshader", true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	c.stop = []func(){cancel, stop}
	c.ctx, c.err = ctx, chromedp.Do(ctx)
}

// Main is TestMain of a package that looks at pages: it runs the tests and ends the
// browser after the last one.
func Main(m *testing.M) {
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

// Page is one tab.
type Page struct {
	T    *testing.T
	Name string
	Ctx  context.Context

	// Offline is set while the server is away on purpose: what the page then says
	// of failed connections is no error.
	Offline atomic.Bool
}

// Open makes a tab of its own, with storage of its own, at the address. Errors
// that the page writes to its console fail the test.
func (b *Browser) Open(t *testing.T, name, url string) *Page {
	t.Helper()
	return openTab(t, b.ctx, name, url, chromedp.WithNewBrowserContext())
}

// Another opens a second tab beside this one: they share what the browser keeps.
func (p *Page) Another(url string) *Page {
	p.T.Helper()
	return openTab(p.T, p.Ctx, p.Name+" in another tab", url)
}

func openTab(t *testing.T, parent context.Context, name, url string, options ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	p := &Page{T: t, Name: name, Ctx: ctx}
	messages := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError && !p.Offline.Load() {
				t.Errorf("%s: the page says: %s", name, m)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	p.Do("open "+url, hurryNot, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url))
	return p
}

func hurryNot(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	seldom := 250
	if sky {
		seldom = 100
	}
	_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(unhurried, seldom)})
	return chromedp.Void{}, err
}

// Do runs steps and fails the test where one cannot be done in time.
func (p *Page) Do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Shoot("failed-" + p.Name)
		p.T.Fatalf("%s: %s: %v", p.Name, what, err)
	}
}

// Until waits until a JavaScript expression is true.
func (p *Page) Until(what, expression string) {
	p.T.Helper()
	p.Do(what, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(Patience))(ctx, t)
		return chromedp.Void{}, err
	})
}

// Text is the text of the first element that a CSS selector finds.
func (p *Page) Text(selector string) string {
	p.T.Helper()
	text, err := chromedp.Run(p.Ctx, chromedp.TextContent(chromedp.CSS(selector)))
	if err != nil {
		p.T.Fatalf("%s: text of %s: %v", p.Name, selector, err)
	}
	return text
}

// Click clicks on what a CSS selector finds, once it is to be seen.
func (p *Page) Click(selector string) {
	p.T.Helper()
	p.Do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// TypeInto types into what a CSS selector finds; "\r" is Enter.
func (p *Page) TypeInto(selector, text string) {
	p.T.Helper()
	p.Do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// Shoot keeps a picture of the page where HOTSHARD_SHOTS names a directory.
func (p *Page) Shoot(name string) {
	dir := os.Getenv("HOTSHARD_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.Ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		p.T.Logf("no picture %s: %v", name, err)
	}
}
