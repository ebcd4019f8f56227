package web_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"hotshard/host/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// patience is how long a page may take for one thing before a test gives up.
const patience = browsertest.Patience

// browser is the one that all tests share; each page of it is a player of their own.
type browser struct{ *browsertest.Browser }

func newBrowser(t *testing.T) *browser {
	t.Helper()
	return &browser{browsertest.New(t)}
}

// page is one tab of a player's.
type page struct {
	*browsertest.Page
	t       *testing.T
	name    string
	ctx     context.Context
	offline *atomic.Bool
}

func asPage(p *browsertest.Page) *page {
	return &page{Page: p, t: p.T, name: p.Name, ctx: p.Ctx, offline: &p.Offline}
}

func (b *browser) open(t *testing.T, name, url string) *page {
	t.Helper()
	return asPage(b.Open(t, name, url))
}

func (p *page) another(url string) *page { p.t.Helper(); return asPage(p.Another(url)) }

func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.Do(what, steps...)
}

func (p *page) until(what, expression string) { p.t.Helper(); p.Until(what, expression) }

func (p *page) text(selector string) string { p.t.Helper(); return p.Text(selector) }

func (p *page) click(selector string) { p.t.Helper(); p.Click(selector) }

func (p *page) typeInto(selector, text string) { p.t.Helper(); p.TypeInto(selector, text) }

func (p *page) shoot(name string) { p.Shoot(name) }
