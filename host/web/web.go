package web

import (
	"bytes"
	"embed"
	"io/fs"
	"maps"
	"net/http"
	"sync"

	"hotshard/host/document"
	"hotshard/host/shelf"
	"hotshard/runtime/world"
)

// embedded are the files of the page, and what make build has packed of them, if it has run.
//
//go:embed static all:packed
var embedded embed.FS

const (
	folder = "static"
	packed = "packed"
	// keeps marks a page that may keep what it has fetched, by a manifest.
	keeps = " data-keeps"
)

// Handler serves the page at /, its files, and GET /api/map. universe is asked
// at each request for the map and may return another universe later; nil means
// that there is none yet, and the answer is 503. The WebSocket at /play is the
// gate's and not served here.
func Handler(universe func() *world.Universe) http.Handler {
	return document.Secure(routes(without(keeps, ""), &atlas{universe: universe}))
}

// Kept is Handler for a page that keeps in the browser what it has fetched: it serves the
// manifest of its files as well, in the name of the shard and signed with its key.
func Kept(universe func() *world.Universe, shard string, key *shelf.Key) http.Handler {
	return kept(Files(), universe, shard, key)
}

func kept(files shelf.Files, universe func() *world.Universe, shard string, key *shelf.Key) http.Handler {
	maps := &atlas{universe: universe}
	mux := routes(files, maps)
	mux.Handle("GET /manifest", &manifest{shard: shard, key: key, files: files, atlas: maps})
	return document.Secure(mux)
}

// Replay is Handler for the page as the spectator's of a replay: it signs in by itself, and
// shows the time line.
func Replay(universe func() *world.Universe) http.Handler {
	return document.Secure(routes(without(keeps, " data-replay"), &atlas{universe: universe}))
}

// Files are those of the page, as they are served. All shards of a process have the same
// ones, so that each is packed once.
var Files = sync.OnceValue(func() shelf.Files {
	files := document.Folder(embedded, folder)
	addPanels(files)
	prepared, _ := fs.Sub(embedded, packed) // the name is a good one
	return shelf.Unpack(shelf.Written(files), prepared)
})

// without are the files with a page in which another mark stands.
func without(mark, other string) shelf.Files {
	all := maps.Clone(Files())
	body := bytes.Replace(all[document.Index].Body(), []byte(mark), []byte(other), 1)
	all[document.Index] = all[document.Index].With(body)
	return all
}

// Shared are the files that other pages of the shard show, too: its letters, its sign,
// and what builds elements. By their paths.
var Shared = sync.OnceValue(func() map[string]*document.Document {
	all, shared := Files(), map[string]*document.Document{}
	for _, name := range []string{"icon.svg", "countdown.js", "emitter.js", "view/dom.js", "font/latin-400.woff2", "font/latin-600.woff2",
		"font/latin-ext-400.woff2", "font/latin-ext-600.woff2", "font/OFL.txt", "style/font.css"} {
		shared[name] = all[name]
	}
	return shared
})

func routes(files shelf.Files, maps *atlas) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /"+mapName, maps)
	mux.HandleFunc("GET /economy", files["economy.html"].Serve)
	mux.HandleFunc("GET /panels", files["panels/gallery.html"].Serve)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { document.Serve(files, w, r) })
	return mux
}
