package web

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"hotshard/host/document"
	"hotshard/runtime/world"
)

//go:embed static
var embedded embed.FS

// policy lets the page load its own files and open its own socket, nothing else:
// no inline script or style, no frame around it, no form that is sent anywhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// Handler serves the page at /, its files, and GET /api/map. universe is asked
// at each request for the map and may return another universe later; nil means
// that there is none yet, and the answer is 503. The WebSocket at /play is the
// gate's and not served here.
func Handler(universe func() *world.Universe) http.Handler { return handler(load(embedded), universe) }

// Replay is Handler for the page as the spectator's of a replay: it signs in by itself, and
// shows the time line.
func Replay(universe func() *world.Universe) http.Handler {
	files := load(embedded)
	body := bytes.Replace(files[index].Body(), []byte("<body "), []byte("<body data-replay "), 1)
	files[index] = document.New(contentType(index), body)
	return handler(files, universe)
}

// index is the page itself.
const index = "index.html"

// pages are the addresses of pages, and their files.
var pages = map[string]string{"": index, "economy": "economy.html"}

func handler(files map[string]*document.Document, universe func() *world.Universe) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/map", &mapHandler{universe: universe})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if page := pages[name]; page != "" {
			name = page
		}
		f, ok := files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		f.Serve(w, r)
	})
	return secure(mux)
}

// load reads and packs every file below static once; what is embedded cannot
// fail to be read, so an error here is a broken binary and the map stays empty.
func load(from fs.FS) map[string]*document.Document {
	files := make(map[string]*document.Document)
	_ = fs.WalkDir(from, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, p)
		if err != nil {
			return err
		}
		files[strings.TrimPrefix(p, "static/")] = document.New(contentType(p), body)
		return nil
	})
	return files
}

// contentType names the type of the page's own files; a machine's mime table
// is not asked, because a wrong type for .js makes browsers refuse the module.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".webmanifest":
		return "application/json"
	}
	return "application/octet-stream"
}

// secure sets the headers that every answer carries, errors too.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
