package server

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync"

	"hotshard/console/command"
	"hotshard/console/serve"
	"hotshard/console/serve/remote"
)

// consoles are the ways in for operators: the local socket, always, and SSH where
// it is asked for. Both share one registry, so that what one operator asks for on
// one way another can approve on the other.
type consoles struct {
	registry *command.Registry
	local    net.Listener
	ssh      net.Listener
	remote   *remote.Server
}

// listenConsoles opens the sockets. SSH is off unless an address is given and the
// file with the operators' keys names somebody.
func (s *Server) listenConsoles() (err error) {
	s.consoles.registry = command.Default()
	s.consoles.registry.Clock = s.cfg.Clock
	if s.consoles.local = s.given.console; s.consoles.local == nil {
		if s.consoles.local, err = serve.Listen(s.cfg.Socket); err != nil {
			return err
		}
	}
	if s.cfg.SSH == "" {
		return nil
	}
	dir := filepath.Join(s.cfg.Data, "ssh")
	s.consoles.remote, err = remote.New(remote.Config{Dir: dir, Registry: s.consoles.registry, Shard: s.Shard(), Log: s.log})
	if err != nil {
		return fmt.Errorf("--ssh: %w", err)
	}
	if s.consoles.ssh = s.given.ssh; s.consoles.ssh == nil {
		if s.consoles.ssh, err = net.Listen("tcp", s.cfg.SSH); err != nil {
			return fmt.Errorf("--ssh: %w", err)
		}
	}
	return nil
}

// serveConsoles answers operators until ctx ends.
func (s *Server) serveConsoles(ctx context.Context, wg *sync.WaitGroup, failed chan<- error) {
	answer := func(what string, run func() error) {
		wg.Go(func() {
			if err := run(); err != nil && ctx.Err() == nil && !s.succession.done() {
				failed <- fmt.Errorf("%s: %w", what, err)
			}
		})
	}
	answer("the console", func() error { return serve.Local(ctx, s.consoles.local, s.consoles.registry, s.Shard()) })
	if s.consoles.ssh != nil {
		answer("the remote console", func() error { return s.consoles.remote.Serve(ctx, s.consoles.ssh) })
	}
}

// SSHAddr is where operators come in over SSH, "" where they cannot.
func (s *Server) SSHAddr() string {
	if s.consoles.ssh == nil {
		return ""
	}
	return s.consoles.ssh.Addr().String()
}
