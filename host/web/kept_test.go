package web_test

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotshard/host/document"
	"hotshard/host/shelf"
	"hotshard/host/web"
	"hotshard/runtime/world"
)

// courier brings the page's files, notes what is asked for, and does to them what a test
// wants done.
type courier struct {
	mu    sync.Mutex
	page  http.Handler
	asked []string        // names, with "in part" where a part was asked for
	harm  map[string]harm // what becomes of a file
}

type harm struct {
	times int
	do    func(http.ResponseWriter, []byte)
}

func (c *courier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	c.mu.Lock()
	page, harm := c.page, c.harm[name]
	harm.times--
	c.harm[name] = harm
	if r.Header.Get("Range") != "" {
		name += " in part"
	}
	c.asked = append(c.asked, name)
	c.mu.Unlock()
	if harm.times < 0 {
		page.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, r)
	maps.Copy(w.Header(), answer.Header())
	harm.do(w, answer.Body.Bytes())
}

// since is what was asked for since the last time.
func (c *courier) since() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	slices.Sort(asked)
	return asked
}

func (c *courier) spoil(name string, times int, do func(http.ResponseWriter, []byte)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.harm[name] = harm{times, do}
}

// halve sends half of an answer, and hangs up after a pause.
func halve(w http.ResponseWriter, body []byte, pause time.Duration) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	time.Sleep(pause)
	panic(http.ErrAbortHandler)
}

// twist sends an answer with one other bit.
func twist(w http.ResponseWriter, body []byte) {
	body[len(body)/2] ^= 1
	_, _ = w.Write(body)
}

// release is a page that differs from that of this build in one file.
func (c *courier) release(t *testing.T, u func() *world.Universe, key *shelf.Key, changed string) {
	t.Helper()
	files := shelf.Files(document.Folder(os.DirFS("."), "static"))
	if changed != "" {
		files[changed] = document.New(document.ContentType(changed), append(bytes.Clone(files[changed].Body()), "\n// changed\n"...))
	}
	page := web.Release(shelf.Written(files), u, "stage", key)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page = page
}

// filled waits until all that the page wants is kept.
func (p *page) filled() {
	p.t.Helper()
	p.until("have all of it kept", `document.body.dataset.filled === "true"`)
}

// TestWhatWasFetchedIsKept visits a shard, and again, and after a release; on the way
// transfers break, and bytes are others than they should be.
func TestWhatWasFetchedIsKept(t *testing.T) {
	t.Parallel()
	key, err := shelf.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	c := &courier{harm: map[string]harm{}}
	var universe func() *world.Universe
	s := newStageWith(t, func(u func() *world.Universe) http.Handler {
		universe = u
		c.release(t, u, key, "")
		return c
	})
	b := newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.inView("station")
	p.filled()
	first := c.since()
	for _, name := range slices.Compact(slices.Clone(first)) {
		times := len(slices.DeleteFunc(slices.Clone(first), func(n string) bool { return n != name }))
		if times > 1 && name != "" && name != "manifest" {
			t.Errorf("%s was fetched %d times", name, times)
		}
	}
	if slices.Contains(first, "vendor/three/three.core.min.js") || !slices.Contains(first, "economy.html") {
		t.Errorf("the rest is: %v", first)
	}

	again := func(what string, want ...string) {
		t.Helper()
		p.do("load it again", chromedp.Reload())
		p.inView("station")
		p.filled()
		if got := c.since(); !slices.Equal(got, want) {
			t.Errorf("%s fetches %v, not %v", what, got, want)
		}
	}
	again("the second visit", "manifest")
	c.release(t, universe, key, "view/windows.js")
	again("a release", "index.html", "manifest", "view/windows.js")

	p.Offline.Store(true)
	c.release(t, universe, key, "view/map.js")
	c.spoil("view/map.js", 1, twist)
	again("a release with another byte", "index.html", "manifest", "view/map.js", "view/map.js")

	p.do("watch what comes", chromedp.Evaluate[chromedp.Void](`window.bring = (url) => { window.came = null; fetch(url).then((r) => r.arrayBuffer()).then((b) => (window.came = b.byteLength), (e) => (window.came = e.name)); }`))
	fetch := func(name, what, came string) {
		t.Helper()
		p.do("fetch it", chromedp.Evaluate[chromedp.Void](`void window.bring("/`+web.Files().Address(name)+`")`))
		p.until(what, `window.came === `+came)
	}
	big := "vendor/three/three.core.min.js"
	c.spoil(big, 9, twist)
	fetch(big, "have other bytes refused", `"TypeError"`)
	c.spoil(big, 0, nil)

	// What a browser has not yet handed on when a transfer breaks is lost: how long that may
	// take nobody knows, so that it is tried until something was.
	c.since()
	pause, went := 20*time.Millisecond, false
	for _, name := range slices.Sorted(maps.Keys(web.Files())) {
		if went || !strings.HasPrefix(name, "sky/") && !strings.HasPrefix(name, "vendor/three/three.") {
			continue
		}
		pause *= 2
		c.spoil(name, 1, func(w http.ResponseWriter, body []byte) { halve(w, body, pause) })
		fetch(name, "have all of a transfer that broke", strconv.Itoa(web.Files()[name].Len()))
		went = slices.Contains(c.since(), name+" in part")
	}
	if !went {
		t.Error("no transfer went on where it broke")
	}

	// Whoever has no keeper yet has a page that loads itself again.
	c.spoil("view/map.js", 1, func(w http.ResponseWriter, body []byte) { halve(w, body, 0) })
	c.spoil("view/chat.js", 1, twist)
	bo := b.open(t, "bob", "about:blank")
	bo.Offline.Store(true)
	bo.do("open it", chromedp.Navigate(s.URL))
	bo.comes(`document.body?.dataset.view === "login"`)
}

// comes waits for what is true of a page that loads itself again meanwhile.
func (p *page) comes(expression string) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if there, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](expression)); err == nil && there {
			return
		}
	}
	p.t.Fatalf("%s does not come: %s", p.name, expression)
}
