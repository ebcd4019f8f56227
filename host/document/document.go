// Package document answers HTTP requests with bytes that are made once: packed where the
// reader takes that, in parts where they ask for one, and with a tag by which a reader who
// has them is told so (304). Who names the bytes by their hash may keep them for ever.
package document

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// Ask tells caches to ask each time whether what they have is still so.
	Ask = "no-cache"
	// Forever tells them that there is nothing to ask: the address says what is there.
	Forever = "public, max-age=31536000, immutable"
	// Sum is the parameter of an address that names a document by its SHA-256.
	Sum = "sha256"
)

// Document is one answer: its bytes, the same bytes packed, and their hash.
type Document struct {
	kind   string
	cache  string
	plain  []byte
	sum    [sha256.Size]byte
	zstd   []byte        // nil where nobody has packed it beforehand
	gzip   func() []byte // nil where packing does not pay
	script string        // the hashes of what a page has as scripts in it; see Allowing
	policy string        // instead of that of all pages; see Under
}

// New makes a document of a media type, packed as small as it gets: for what is made once
// and served often. Readers are told to ask each time (a restarted server may carry
// another page) and are answered 304 as long as the hash is the same.
func New(kind string, body []byte) *Document { return pack(kind, Ask, body, gzip.BestCompression) }

// Quick makes one for few readers: packed in little time. cache is its Cache-Control.
func Quick(kind, cache string, body []byte) *Document { return pack(kind, cache, body, gzip.BestSpeed) }

func pack(kind, cache string, body []byte, level int) *Document {
	return &Document{kind: kind, cache: cache, plain: body, sum: sha256.Sum256(body),
		gzip: sync.OnceValue(func() []byte { return packed(body, level) })}
}

// Gzipped makes a document of what was packed by gzip beforehand.
func Gzipped(kind string, small []byte) (*Document, error) {
	z, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	d := New(kind, body)
	d.gzip = func() []byte { return small }
	return d, nil
}

// packed is nil where packing does not pay.
func packed(body []byte, level int) []byte {
	var b bytes.Buffer
	// Writing to a buffer cannot fail, and the level is a valid one.
	z, _ := gzip.NewWriterLevel(&b, level)
	_, _ = z.Write(body)
	_ = z.Close()
	if !Pays(b.Len(), len(body)) {
		return nil
	}
	return b.Bytes()
}

// Pays says whether packing is worth the reader's work.
func Pays(packed, plain int) bool { return packed < plain*9/10 }

// Packed is the same document with its bytes packed by zstd, which was done beforehand.
func (d *Document) Packed(zstd []byte) *Document {
	same := *d
	same.zstd = zstd
	return &same
}

// Allowing is the same document, of a page that has scripts in it: their hashes, as a
// policy has them.
func (d *Document) Allowing(hashes string) *Document {
	same := *d
	same.script = hashes
	return &same
}

// Under is the same document, served with a Content-Security-Policy of its own: a worker has
// that of its script.
func (d *Document) Under(policy string) *Document {
	same := *d
	same.policy = policy
	return &same
}

// With is a document of the same kind with another body, which has the same scripts in it.
func (d *Document) With(body []byte) *Document { return New(d.kind, body).Allowing(d.script) }

// Len is the size of the bytes, unpacked.
func (d *Document) Len() int { return len(d.plain) }

// Body is the answer, not packed. It is not to be changed.
func (d *Document) Body() []byte { return d.plain }

// Sum is the SHA-256 of the bytes, in hexadecimal digits.
func (d *Document) Sum() string { return hex.EncodeToString(d.sum[:]) }

// Integrity is the same hash, as a page has it to refuse other bytes.
func (d *Document) Integrity() string {
	return "sha256-" + base64.StdEncoding.EncodeToString(d.sum[:])
}

// Serve answers with 304, the packed or the plain bytes, or the part of them that is asked
// for. Who names a hash gets those bytes, or none.
func (d *Document) Serve(w http.ResponseWriter, r *http.Request) {
	cache := d.cache
	if strings.Contains(r.URL.RawQuery, Sum+"=") {
		if r.URL.Query().Get(Sum) != d.Sum() {
			Gone(w, r)
			return
		}
		cache = Forever
	}
	d.ServeFor(w, r, cache)
}

// Gone answers that there is nothing at an address, now.
func Gone(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	http.NotFound(w, r)
}

// ServeFor is Serve with another Cache-Control, whatever the address. The tag differs by
// coding, as it must where the bytes differ.
func (d *Document) ServeFor(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", cache)
	h.Set("Content-Type", d.kind)
	body, coding := d.coded(r.Header.Get("Accept-Encoding"))
	tag := hex.EncodeToString(d.sum[:12])
	if coding != "" {
		h.Set("Content-Encoding", coding)
		tag += "-" + coding
	}
	h.Set("ETag", `"`+tag+`"`)
	if r.Header.Get("Range") == "" { // else the length is that of the part
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if d.policy != "" {
		h.Set(policyHeader, d.policy)
	}
	if d.script != "" {
		allow(h, d.script)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// coded is the body in the smallest form that a reader takes.
func (d *Document) coded(accept string) (body []byte, coding string) {
	if d.zstd != nil && accepts(accept, "zstd", false) {
		return d.zstd, "zstd"
	}
	if accepts(accept, "gzip", true) {
		if small := d.gzip(); small != nil {
			return small, "gzip"
		}
	}
	return d.plain, ""
}

// accepts reads an Accept-Encoding header: the coding is named and not with q=0. any is
// whether "*" means it, too.
func accepts(header, coding string, any bool) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name = strings.TrimSpace(name); name != coding && !(any && name == "*") {
			continue
		}
		q, weighted := strings.CutPrefix(strings.TrimSpace(params), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !weighted || err != nil || weight > 0
	}
	return false
}
