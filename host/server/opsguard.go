package server

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"net/url"
	"strings"

	"hotshard/console/command"
)

// OwnHost lets in who asks for this machine by a name of this machine. A page that a
// browser here shows can have its own name point here (DNS rebinding), and would
// then read profiles and metrics; it cannot choose the Host header. Nor may a page of
// elsewhere have the browser ask at all, or show what comes: a profile costs something.
func OwnHost(listen string, h http.Handler) http.Handler {
	named, _, _ := net.SplitHostPort(listen)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownName(r.Host, named) || !ownPage(r) {
			http.Error(w, "This port answers to whoever sits at this machine: ask for http://127.0.0.1 or http://localhost.", http.StatusForbidden)
			return
		}
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		w.Header().Set("X-Content-Type-Options", "nosniff")
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

// ownPage says whether a request comes from a page of this very port, or from no page: what
// listens at another port of the machine is another's, though to a browser it is the same
// site. Older browsers send Origin alone, and programs neither.
func ownPage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// profiles are Go's own, and those of Lua.
func (s *Server) profiles(mux *http.ServeMux) {
	for path, h := range map[string]http.HandlerFunc{
		"/debug/pprof/": pprof.Index, "/debug/pprof/cmdline": pprof.Cmdline, "/debug/pprof/profile": pprof.Profile,
		"/debug/pprof/symbol": pprof.Symbol, "/debug/pprof/trace": pprof.Trace,
	} {
		mux.HandleFunc(path, s.by(command.Admin, h))
	}
	mux.HandleFunc("GET /debug/lua.pprof", s.by(command.Viewer, s.luaProfile))
	mux.HandleFunc("GET /debug/lua.json", s.by(command.Viewer, s.luaFlame))
}

// signed says whom a request to the operations port comes from: a program with a token of
// the console, or a browser that is signed in to the page.
func (s *Server) signed(r *http.Request) (command.Session, bool) {
	if who, ok := s.tokens.signed(r); ok || s.opspage == nil {
		return who, ok
	}
	return s.opspage.Signed(r)
}

// by lets in who has a role. In development everybody on this machine may do as they like.
func (s *Server) by(role command.Role, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.Production {
			who, ok := s.signed(r)
			if !ok {
				w.Header().Set("WWW-Authenticate", "Bearer")
				http.Error(w, fmt.Sprintf("On a production shard this takes the role %s: run token in the console, and send what it gives as \"Authorization: Bearer TOKEN\".", role), http.StatusUnauthorized)
				return
			}
			if who.Role < role {
				http.Error(w, fmt.Sprintf("This takes the role %s; you are %s.", role, who.Role), http.StatusForbidden)
				return
			}
		}
		h(w, r)
	}
}
