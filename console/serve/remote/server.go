// Package remote lets operators come in over SSH: with the project's own console
// (bin/console --connect), or with any ssh client, for one command or a session.
// The commands are those of the local socket.
//
// There are no passwords. Who may come in, and in which role, stands in a file of
// public keys that is read anew at each attempt and each command. Whoever is taken
// out of it while they are on is put out at once. Attempts are limited by network,
// and a burst of failed ones is logged once.
package remote

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"hotshard/console/command"
	"hotshard/runtime/clock"
	"hotshard/runtime/gate/peer"
)

// Subsystem is what a console asks for on a channel to speak the protocol of the
// package command.
const Subsystem = "hotshard-console"

// Config is what New needs.
type Config struct {
	// Dir holds the file "operators" and the shard's own key, which is made on
	// the first start.
	Dir      string
	Registry *command.Registry
	Shard    command.Shard
	Log      *slog.Logger
	Clock    clock.Clock // clock.Machine where left out
}

// Server answers operators over SSH.
type Server struct {
	cfg    Config
	ssh    *ssh.ServerConfig
	roll   *roll
	guests guests

	failed *peer.Limiter[netip.Prefix] // attempts
	alarm  peer.Alarm
	slots  slots
}

// What anybody may do who has no key: failed attempts of one network, and handshakes
// under way, in all and of one network.
var failures = peer.Limit{Burst: 5, Every: 12 * time.Second}

const (
	mostAtOnce = 64
	mostEach   = 4
	handshake  = 10 * time.Second // for one of them
)

// New prepares a server. It is an error if no operator could come in.
func New(cfg Config) (*Server, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.Machine{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Server{cfg: cfg, failed: peer.NewLimiter[netip.Prefix](failures),
		roll: &roll{path: filepath.Join(cfg.Dir, "operators"), log: cfg.Log}}
	all, problems, err := s.roll.read()
	if err == nil && len(all) == 0 {
		err = errors.New(strings.Join(append([]string{"it names nobody"}, problems...), "; "))
	}
	if err != nil {
		return nil, fmt.Errorf("the remote console needs %s, with lines like \"operator ssh-ed25519 AAAA... amy\": %w", s.roll.path, err)
	}
	key, err := hostKey(filepath.Join(cfg.Dir, "host_key"))
	if err != nil {
		return nil, fmt.Errorf("the remote console's own key: %w", err)
	}
	s.ssh = &ssh.ServerConfig{
		MaxAuthTries:      6, // a client offers all its keys in turn
		PublicKeyCallback: s.authorize,
		ServerVersion:     "SSH-2.0-hotshard",
	}
	s.ssh.AddHostKey(key)
	cfg.Log.Info("the remote console has a key", "fingerprint", ssh.FingerprintSHA256(key.PublicKey()), "operators", len(all))
	return s, nil
}

// authorize says whether a key may come in. ssh asks before and after the client
// has proven that it holds the key.
func (s *Server) authorize(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	all, _, err := s.roll.read()
	if err != nil {
		s.cfg.Log.Error("nobody can come in over ssh", "err", err)
		return nil, err
	}
	who, ok := all.byKey(key.Marshal())
	if !ok {
		return nil, fmt.Errorf("the key %s is not among the operators", ssh.FingerprintSHA256(key))
	}
	return &ssh.Permissions{ExtraData: map[any]any{whoKey{}: who}}, nil
}

// whoKey is where a connection's permissions say whose it is.
type whoKey struct{}

// Serve takes connections until ctx ends, and returns when all have ended. It
// closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	var all sync.WaitGroup
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	all.Go(func() { s.watch(ctx) })
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				all.Wait()
				return nil
			}
			return fmt.Errorf("remote console: %w", err)
		}
		from := peer.Parse(conn.RemoteAddr().String())
		n := peer.Network(from)
		if s.failed.Wait(n, s.cfg.Clock.Now()) > 0 || !s.slots.take(n) {
			if s.alarm.Note(n, s.cfg.Clock.Now()) {
				s.cfg.Log.Warn("too many failed ssh attempts, or too many at once: turned away", "from", peer.Show(n))
			}
			conn.Close()
			continue
		}
		all.Go(func() { s.welcome(ctx, conn, from, sync.OnceFunc(func() { s.slots.give(n) })) })
	}
}

