package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
)

// document is one answer, made once: its bytes, the same bytes packed, and a tag
// that is their hash. Browsers are told to ask each time (a restarted server may
// carry a new page) and are answered 304 as long as the hash is the same.
type document struct {
	kind  string
	plain []byte
	gzip  []byte // nil where packing does not pay
	tag   string
}

func newDocument(kind string, body []byte) *document {
	sum := sha256.Sum256(body)
	d := &document{kind: kind, plain: body, tag: hex.EncodeToString(sum[:12])}
	var packed bytes.Buffer
	// Writing to a buffer cannot fail, and the level is a valid one.
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = z.Write(body)
	_ = z.Close()
	if packed.Len() < len(body)*9/10 {
		d.gzip = packed.Bytes()
	}
	return d
}

// serve answers with 304, the packed or the plain bytes. The tag differs by
// coding, as it must where the bytes differ.
func (d *document) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	body, tag := d.plain, d.tag
	h.Set("Vary", "Accept-Encoding")
	if d.gzip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, tag = d.gzip, d.tag+"-gz"
		h.Set("Content-Encoding", "gzip")
	}
	tag = `"` + tag + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
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
