package document_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hotshard/host/document"
)

// long is a text that is worth packing.
var long = []byte(strings.Repeat("ships and stations, ", 400))

func ask(d *document.Document, target string, headers ...string) *http.Response {
	r := httptest.NewRequest("GET", target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.Serve(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsNamedByItsHashIsKeptForEver(t *testing.T) {
	d := document.New("text/plain", long)
	if res := ask(d, "/x?sha256="+d.Sum()); res.StatusCode != 200 || res.Header.Get("Cache-Control") != document.Forever {
		t.Errorf("by its hash: %d, %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	other := strings.Repeat("0", 64)
	if res := ask(d, "/x?sha256="+other); res.StatusCode != 404 || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("by another: %d, %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if res := ask(d, "/x"); res.StatusCode != 200 || res.Header.Get("Cache-Control") != document.Ask {
		t.Errorf("by its name: %d, %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
}

func TestAPartIsOfTheCodingThatIsTaken(t *testing.T) {
	packed := bytes.Repeat([]byte{1, 2, 3, 4}, 50)
	d := document.New("text/plain", long).Packed(packed)
	for coding, whole := range map[string][]byte{"": long, "zstd": packed} {
		full := ask(d, "/x", "Accept-Encoding", coding)
		if full.Header.Get("Accept-Ranges") != "bytes" || full.Header.Get("Content-Encoding") != coding || !bytes.Equal(body(t, full), whole) {
			t.Errorf("%q: other bytes, or no word of parts: %v", coding, full.Header)
		}
		part := ask(d, "/x", "Accept-Encoding", coding, "Range", "bytes=150-", "If-Range", full.Header.Get("ETag"))
		if part.StatusCode != http.StatusPartialContent || !bytes.Equal(body(t, part), whole[150:]) || part.ContentLength != int64(len(whole)-150) {
			t.Errorf("%q from byte 150: status %d, length %d", coding, part.StatusCode, part.ContentLength)
		}
		if res := ask(d, "/x", "Accept-Encoding", coding, "Range", "bytes=150-", "If-Range", `"old"`); res.StatusCode != 200 || !bytes.Equal(body(t, res), whole) {
			t.Errorf("%q of something else: status %d", coding, res.StatusCode)
		}
	}
	if res := ask(d, "/x", "Range", "bytes=99999-"); res.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("behind the end: status %d", res.StatusCode)
	}
}

func TestTheSmallestCodingIsChosen(t *testing.T) {
	packed := []byte("packed before")
	d := document.New("text/plain", long).Packed(packed)
	tags := map[string]bool{}
	for accept, want := range map[string]string{"gzip, deflate, br, zstd": "zstd", "gzip": "gzip", "zstd;q=0, gzip": "gzip", "*": "gzip", "br": ""} {
		res := ask(d, "/x", "Accept-Encoding", accept)
		if got := res.Header.Get("Content-Encoding"); got != want || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("for %q: %q, varies by %q", accept, got, res.Header.Get("Vary"))
		}
		tag := res.Header.Get("ETag")
		tags[tag] = true
		if again := ask(d, "/x", "Accept-Encoding", accept, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || len(body(t, again)) > 0 {
			t.Errorf("for %q once more: status %d", accept, again.StatusCode)
		}
	}
	if len(tags) != 3 {
		t.Errorf("tags do not differ by coding: %v", tags)
	}
	if res := ask(document.New("text/plain", long), "/x", "Accept-Encoding", "zstd"); res.Header.Get("Content-Encoding") != "" {
		t.Error("what nobody has packed is said to be")
	}
}
