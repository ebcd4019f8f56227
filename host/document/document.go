// Package document answers HTTP requests with bytes that are made once: packed where the
// reader takes that, which is done for the first who does, and with a tag by which a reader
// who has them is told so (304).
package document

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Ask tells caches to ask each time whether what they have is still so.
const Ask = "no-cache"

// Document is one answer: its bytes, the same bytes packed, and a tag that is their hash.
type Document struct {
	kind  string
	cache string
	plain []byte
	gzip  func() []byte // nil where packing does not pay
	tag   string
}

// New makes a document of a media type, packed as small as it gets: for what is made once
// and served often. Readers are told to ask each time (a restarted server may carry
// another page) and are answered 304 as long as the hash is the same.
func New(kind string, body []byte) *Document { return pack(kind, Ask, body, gzip.BestCompression) }

// Quick makes one for few readers: packed in little time. cache is its Cache-Control.
func Quick(kind, cache string, body []byte) *Document { return pack(kind, cache, body, gzip.BestSpeed) }

func pack(kind, cache string, body []byte, level int) *Document {
	sum := sha256.Sum256(body)
	return &Document{kind: kind, cache: cache, plain: body, tag: hex.EncodeToString(sum[:12]),
		gzip: sync.OnceValue(func() []byte { return packed(body, level) })}
}

// packed is nil where packing does not pay.
func packed(body []byte, level int) []byte {
	var b bytes.Buffer
	// Writing to a buffer cannot fail, and the level is a valid one.
	z, _ := gzip.NewWriterLevel(&b, level)
	_, _ = z.Write(body)
	_ = z.Close()
	if b.Len() >= len(body)*9/10 {
		return nil
	}
	return b.Bytes()
}

// Len is the size of the bytes, unpacked.
func (d *Document) Len() int { return len(d.plain) }

// Serve answers with 304, the packed or the plain bytes.
func (d *Document) Serve(w http.ResponseWriter, r *http.Request) { d.ServeFor(w, r, d.cache) }

// ServeFor is Serve with another Cache-Control. The tag differs by coding, as it must
// where the bytes differ.
func (d *Document) ServeFor(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	body, tag := d.plain, d.tag
	h.Add("Vary", "Accept-Encoding")
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		if small := d.gzip(); small != nil {
			body, tag = small, d.tag+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	tag = `"` + tag + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", cache)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", d.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may be gone; nobody is left to tell
	}
}

// matches says whether an If-None-Match header lists the tag.
func matches(header, tag string) bool {
	for _, t := range strings.Split(header, ",") {
		t = strings.TrimPrefix(strings.TrimSpace(t), "W/")
		if t == tag || t == "*" {
			return true
		}
	}
	return false
}

// acceptsGzip reads an Accept-Encoding header: gzip (or *) is named and not with q=0.
func acceptsGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name = strings.TrimSpace(name); name != "gzip" && name != "*" {
			continue
		}
		q, weighted := strings.CutPrefix(strings.TrimSpace(params), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !weighted || err != nil || weight > 0
	}
	return false
}

// Body is the answer, not packed. It is not to be changed.
func (d *Document) Body() []byte { return d.plain }
