package server

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"runtime"
	"strings"

	"hotshard/runtime/gate"
	"hotshard/runtime/system"
)

// opsHandler serves what operators' programs ask: is it alive, how does it do,
// and Go's profiles. It is reachable from this machine alone.
func (s *Server) opsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{"status": "ok", "shard": s.cfg.Shard, "release": s.universe.Release().Number})
	})
	mux.HandleFunc("GET /readyz", s.health.serve)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, map[string]any{"status": "alive"}) })
	mux.Handle("GET /metrics", s.metricsHandler())
	mux.HandleFunc("GET /metrics.json", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Metrics()) })
	mux.HandleFunc("GET /memory.json", serveMemory)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.Handle("/", s.page.Handler())
	return OwnHost(s.cfg.Ops, mux)
}

// OwnHost lets in who asks for this machine by a name of this machine. A page that a
// browser here shows can have its own name point here (DNS rebinding), and would
// then read profiles and metrics; it cannot choose the Host header. Nor may a page of
// elsewhere have the browser ask at all: a profile costs something.
func OwnHost(listen string, h http.Handler) http.Handler {
	named, _, _ := net.SplitHostPort(listen)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		if !ownName(r.Host, named) || site == "cross-site" || site == "same-site" {
			http.Error(w, "This port answers to whoever sits at this machine: ask for http://127.0.0.1 or http://localhost.", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// ownName says whether a Host header names this machine. HTTP/1.0 needs none, and no
// browser leaves it out.
func ownName(host, named string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.Trim(strings.ToLower(host), "[]"), ".")
	ip, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || host == strings.ToLower(named) || err == nil && ip.Unmap().IsLoopback()
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // whoever asked has gone
}

// Metrics is the shard in figures.
type Metrics struct {
	Shard      string         `json:"shard"`
	Release    int            `json:"release"`
	Uptime     float64        `json:"uptime_s"`
	Systems    int            `json:"systems"`
	Running    int            `json:"running"`
	Awake      int            `json:"awake"`
	Players    int            `json:"players"`
	Faults     uint64         `json:"script_faults"`
	CPU        float64        `json:"cpu_s"` // used by the process since it started
	RSS        int64          `json:"rss_bytes"`
	Heap       uint64         `json:"heap_bytes"`
	Goroutines int            `json:"goroutines"`
	GCs        uint32         `json:"gcs"`
	TickMaxMs  float64        `json:"tick_max_ms"`
	TickP99Ms  float64        `json:"tick_p99_ms"`
	Late       uint64         `json:"late_ticks"`
	Crashes    uint64         `json:"crashes"`
	Gate       gate.Stats     `json:"gate"`
	Actors     []system.Stats `json:"actors"`
}

// Metrics takes the figures.
func (s *Server) Metrics() Metrics {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m := Metrics{
		Shard: s.cfg.Shard, Release: s.universe.Release().Number, Uptime: s.cfg.Clock.Now().Sub(s.started).Seconds(),
		Systems: len(s.universe.Map().Systems), Players: s.universe.Players(), Faults: s.faults.count(),
		CPU: cpuSeconds(), RSS: residentBytes(), Heap: mem.HeapAlloc, Goroutines: runtime.NumGoroutine(), GCs: mem.NumGC,
		Gate: s.gate.Stats(), Actors: s.universe.Stats(),
	}
	totals := s.tally.Totals()
	m.Late, m.Crashes = totals.Late, totals.Crashes
	for _, a := range m.Actors {
		m.Running++
		if a.Awake {
			m.Awake++
		}
		m.TickMaxMs = max(m.TickMaxMs, a.MaxMs)
		m.TickP99Ms = max(m.TickP99Ms, a.P99Ms)
	}
	return m
}
