package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"hotshard/bindings/panel"
	"hotshard/host/document"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// panels are the windows of players' pages as the shard has them: of each a state of its
// own, in which nobody ever opens it. Releases are tried on these like on systems, so that
// what they refuse no page ever gets; and what they run is what pages are given.
type panels struct {
	s *Server

	mu     sync.Mutex
	states map[string]*script.State // by module
	page   *code.Release            // the files that pages get
	all    *document.Document       // the same, to be fetched
}

func newPanels(s *Server) *panels {
	return &panels{s: s, states: map[string]*script.State{}, page: code.NewRelease(0, nil)}
}

// unit says whether a unit of releases is a panel.
func (p *panels) unit(name string) bool {
	return p != nil && strings.HasPrefix(name, panel.Module(""))
}

// options are those of the states of a program, nil where it is none of a panel.
func (p *panels) options(program string) *script.Options {
	if !p.unit(program) {
		return nil
	}
	o := panel.Options(strings.TrimPrefix(program, panel.Module("")), code.NewRelease(0, nil), nil)
	return &o
}

// each does something with the panels, or with those named, one after the other.
func (p *panels) each(units []string, do func(string, *script.State) error, errs map[string]error) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(p.states)) {
		if units != nil && !slices.Contains(units, name) {
			continue
		}
		if err := do(name, p.states[name]); err != nil {
			errs[name] = err
		}
	}
}

// settle has the panels be those of a release, and tells pages where that is news.
func (p *panels) settle(r *code.Release) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, st := range p.states {
		if r.Files[code.ModulePath(name)] == nil || st.Release().Hash != r.Hash {
			st.Close()
			delete(p.states, name)
		}
	}
	for path := range r.Files {
		if name := code.ModuleName(path); panel.IsPanel(path) && p.states[name] == nil {
			p.begin(name, path, r)
		}
	}
	p.publish(r)
}

// begin starts a panel; one that does not run is told, and pages say so themselves.
func (p *panels) begin(name, path string, r *code.Release) {
	st, err := script.New(panel.Options(panel.Name(path), r, nil))
	if err != nil {
		p.s.faults.add(world.Address(name), script.Fault{System: name, Module: name, Message: err.Error(), Origin: "loading", Release: r.Number}, release.Blame{Release: r.Number})
		return
	}
	p.states[name] = st
}

// smallChange is up to how many bytes of text a change is told with its files.
const smallChange = 48 << 10

// publish gives pages the files of a release, if they are others.
func (p *panels) publish(r *code.Release) {
	files := map[string][]byte{}
	for path, f := range r.Files {
		if strings.HasPrefix(path, panel.Folder) && !code.IsTest(path) {
			files[path] = f.Source
		}
	}
	from, to := p.page, code.NewRelease(r.Number, files)
	if p.all != nil && from.Hash == to.Hash {
		return
	}
	first := p.all == nil
	p.page, p.all = to, released(to)
	if first || p.s.gate == nil {
		return
	}
	told := map[string]world.Value{"release": float64(to.Number), "hash": to.Hash}
	changed, size := map[string]world.Value{}, 0
	for _, path := range from.Changed(to) {
		if changed[path] = false; to.Files[path] != nil {
			changed[path] = string(to.Files[path].Source)
			size += len(to.Files[path].Source)
		}
	}
	if size <= smallChange {
		told["from"], told["files"] = from.Hash, changed
	}
	p.s.gate.Broadcast(wire.NewEvent("panels", told))
}

// released is all that a page needs of a release.
func released(r *code.Release) *document.Document {
	texts := make(map[string]string, len(r.Files))
	for path, f := range r.Files {
		texts[path] = string(f.Source)
	}
	body, _ := json.Marshal(map[string]any{"release": r.Number, "hash": r.Hash, "files": texts}) // texts are always JSON
	return document.Quick(document.ContentType("release.json"), document.Ask, body)
}

// ServeHTTP answers with the release of the pages.
func (p *panels) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	all := p.all
	p.mu.Unlock()
	if all == nil {
		http.Error(w, "there is no release yet", http.StatusServiceUnavailable)
		return
	}
	all.Serve(w, r)
}
