package web

import (
	"bytes"
	"embed"
	"maps"
	"net/http"
	"sync"

	"hotshard/host/document"
	"hotshard/runtime/world"
)

//go:embed static
var embedded embed.FS

// folder is where the files of the page are.
const folder = "static"

// Handler serves the page at /, its files, and GET /api/map. universe is asked
// at each request for the map and may return another universe later; nil means
// that there is none yet, and the answer is 503. The WebSocket at /play is the
// gate's and not served here.
func Handler(universe func() *world.Universe) http.Handler {
	return handler(files(), universe)
}

// files are those of the page as they are embedded. All shards of a process have the same
// ones, so that each is packed once.
var files = sync.OnceValue(func() map[string]*document.Document {
	all := document.Folder(embedded, folder)
	if HasPanels() {
		marked(all, "data-panels")
	}
	return all
})

// marked gives the page's body an attribute.
func marked(files map[string]*document.Document, attribute string) {
	body := bytes.Replace(files[document.Index].Body(), []byte("<body "), []byte("<body "+attribute+" "), 1)
	files[document.Index] = document.New(document.ContentType(document.Index), body)
}

// Replay is Handler for the page as the spectator's of a replay: it signs in by itself, and
// shows the time line.
func Replay(universe func() *world.Universe) http.Handler {
	all := maps.Clone(files())
	marked(all, "data-replay")
	return handler(all, universe)
}

// Shared are the files that other pages of the shard show, too: its letters, its sign,
// and what builds elements. By their paths.
var Shared = sync.OnceValue(func() map[string]*document.Document {
	all, shared := files(), map[string]*document.Document{}
	for _, name := range []string{"icon.svg", "countdown.js", "emitter.js", "view/dom.js", "font/latin-400.woff2", "font/latin-600.woff2",
		"font/latin-ext-400.woff2", "font/latin-ext-600.woff2", "font/OFL.txt", "style/font.css"} {
		shared[name] = all[name]
	}
	return shared
})

func handler(files map[string]*document.Document, universe func() *world.Universe) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/map", &mapHandler{universe: universe})
	mux.HandleFunc("GET /economy", files["economy.html"].Serve)
	servePanels(mux, files)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { document.Serve(files, w, r) })
	return document.Secure(mux)
}
