package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take for one thing.
const patience = 4 * time.Minute

// screen is what a page is looked at on.
type screen struct {
	name          string
	width, height int64
}

var screens = []screen{{"wide", 1280, 800}, {"phone", 390, 844}}

// browser is a headless Chromium that draws in three dimensions without a graphics card.
type browser struct {
	ctx  context.Context
	stop []func()
}

func openBrowser(ctx context.Context, profile string) (*browser, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, errors.New("no chromium, chromium-browser, google-chrome or chrome in PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(profile),
		chromedp.Flag("use-angle", "swiftshader"), chromedp.Flag("enable-unsafe-swiftshader", true), chromedp.Flag("ignore-gpu-blocklist", true))
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	c, cancel := chromedp.NewContext(allocator)
	return &browser{c, []func(){cancel, stop}}, chromedp.Do(c)
}

func (b *browser) close() {
	for _, stop := range b.stop {
		stop()
	}
}

// page is one tab.
type page struct {
	screen
	ctx   context.Context
	close context.CancelFunc
}

// wanted asks for three dimensions in the detail of an ordinary machine.
const wanted = `localStorage.setItem("hotshard.view", JSON.stringify({view: "deep", quality: "medium"}))`

func (b *browser) open(url string, s screen) (*page, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &page{screen: s, ctx: ctx, close: cancel}
	return p, p.do(chromedp.EmulateViewport(s.width, s.height), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: wanted})
		return chromedp.Void{}, err
	}, chromedp.Navigate(url))
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// run runs JavaScript for what it does.
func (p *page) run(code string) error {
	return p.do(chromedp.Evaluate[chromedp.Void]("void (() => {" + code + "})()"))
}

// tell returns what an expression is worth, as JSON.
func (p *page) tell(expression string) (string, error) {
	return chromedp.Run(p.ctx, chromedp.Evaluate[string]("JSON.stringify("+expression+")"))
}

// until waits until an expression is true.
func (p *page) until(expression string) error {
	return p.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(100*time.Millisecond), chromedp.WithPollingTimeout(patience))(ctx, t)
		if err != nil {
			err = fmt.Errorf("until %s: %w", expression, err)
		}
		return chromedp.Void{}, err
	})
}

// most is how large a picture may be, in bytes.
const most = 300_000

// shoot writes a picture, less sharp where it would be too large otherwise.
func (p *page) shoot(file string) error {
	for quality := int64(84); ; quality -= 8 {
		var picture []byte
		if err := p.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			r, err := cdp.Call(ctx, t, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{Format: "jpeg", Quality: &quality})
			if err == nil {
				picture = r.Data
			}
			return chromedp.Void{}, err
		}); err != nil {
			return err
		}
		if len(picture) > most && quality > 40 {
			continue
		}
		fmt.Printf("%s: %d KB\n", filepath.Base(file), len(picture)/1000)
		return os.WriteFile(file, picture, 0o644)
	}
}
