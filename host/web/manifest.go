package web

import (
	"maps"
	"net/http"
	"sync"

	"hotshard/host/document"
	"hotshard/host/shelf"
)

// manifest serves the list of what the page needs: its files, and the map of the universe
// there is, which a page has to fetch no more often than it changes.
type manifest struct {
	shard string
	key   *shelf.Key
	files shelf.Files
	atlas *atlas

	mu    sync.Mutex
	chart *document.Document // the map that doc has in it
	doc   *document.Document
}

func (m *manifest) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	doc, err := m.document()
	if err != nil {
		http.Error(w, "the manifest cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	doc.Serve(w, r)
}

// document makes the manifest at the first request for a universe and keeps it.
func (m *manifest) document() (*document.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var chart *document.Document
	if u := m.atlas.universe(); u != nil {
		var err error
		if chart, err = m.atlas.document(u); err != nil {
			return nil, err
		}
	}
	if m.doc != nil && m.chart == chart {
		return m.doc, nil
	}
	files := maps.Clone(m.files)
	if chart != nil {
		files[mapName] = chart
	}
	body, err := m.key.Sign(shelf.List(m.shard, document.Index, files))
	if err != nil {
		return nil, err
	}
	m.chart, m.doc = chart, document.New(shelf.Kind, body)
	return m.doc, nil
}
