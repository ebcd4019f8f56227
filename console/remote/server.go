// Package remote lets operators come in over SSH: with the project's own console
// (bin/console --connect), or with any ssh client, for one command or a session.
// The commands are those of the local socket.
//
// There are no passwords. Who may come in, and in which role, stands in a file of
// public keys that is read anew at each attempt, so that a key that is taken out
// is refused from then on. Failed attempts are logged and limited by address.
package remote

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"hotshard/console/command"
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
	Now      func() time.Time // time.Now where left out
}

// Server answers operators over SSH.
type Server struct {
	cfg   Config
	ssh   *ssh.ServerConfig
	limit *limiter
}

// New prepares a server. It is an error if no operator could come in.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Server{cfg: cfg, limit: newLimiter(cfg.Now)}
	all, err := readOperators(s.file())
	if err == nil && len(all) == 0 {
		err = errors.New("it names nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("the remote console needs %s, with lines like \"operator ssh-ed25519 AAAA... amy\": %w", s.file(), err)
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

func (s *Server) file() string { return filepath.Join(s.cfg.Dir, "operators") }

// authorize says whether a key may come in. ssh asks before and after the client
// has proven that it holds the key.
func (s *Server) authorize(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	all, err := readOperators(s.file())
	if err != nil {
		s.cfg.Log.Error("nobody can come in over ssh", "err", err)
		return nil, err
	}
	who, ok := all.find(key)
	if !ok {
		s.cfg.Log.Warn("an ssh key is refused", "from", meta.RemoteAddr().String(), "user", meta.User(), "key", ssh.FingerprintSHA256(key))
		return nil, errors.New("the key is not among the operators")
	}
	return &ssh.Permissions{Extensions: map[string]string{"who": who.Name, "role": who.Role.String()}}, nil
}

// Serve takes connections until ctx ends, and returns when all have ended. It
// closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	var all sync.WaitGroup
	slots := make(chan struct{}, mostAtOnce)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			all.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("remote console: %w", err)
		}
		addr := host(conn)
		select {
		case slots <- struct{}{}:
		default:
			conn.Close()
			continue
		}
		if !s.limit.allows(addr) {
			s.cfg.Log.Warn("too many failed ssh attempts, turned away", "from", addr)
			conn.Close()
			<-slots
			continue
		}
		all.Go(func() { s.welcome(ctx, conn, addr, func() { <-slots }) })
	}
}

func host(conn net.Conn) string {
	addr, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		return conn.RemoteAddr().String()
	}
	return addr
}

// welcome shakes hands and serves the connection; free is called when the
// handshake is over.
func (s *Server) welcome(ctx context.Context, conn net.Conn, addr string, free func()) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(handshake)) // a connection that takes none is closed all the same
	secure, channels, requests, err := ssh.NewServerConn(conn, s.ssh)
	free()
	if err != nil {
		stop()
		s.limit.fail(addr)
		s.cfg.Log.Warn("an ssh attempt failed", "from", addr, "err", err)
		return
	}
	stop() // from here on the channels say goodbye first
	_ = conn.SetDeadline(time.Time{})
	role, err := command.ParseRole(secure.Permissions.Extensions["role"])
	if err != nil {
		return // cannot be: authorize wrote it
	}
	session := command.Session{Shard: s.cfg.Shard, Registry: s.cfg.Registry,
		Who: secure.Permissions.Extensions["who"], From: "ssh " + addr, Role: role}
	s.cfg.Log.Info("an operator came in", "who", session.Who, "role", role.String(), "from", addr)
	s.converse(ctx, secure, channels, requests, session)
	s.cfg.Log.Info("an operator left", "who", session.Who, "from", addr)
}

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
		case <-ctx.Done(): // the shard ends: sessions say so and close
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
