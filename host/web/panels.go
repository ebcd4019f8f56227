package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync"

	"hotshard/host/document"
)

// What make build leaves here: see built/ABOUT.txt.
//
//go:embed built
var built embed.FS

// workerPolicy is for the worker in which panels run: it may load its own two files and make
// a program of the second.
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

// packedFile is a file that was packed when it was built.
type packedFile struct {
	kind, tag string
	packed    []byte
}

// engine is the program that runs panels, nil where none was built.
var engine = sync.OnceValue(func() *packedFile {
	body, err := built.ReadFile("built/panels.wasm.gz")
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(body)
	return &packedFile{kind: "application/wasm", tag: `"` + hex.EncodeToString(sum[:12]) + `"`, packed: body}
})

// HasPanels says whether the page has what runs panels.
func HasPanels() bool { return engine() != nil }

// servePanels adds the engine of panels to the page's files, and the gallery.
func servePanels(mux *http.ServeMux, files map[string]*document.Document) {
	mux.HandleFunc("GET /panels", files["panels/gallery.html"].Serve)
	mux.HandleFunc("GET /panels/worker.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", workerPolicy)
		files["panels/worker.js"].Serve(w, r)
	})
	start, err := built.ReadFile("built/wasm_exec.js")
	if err != nil || engine() == nil {
		return
	}
	mux.HandleFunc("GET /panels/wasm_exec.js", document.New(document.ContentType("wasm_exec.js"), start).Serve)
	mux.Handle("GET /panels/panels.wasm", engine())
}

// ServeHTTP sends the file as it was packed; who cannot unpack it gets it unpacked.
func (p *packedFile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", p.kind)
	h.Set("ETag", p.tag)
	h.Set("Cache-Control", document.Ask)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == p.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(p.packed)
		return
	}
	if plain, err := gzip.NewReader(bytes.NewReader(p.packed)); err == nil {
		_, _ = io.Copy(w, plain)
	}
}
