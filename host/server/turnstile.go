package server

import (
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"time"

	"hotshard/runtime/gate/peer"
)

// What connections of players come through, behind the door and before the gate: it bounds
// how many there are and how long their requests may take.

// How long one request on the players' port may take to come, and its answer to be taken.
// A WebSocket is past both.
const (
	headerTime  = 10 * time.Second
	requestTime = 20 * time.Second // with what it carries
	answerTime  = time.Minute
	idleTime    = time.Minute
	mostHeaders = 16 << 10 // bytes
)

// own are descriptors that the shard needs for itself, at least: the store, recordings,
// operators. Out of many it keeps an eighth.
const own = 256

func (s *Server) newTurnstile() *peer.Turnstile {
	return peer.NewTurnstile(peer.TurnstileConfig{
		Each: s.cfg.Connections, Most: mostConnections(fileLimit()), Exempt: s.exempt, Shunned: s.sanctions.shuns,
		Proxies: s.cfg.proxies, Refusals: s.refusals, Clock: s.cfg.Clock, Log: s.log,
	})
}

// mostConnections is how many there may be where a process may have so many files; 0 for
// any number.
func mostConnections(files uint64) int {
	if files == 0 || files > math.MaxInt32 {
		return 0
	}
	return int(max(files-max(own, files/8), files/2))
}

// exempt says whether an address is held to no limit that counts its network as a whole:
// the machine's own, from where load players and tests come.
func (s *Server) exempt(a netip.Addr) bool {
	return peer.Local(a) && !s.cfg.LimitLoopback && !s.cfg.proxies.Trusts(a)
}

// playersHTTP is the server behind the turnstile.
func (s *Server) playersHTTP(h http.Handler) *http.Server {
	srv := s.newHTTP(h)
	srv.ReadTimeout, srv.WriteTimeout = requestTime, answerTime
	if most := s.cfg.HTTPTime; most > 0 {
		srv.ReadHeaderTimeout, srv.ReadTimeout, srv.WriteTimeout = most, most, most
	}
	s.turnstile.Guard(srv)
	return srv
}

func (s *Server) newHTTP(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: mostHeaders,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), ConnState: s.visits.see,
	}
}
