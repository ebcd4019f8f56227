package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"hotshard/runtime/world"
)

// Config says which bus, and who joins.
type Config struct {
	URL   string // nats://host:port or tls://user:password@host:port; several by commas
	Me    world.NodeID
	Shard string // whose nodes hear each other

	CA          string // a file with the certificates that the bus's own is signed by; "" for the machine's
	Cert, Key   string // files of a certificate to show; "" for none
	Credentials string // a file with a user's JWT and seed; "" for none
	Log         *slog.Logger
}

// How long the bus may not be heard of.
const (
	connectPatience = 5 * time.Second
	reconnectAfter  = 250 * time.Millisecond
	pingEvery       = 2 * time.Second
	pingsMissed     = 2
	flushPatience   = time.Second
)

// Join connects to a bus; Open follows. Errors: a bus that is not there, that does not let this
// node in, or that is elsewhere and neither encrypted nor closed to strangers.
func Join(cfg Config) (*Bus, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	b := &Bus{cfg: cfg, log: cfg.Log, parts: gathering{}, hearers: map[Kind]func(world.NodeID, []byte){}, servers: map[Kind]Server{}}
	conn, err := nats.Connect(cfg.URL, b.options()...)
	if err != nil {
		return nil, fmt.Errorf("--join %s: %w", cfg.shown(), err)
	}
	b.conn = conn
	return b, nil
}

func (b *Bus) options() []nats.Option {
	cfg := &b.cfg
	opts := []nats.Option{
		nats.Name("hotshard " + string(cfg.Me)), nats.Timeout(connectPatience),
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectAfter), nats.ReconnectJitter(reconnectAfter/2, reconnectAfter/2),
		nats.ReconnectBufSize(-1), // nothing is sent late
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(pingsMissed),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { b.log.Warn("the bus is gone", "error", err) }),
		nats.ReconnectHandler(func(c *nats.Conn) {
			b.log.Info("the bus is back", "at", c.ConnectedAddr())
			if do := b.back.Load(); do != nil {
				(*do)()
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			b.log.Warn("the bus has lost something", "error", err)
		}),
	}
	if cfg.CA != "" {
		opts = append(opts, nats.RootCAs(cfg.CA))
	}
	if cfg.Cert != "" {
		opts = append(opts, nats.ClientCert(cfg.Cert, cfg.Key))
	}
	if cfg.Credentials != "" {
		opts = append(opts, nats.UserCredentials(cfg.Credentials))
	}
	return opts
}

// name is what a part of a subject may be.
var name = regexp.MustCompile(`^[A-Za-z0-9_/-]{1,64}$`)

// Check refuses what names nobody, or a bus that is elsewhere and neither encrypted nor closed to
// strangers. Join asks it as well.
func (c *Config) Check() error {
	switch {
	case !name.MatchString(string(c.Me)):
		return fmt.Errorf("a node is called by letters, digits, - and _, at most 64, and not %q", c.Me)
	case !name.MatchString(c.Shard):
		return fmt.Errorf("on the bus a shard is called by letters, digits, - and _, and not %q", c.Shard)
	case (c.Cert == "") != (c.Key == ""):
		return errors.New("a certificate for the bus goes with its key: give both files, or neither")
	case c.URL == "":
		return errors.New("--join needs the bus's URL: nats://127.0.0.1:4222, say")
	}
	for _, one := range strings.Split(c.URL, ",") {
		if err := c.checkURL(strings.TrimSpace(one)); err != nil {
			return err
		}
	}
	return nil
}

// checkURL lets nobody speak in the clear to another machine, or with a bus that takes anybody.
func (c *Config) checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" {
		return fmt.Errorf("--join %s: a bus is at nats://HOST:PORT, or at tls://HOST:PORT", hidden(text))
	}
	if Loopback(u.Hostname()) {
		return nil
	}
	if u.Scheme != "tls" {
		return fmt.Errorf("--join %s: a bus on another machine is spoken to over TLS: say tls://%s", hidden(text), u.Host)
	}
	if u.User == nil && c.Cert == "" && c.Credentials == "" {
		return fmt.Errorf("--join %s: a bus on another machine asks who comes: give a user and a password in the URL, --bus-credentials, or --bus-cert and --bus-key", hidden(text))
	}
	return nil
}

// Loopback says whether a host is this machine, and nobody else gets there.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// hidden is a URL without its password.
func hidden(text string) string {
	if u, err := url.Parse(text); err == nil {
		return u.Redacted()
	}
	return "(not a URL)"
}

// shown are the URLs without their passwords.
func (c *Config) shown() string {
	all := strings.Split(c.URL, ",")
	for i := range all {
		all[i] = hidden(strings.TrimSpace(all[i]))
	}
	return strings.Join(all, ",")
}