// slots are the handshakes under way.
type slots struct {
	mu   sync.Mutex
	all  int
	each map[netip.Prefix]int
}

func (s *slots) take(n netip.Prefix) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= mostAtOnce || s.each[n] >= mostEach {
		return false
	}
	if s.each == nil {
		s.each = map[netip.Prefix]int{}
	}
	s.all++
	s.each[n]++
	return true
}

func (s *slots) give(n netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.each[n]--; s.each[n] == 0 {
		delete(s.each, n)
	}
}

// welcome shakes hands and serves the connection; free is called when the
// handshake is over.
func (s *Server) welcome(ctx context.Context, conn net.Conn, from netip.Addr, free func()) {
	defer conn.Close()
	defer free()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(handshake)) // the kernel's time, whatever the shard's; a connection that takes none is closed all the same
	secure, channels, requests, err := ssh.NewServerConn(conn, s.ssh)
	free()
	if err != nil {
		stop()
		s.fail(from, err)
		return
	}
	stop() // from here on the channels say goodbye first
	_ = conn.SetDeadline(time.Time{})
	who := secure.Permissions.ExtraData[whoKey{}].(Operator)
	session := command.Session{Shard: s.cfg.Shard, Registry: s.cfg.Registry, Who: who.Name, From: "ssh " + from.String(), Role: who.Role,
		Allowed: func() error { return s.roll.still(who) }}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	leave := s.guests.add(&connection{who: who, from: session.From, end: end})
	defer leave()
	s.cfg.Log.Info("an operator came in", "who", who.Name, "role", who.Role.String(), "from", from)
	s.converse(ctx, secure, channels, requests, session)
	s.cfg.Log.Info("an operator left", "who", who.Name, "from", from)
}

// fail counts an attempt that came to nothing, and logs the first of a burst.
func (s *Server) fail(from netip.Addr, err error) {
	n := peer.Network(from)
	s.failed.Add(n, s.cfg.Clock.Now())
	if s.failed.Used(n, s.cfg.Clock.Now()) == 1 {
		s.cfg.Log.Warn("an ssh attempt failed", "from", from, "err", err)
	}
}

// goodbye is how long the sessions of a connection that is ended have to say so.
const goodbye = 3 * time.Second

// mostChannels is how many channels one connection may have.
const mostChannels = 8

// converse serves the channels of a connection until it ends.
func (s *Server) converse(ctx context.Context, secure *ssh.ServerConn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request, session command.Session) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go ssh.DiscardRequests(requests)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	slots := make(chan struct{}, mostChannels)
	for {
		select {
		case <-ctx.Done(): // the shard ends, or the operator is put out: sessions say so and close
			defer clock.AfterFunc(s.cfg.Clock, goodbye, func() { secure.Close() })()
			cancel()
			all.Wait()
			secure.Close()
			return
		case c, ok := <-channels:
			if !ok {
				return
			}
			s.open(ctx, c, session, slots, &all)
		}
	}
}

// open starts a session on a channel.
func (s *Server) open(ctx context.Context, c ssh.NewChannel, session command.Session, slots chan struct{}, all *sync.WaitGroup) {
	if c.ChannelType() != "session" {
		_ = c.Reject(ssh.UnknownChannelType, "only sessions")
		return
	}
	select {
	case slots <- struct{}{}:
	default:
		_ = c.Reject(ssh.ResourceShortage, "too many sessions")
		return
	}
	channel, asked, err := c.Accept()
	if err != nil {
		<-slots
		return
	}
	all.Go(func() {
		defer func() { <-slots }()
		session.Seat = command.NewSeat()
		(&guest{Channel: channel, session: session}).serve(ctx, asked)
	})
}
