package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hotshard/host/browsertest"
	"hotshard/host/web"
	"hotshard/runtime/world"
)

// ask sends a request to the handler and returns the answer.
func ask(t *testing.T, h http.Handler, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// byHash is how files name one another, as they are served.
var byHash = regexp.MustCompile(`\?sha256=[0-9a-f]{64}`)

func noUniverse() *world.Universe { return nil }

func TestEveryFileIsServedWithItsType(t *testing.T) {
	h := web.Handler(noUniverse)
	types := map[string]string{".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
		".woff2": "font/woff2", ".txt": "text/plain"}
	err := filepath.WalkDir("static", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		url := "/" + strings.TrimPrefix(filepath.ToSlash(path), "static/")
		res := ask(t, h, "GET", url)
		got := body(t, res.Body)
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got = byHash.ReplaceAllString(got, "")
		if filepath.Ext(path) == ".html" { // the head of which is written for the files there are
			_, got, _ = strings.Cut(got, "<body")
			_, want, _ = bytes.Cut(want, []byte("<body"))
			got = strings.NewReplacer(" data-keeps", "", " data-panels", "").Replace(got)
			want = bytes.Replace(want, []byte(" data-keeps"), nil, 1)
		}
		if res.StatusCode != 200 || got != string(want) {
			t.Errorf("%s: status %d, or other bytes", url, res.StatusCode)
		}
		if kind := types[filepath.Ext(path)]; kind == "" || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%s has the type %q", url, res.Header.Get("Content-Type"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if front := body(t, ask(t, h, "GET", "/").Body); !strings.Contains(front, "app.js") {
		t.Error("/ is not the page")
	}
	if economy := body(t, ask(t, h, "GET", "/economy").Body); !strings.Contains(economy, "report.js") {
		t.Error("/economy is not the economists' page")
	}
}

func TestOnlyWhatIsThereIsServed(t *testing.T) {
	h := web.Handler(noUniverse)
	for _, path := range []string{"/nothing", "/static/app.js", "/view/", "/view", "/%2e%2e/doc.go", "/app.js/x"} {
		if res := ask(t, h, "GET", path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	if res := ask(t, h, "POST", "/"); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", res.StatusCode)
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	h := web.Handler(noUniverse)
	for _, path := range []string{"/", "/app.js", "/nothing", "/api/map"} {
		header := ask(t, h, "GET", path).Header
		if header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
		csp := header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s has the policy %q", path, csp)
		}
	}
}

// What the policy forbids must not be in the page either.
func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	foreign := regexp.MustCompile(`(?i)(src|href)="(https?:)?//|<style|\sstyle="|<script>|@import|(?-i:url\("?([^".]|\.[^.]))|innerHTML|eval\(`)
	_ = filepath.WalkDir("static", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.HasPrefix(path, "static/vendor/preact/") {
			b = regexp.MustCompile("[iI]nnerHTML").ReplaceAll(b, nil) // it would, if anything here told it to: the other files do not
		}
		if found := foreign.FindString(string(b)); err == nil && found != "" {
			t.Errorf("%s has %q", path, found)
		}
		return err
	})
}

func TestBrowsersKeepWhatHasNotChanged(t *testing.T) {
	u := smallUniverse(t)
	h := web.Handler(func() *world.Universe { return u })
	for _, path := range []string{"/", "/app.js", "/api/map"} {
		for _, coding := range []string{"", "gzip"} {
			first := ask(t, h, "GET", path, "Accept-Encoding", coding)
			tag := first.Header.Get("ETag")
			if tag == "" || first.Header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s: tag %q, caching %q", path, tag, first.Header.Get("Cache-Control"))
			}
			for _, known := range []string{tag, `"old", W/` + tag, "*"} {
				again := ask(t, h, "GET", path, "Accept-Encoding", coding, "If-None-Match", known)
				if again.StatusCode != http.StatusNotModified || body(t, again.Body) != "" {
					t.Errorf("%s with If-None-Match %s: status %d", path, known, again.StatusCode)
				}
			}
			if other := ask(t, h, "GET", path, "If-None-Match", `"old"`); other.StatusCode != 200 {
				t.Errorf("%s with an old tag: status %d", path, other.StatusCode)
			}
		}
	}
}

func TestPackedOnlyForThoseWhoAsk(t *testing.T) {
	h := web.Handler(noUniverse)
	plain := ask(t, h, "GET", "/app.js", "Accept-Encoding", "gzip;q=0, br")
	packed := ask(t, h, "GET", "/app.js", "Accept-Encoding", "br, gzip;q=0.5")
	if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("codings %q and %q", plain.Header.Get("Content-Encoding"), packed.Header.Get("Content-Encoding"))
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body(t, z) != body(t, plain.Body) {
		t.Error("unpacked it is something else")
	}
	if head := ask(t, h, "HEAD", "/app.js"); body(t, head.Body) != "" || head.Header.Get("Content-Length") == "" {
		t.Error("HEAD has a body or no length")
	}
}

func TestMap(t *testing.T) {
	u := smallUniverse(t)
	var shown *world.Universe
	h := web.Handler(func() *world.Universe { return shown })
	if res := ask(t, h, "GET", "/api/map"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a universe: status %d", res.StatusCode)
	}
	shown = u
	var got struct {
		Name    string   `json:"name"`
		Regions []string `json:"regions"`
		Systems [][]any  `json:"systems"`
	}
	if err := json.Unmarshal([]byte(body(t, ask(t, h, "GET", "/api/map").Body)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "stage" || strings.Join(got.Regions, ",") != "The Bench,Outskirts" || len(got.Systems) != 3 {
		t.Fatalf("the map is %+v", got)
	}
	line, err := json.Marshal(got.Systems[1])
	if want := `[30000002,"Harrow",2,0,0.45,0,[30000001,30000003]]`; err != nil || string(line) != want {
		t.Errorf("Harrow is %s, want %s", line, want)
	}
	other, err := world.NewUniverse("other", 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	shown = other
	if now := body(t, ask(t, h, "GET", "/api/map").Body); !strings.Contains(now, `"other"`) {
		t.Errorf("after a change of universe the map is still %s", now)
	}
}

// The page's modules have tests of their own.
func TestModules(t *testing.T) { browsertest.Modules(t) }
