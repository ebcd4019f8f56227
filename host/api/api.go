package api

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/store"
	"hotshard/host/document"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/spell"
	"hotshard/runtime/world"
)

// Prefix is below which everything is served.
const Prefix = "/api/v1/"

// Store is what is read. Its methods may block and are called by a few goroutines at once.
type Store interface {
	// Book returns up to limit offers of a region, of one type or, for "", of all.
	Book(ctx context.Context, region, itemType string, limit int) ([]store.Offer, error)
	// BestOffers returns the best of each type, region and side.
	BestOffers(ctx context.Context) ([]store.Offer, error)
	// Days returns what was traded of a type, the latest of up to limit days first.
	Days(ctx context.Context, region, itemType string, limit int) ([]store.Day, error)
	// DayOf returns what was traded in a region in the day of a time, by type.
	DayOf(ctx context.Context, region string, at time.Time) ([]store.TypeDay, error)
	// Books runs fn on the books as they are at this moment.
	Books(ctx context.Context, fn func(ledger.Books) error) error
}

// Config is what an API needs.
type Config struct {
	Store  Store
	Map    *world.Universe
	Routes *world.Router
	// Types are those of the release that runs; they may be others at each call.
	Types    func() (*catalogue.Set, error)
	Now      func() time.Time
	Log      *slog.Logger
	Proxies  peer.Proxies   // whose word on who asks is believed
	Refusals *peer.Refusals // counts what is refused; may be nil
	Limit    peer.Limit     // of requests by network; zero is 200 at once and 20 a second
}

//go:embed openapi.json
var openAPI []byte

// API is the handler.
type API struct {
	cfg     Config
	mux     *http.ServeMux
	regions map[string]*region // by name in lower case
	names   []string           // of regions, in order
	asked   *peer.Limiter[netip.Prefix]
	kept    *shelf
	books   *books
	best    bestOffers
	reports economies
	spec    *document.Document
}

// route is one address. Whatever is asked for is a document, kept for a while, or a
// refusal.
type route struct {
	path   string // below Prefix
	params []string
	do     func(*API, *http.Request) (*answer, error)
}

var routes = []route{
	{"regions", nil, (*API).listRegions},
	{"regions/{region}", nil, (*API).showRegion},
	{"types", []string{"category", "group"}, (*API).listTypes},
	{"types/{type}", nil, (*API).showType},
	{"markets/{region}/orders", []string{"type", "side", "page", "limit", "revision"}, (*API).orders},
	{"markets/{region}/history", []string{"type", "days"}, (*API).history},
	{"markets/{region}/days/{date}", nil, (*API).day},
	{"gaps", []string{"from", "to", "limit"}, (*API).gaps},
	{"economy", []string{"days"}, (*API).economy},
	{"economy/candles", []string{"type", "days"}, (*API).candles},
	{"openapi.json", nil, func(a *API, _ *http.Request) (*answer, error) { return &answer{doc: a.spec, fresh: docsFresh}, nil }},
}

// New makes the API of a shard.
func New(cfg Config) *API {
	if cfg.Limit == (peer.Limit{}) {
		cfg.Limit = peer.Limit{Burst: 200, Every: time.Second / 20}
	}
	a := &API{cfg: cfg, mux: http.NewServeMux(), asked: peer.NewLimiter[netip.Prefix](cfg.Limit), kept: newShelf(cfg.Now), spec: document.New(jsonType, openAPI)}
	a.books = newBooks(a)
	a.readRegions()
	for _, r := range routes {
		a.mux.HandleFunc("GET "+Prefix+r.path, func(w http.ResponseWriter, req *http.Request) { a.serve(w, req, r) })
	}
	a.mux.HandleFunc(Prefix, a.nothing)
	return a
}

// ServeHTTP implements http.Handler. Everything is for everybody, pages of other sites
// included: nobody signs in here, and nothing changes.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Link, Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD")
		h.Set("Access-Control-Allow-Headers", "If-None-Match")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	network, now := peer.Network(a.cfg.Proxies.Client(r)), a.cfg.Now()
	if !a.asked.Take(network, now) {
		a.refuse(w, &refusal{CodeRateLimited, fmt.Sprintf("too many requests: at most %d at once and %.0f a second for each address", a.cfg.Limit.Burst, 1/a.cfg.Limit.Every.Seconds()),
			a.asked.Wait(network, now)})
		return
	}
	a.mux.ServeHTTP(w, r)
}

func (a *API) serve(w http.ResponseWriter, r *http.Request, of route) {
	if err := of.known(r); err != nil {
		a.refuse(w, err)
		return
	}
	ans, err := of.do(a, r)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	if ans.next != "" {
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next"`, ans.next))
	}
	ans.doc.ServeFor(w, r, ans.cacheControl())
}

// known refuses a parameter that the address has not: a slip would change what is answered
// without a word.
func (of route) known(r *http.Request) error {
	for name, values := range r.URL.Query() {
		switch {
		case !slices.Contains(of.params, name):
			return refusef(CodeBadRequest, "there is no parameter %q here%s", clip(name), meant(name, of.params))
		case len(values) > 1:
			return refusef(CodeBadRequest, "%s is given %d times", name, len(values))
		}
	}
	return nil
}

// nothing answers what no route has.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		a.refuse(w, refusef(CodeBadMethod, "this API is read-only: %s is not answered, GET is", clip(r.Method)))
		return
	}
	a.refuse(w, refusef(CodeNotFound, "there is nothing at %s: %sopenapi.json lists what there is", clip(r.URL.Path), Prefix))
}

// meant is ", did you mean X?", whatever the case of letters, or nothing.
func meant(unknown string, known []string) string {
	lower, of := make([]string, len(known)), map[string]string{}
	for i, name := range known {
		lower[i] = strings.ToLower(name)
		of[lower[i]] = name
	}
	if near := spell.Nearest(strings.ToLower(unknown), lower); near != "" {
		return ", did you mean " + of[near] + "?"
	}
	return ""
}

// clip keeps an answer short that quotes what somebody has made up.
func clip(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
