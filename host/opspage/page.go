package opspage

import (
	"bytes"
	"context"
	"embed"
	"html"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/host/document"
	"hotshard/host/shelf"
	"hotshard/host/web"
	"hotshard/runtime/clock"
)

//go:embed static
var embedded embed.FS

// Config is what New needs.
type Config struct {
	Shard    command.Shard
	Registry *command.Registry
	Source   Source
	Systems  []string // the names of all systems, in the order of the map
	Log      *slog.Logger
	// URL is where the page is, once that is known: "http://127.0.0.1:7778/".
	URL func() string
	// Open lets whoever reaches the page see what a viewer may without signing in. The
	// figures of the feed are for everybody either way.
	Open bool
}

// Page is the operators' page of one shard. It implements command.Page.
type Page struct {
	cfg   Config
	feed  *Feed
	keys  *keys
	files shelf.Files
	clock clock.Clock

	mu    sync.Mutex
	ends  context.CancelFunc // of all connections
	ctx   context.Context
	lines sync.WaitGroup
	up    int // connections
}

// mostLines is how many pages may be open at once.
const mostLines = 64

// New makes a page. It looks at the shard once Run runs.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, feed: NewFeed(cfg.Source, cfg.Systems), clock: cfg.Shard.Time(), files: files(cfg.Shard.Identify())}
	p.keys = newKeys(p.clock.Now)
	p.ctx, p.ends = context.WithCancel(context.Background())
	return p
}

// embeddedFiles are those of the page as they are embedded. To read them takes a while.
var embeddedFiles = sync.OnceValue(func() shelf.Files {
	all := document.Folder(embedded, "static")
	maps.Copy(all, web.Shared())
	return shelf.Written(all)
})

// Prepare does what takes a while of New, once, for whoever will be in a hurry then.
func Prepare() { embeddedFiles() }

// files are those of the page, which says by itself which shard it is of and of which
// kind: that must be plain before anything has been fetched.
func files(id command.Identity) shelf.Files {
	all := maps.Clone(embeddedFiles())
	body := all[document.Index].Body()
	body = bytes.ReplaceAll(body, []byte("SHARD"), []byte(html.EscapeString(id.Name)))
	body = bytes.Replace(body, []byte(`data-kind=""`), []byte(`data-kind="`+kindOf(id)+`"`), 1)
	all[document.Index] = all[document.Index].With(body)
	return all
}

// kindOf is what a shard is for.
func kindOf(id command.Identity) string {
	if id.Production {
		return "production"
	}
	return "development"
}

// Run looks at the shard once a second until ctx ends, and then closes all connections.
func (p *Page) Run(ctx context.Context) {
	t := p.clock.NewTicker(time.Second)
	defer t.Stop()
	defer p.Close()
	for {
		select {
		case now := <-t.Chan():
			p.feed.Look(now)
			if p.feed.Watched() {
				p.feed.Tell(facts(p.cfg.Shard.Identify()))
			}
		case <-ctx.Done():
			return
		}
	}
}

// Close ends all connections, and returns when they have ended.
func (p *Page) Close() {
	p.mu.Lock()
	p.ends()
	p.mu.Unlock()
	p.lines.Wait()
}

// Handler serves the page, its files, its history and its socket. It answers whoever
// reaches it: that it is reached by its own name, and from its own page alone, is for who
// mounts it.
func (p *Page) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", p.live)
	mux.HandleFunc("GET /names", p.names)
	mux.HandleFunc("GET /history", p.history)
	mux.HandleFunc("POST /sign-in", p.signIn)
	mux.HandleFunc("POST /sign-out", p.signOut)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { document.Serve(p.files, w, r) })
	return document.Secure(mux)
}

// Ticket implements command.Page.
func (p *Page) Ticket(s command.Session) (string, time.Time, error) {
	code, until, err := p.keys.ticket(command.Session{Shard: p.cfg.Shard, Registry: p.cfg.Registry,
		Who: s.Who, From: "page " + s.From, Role: s.Role, Allowed: s.Allowed})
	return p.cfg.URL() + "#sign-in=" + code, until, err
}

// Signed says who a request comes from, by its bearer token; false where it has none that
// is good. It is for other handlers on the same port.
func (p *Page) Signed(r *http.Request) (command.Session, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return command.Session{}, false
	}
	pass, ok := p.keys.pass(token)
	if !ok || pass.session.Allowed != nil && pass.session.Allowed() != nil {
		return command.Session{}, false
	}
	return pass.session, true
}
