package bus

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Embedded is a bus in this process: for tests, and for a cluster on one machine.
type Embedded struct{ s *server.Server }

// EmbeddedConfig says where it listens, and whom it lets in.
type EmbeddedConfig struct {
	Listen         string      // host:port; port 0 for any
	User, Password string      // "" for anybody, on this machine alone
	TLS            *tls.Config // nil for none, on this machine alone
	MaxPayload     int32       // bytes of one message; 0 for NATS' own
}

// Embed starts a bus. Errors: an address that is taken, or that others reach without TLS and a
// password.
func Embed(cfg EmbeddedConfig) (*Embedded, error) {
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("the bus's address: %w", err)
	}
	if !Loopback(host) && (cfg.TLS == nil || cfg.User == "" || cfg.Password == "") {
		return nil, fmt.Errorf("a bus at %s is reached by others: give it TLS, a user and a password, or have it at 127.0.0.1", cfg.Listen)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("the bus's address: %s is no port", port)
	}
	if n == 0 {
		n = server.RANDOM_PORT
	}
	s, err := server.NewServer(&server.Options{
		Host: host, Port: n, Username: cfg.User, Password: cfg.Password, TLS: cfg.TLS != nil, TLSConfig: cfg.TLS, TLSTimeout: connectPatience.Seconds(),
		MaxPayload: cfg.MaxPayload, MaxPending: mostBehind, NoLog: true, NoSigs: true,
	})
	if err != nil {
		return nil, fmt.Errorf("the bus: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(embeddedPatience) {
		s.Shutdown()
		return nil, fmt.Errorf("the bus: it could not listen at %s: is the port taken?", cfg.Listen)
	}
	return &Embedded{s}, nil
}

const embeddedPatience = 10 * time.Second

// Addr is where it listens.
func (e *Embedded) Addr() string { return e.s.Addr().String() }

// Close ends it: whoever is connected is cut off.
func (e *Embedded) Close() {
	e.s.Shutdown()
	e.s.WaitForShutdown()
}
