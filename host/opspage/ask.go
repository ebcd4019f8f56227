package opspage

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotshard/console/command"
)

// Facts are what the page says of the shard all the time.
type Facts struct {
	Shard    string         `json:"shard"`
	Kind     string         `json:"kind"` // production or development
	Release  int            `json:"release"`
	Version  string         `json:"version"`
	Started  time.Time      `json:"started"`
	Frozen   bool           `json:"frozen"`
	FourEyes bool           `json:"four_eyes"`
	Shutdown *FactsShutdown `json:"shutdown"` // under way, or null
}

// FactsShutdown is a countdown.
type FactsShutdown struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"`
	By  string    `json:"by"`
}

func facts(id command.Identity) []byte {
	f := Facts{Shard: id.Name, Kind: kindOf(id), Release: id.Release, Version: id.Version, Started: id.Started, Frozen: id.Frozen != nil, FourEyes: id.FourEyes}
	if c := id.Shutdown; c != nil {
		f.Shutdown = &FactsShutdown{At: c.At, Why: c.Why, By: c.By}
	}
	b, _ := json.Marshal(f) // plain values cannot fail
	return b
}

// names answers with what the tracks are called, by their numbers.
func (p *Page) names(w http.ResponseWriter, r *http.Request) {
	b, _ := json.Marshal(p.feed.Names()) // strings cannot fail
	reply(w, r, "application/json", b)
}

// history answers GET /history?span=5&metric=cpu&of=17: what is kept of a metric, or of
// all, of one system, or of all, by slots of so many seconds. See Feed.History.
func (p *Page) history(w http.ResponseWriter, r *http.Request) {
	span := slices.IndexFunc(spans[:], func(d time.Duration) bool { return strconv.Itoa(int(d.Seconds())) == r.FormValue("span") })
	if span < 0 {
		http.Error(w, "span is the seconds of a slot: 5 or 60.", http.StatusBadRequest)
		return
	}
	which := []metric{cpu, players, tick, memory, slow}
	if name := r.FormValue("metric"); name != "" {
		i := slices.Index(metricNames[:], name)
		if i < 0 {
			http.Error(w, "metric is one of "+strings.Join(metricNames[:], ", ")+".", http.StatusBadRequest)
			return
		}
		which = []metric{metric(i)}
	}
	only := -1
	if of := r.FormValue("of"); of != "" {
		n, err := strconv.Atoi(of)
		if err != nil || n < 0 {
			http.Error(w, "of is a system's number, as /names counts them.", http.StatusBadRequest)
			return
		}
		only = n
	}
	reply(w, r, "application/octet-stream", p.feed.History(span, which, only))
}

// reply sends what is made for one reader alone, packed where that pays.
func reply(w http.ResponseWriter, r *http.Request, kind string, b []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(b) > 4096 {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // a valid level
		_, _ = z.Write(b)                                    // memory takes it
		_ = z.Close()
		b = packed.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	_, _ = w.Write(b) // the reader may be gone
}

// mostAsked bounds what somebody may send who signs in.
const mostAsked = 4096

// signIn takes a ticket and answers with a token, whose it is, and until when.
func (p *Page) signIn(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Code string `json:"code"`
	}
	// A form of another page can send no JSON without asking first.
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		http.Error(w, "Sign in with JSON.", http.StatusUnsupportedMediaType)
		return
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostAsked)).Decode(&asked); err != nil {
		http.Error(w, "That is no JSON: "+err.Error(), http.StatusBadRequest)
		return
	}
	token, pass, ok := p.keys.redeem(asked.Code)
	if !ok {
		http.Error(w, "This link is used up or too old: run page in the console for another.", http.StatusForbidden)
		return
	}
	p.cfg.Log.Info("an operator signed in to the page", "who", pass.session.Who, "role", pass.session.Role.String(), "from", pass.session.From)
	b, _ := json.Marshal(map[string]any{"token": token, "who": pass.session.Who, "role": pass.session.Role.String(), "until": pass.until})
	reply(w, r, "application/json", b)
}

// signOut makes a token worth nothing.
func (p *Page) signOut(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		http.Error(w, "Whom? Send the token.", http.StatusUnauthorized)
		return
	}
	p.keys.end(token)
	w.WriteHeader(http.StatusNoContent)
}
