package opspage_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"hotshard/host/browsertest"
)

// Pictures of the page of a shard that runs, by day, by night and on a phone, of what is to
// be looked at with thousands of players on: HOTSHARD_LOOK is the page's address, or the link
// that the console makes, and HOTSHARD_SHOTS where they go.
func TestLook(t *testing.T) {
	url := os.Getenv("HOTSHARD_LOOK")
	if url == "" {
		t.Skip("only with HOTSHARD_LOOK, the address of a page")
	}
	p := browsertest.New(t).Open(t, "amy", url)
	p.Until("have somebody hot", `document.querySelector(".hottest li .name") !== null`)
	p.Click(".hottest li button")
	p.Until("see its functions", `document.querySelector(".peak .frames button") !== null && document.querySelector(".peak .share .name") !== null`)
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"light", "light", 1440, 1000}, {"dark", "dark", 1440, 1000}, {"phone", "dark", 390, 844}} {
		p.Do("look "+look.name, scheme(look.scheme), chromedp.EmulateViewport(look.width, look.height))
		for _, section := range []string{"range", "functions", "releases", "errors", "log", "audit", "console"} {
			p.Click(`#nav [data-to="` + section + `"]`)
			p.Until("see it", `!document.querySelector("#`+section+`").hidden`)
			if section == "functions" {
				p.Until("have it drawn", `document.querySelector("#functions .frames button") !== null`)
			}
			p.Do("go to the top", chromedp.Evaluate[chromedp.Void](`void scrollTo(0, 0)`))
			time.Sleep(2 * time.Second) // for a picture, and no test
			p.Shoot(look.name + "-" + section)
			if wide := `document.documentElement.scrollWidth > innerWidth`; look.name == "phone" {
				p.Until("have nothing stick out of "+section, "!("+wide+")")
			}
		}
	}
}

// scheme has the page shown by day or by night.
func scheme(name string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return chromedp.Void{}, err
	}
}
