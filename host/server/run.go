package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// shutdownPatience is how long keeping the systems and saving everybody, and then
// telling the players, may take.
const shutdownPatience = 20 * time.Second

// Run serves until ctx ends or an operator shuts the shard down, then keeps the systems,
// saves everybody and says goodbye. The server is closed afterwards.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	failed := make(chan error, 8)
	if s.mesh != nil {
		if err := s.enterCluster(ctx); err != nil {
			return errors.Join(err, s.Close())
		}
		wg.Go(func() { s.follower.run(ctx) })
		wg.Go(func() { s.lookAround(ctx) })
	}
	for i, l := range s.listeners() {
		srv := s.servers[i]
		wg.Go(func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		})
	}
	s.universe.StartServices()
	wg.Go(func() { s.releases.run(ctx) })
	wg.Go(func() { s.releases.tests.run(ctx) })
	s.serveConsoles(ctx, &wg, failed)
	wg.Go(func() { s.sweep(ctx) })
	wg.Go(func() { s.holdings.run(ctx) })
	wg.Go(func() { s.books.run(ctx) })
	wg.Go(func() { s.hot.run(ctx) })
	wg.Go(func() { s.logpoints.run(ctx, func() int { return s.universe.Release().Number }) })
	wg.Go(func() { s.backups.run(ctx) })
	wg.Go(func() { (&daily{s: s}).run(ctx) })
	if s.opspage != nil {
		wg.Go(func() { s.opspage.Run(ctx) })
	}
	s.banner()

	var err error
	select {
	case <-ctx.Done():
	case <-s.power.down:
	case err = <-failed:
	case <-s.succession.over:
	}
	err = errors.Join(err, s.end())
	cancel()
	err = errors.Join(err, s.Close())
	wg.Wait()
	return err
}

// listeners are those that programs with HTTP come in by, as servers has them.
func (s *Server) listeners() []net.Listener {
	return slices.DeleteFunc([]net.Listener{s.play, s.ops}, func(l net.Listener) bool { return l == nil })
}

// sweep lets the gate look at its clocks and the figures be taken, once a second.
func (s *Server) sweep(ctx context.Context) {
	t := s.cfg.Clock.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case now := <-t.Chan():
			s.gate.Sweep()
			s.load.sample(now)
			s.shares.look(s.universe.Actors(), now)
			s.resting.wakeDue(now)
			if s.mesh == nil {
				s.pressure.press(s, now)
			}
			s.health.look(now)
			s.dog.seen(s, now)
		case <-ctx.Done():
			return
		}
	}
}

// end ends the game, or what is left here of one with which another process goes on.
func (s *Server) end() error {
	s.succession.cancel()
	if s.succession.wait() {
		return s.leave()
	}
	return s.stop()
}

// stop ends the game: systems come to rest, are kept and hand in their players, the
// players are saved, then told.
func (s *Server) stop() error {
	s.health.stopping.Store(true)
	s.notify(daemon.SdNotifyStopping)
	if s.mesh != nil {
		return s.stopNode()
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutdownPatience)
	defer cancel()
	players := s.universe.Players()
	systems := len(s.universe.Actors())
	began := time.Now()
	s.gate.Stop()
	k := s.newKeeper()
	err := s.universe.Halt(ctx, func() { s.answered(ctx) }, k.keep)
	if err != nil {
		k.left(s.universe.Actors())
	}
	s.answered(ctx) // what scripts did that heard of their end
	if ferr := s.saves.flush(); ferr != nil {
		s.log.Error("not everybody could be saved, and no system is kept", "error", ferr)
		err = errors.Join(err, ferr)
	} else {
		if err := k.seal(); err != nil {
			s.log.Error("no system is kept: the next start is from the store", "error", err)
		}
		s.log.Info("everybody is saved", "players", players, "systems", systems, "kept", k.kept.Load(), "took", time.Since(began).Round(time.Millisecond))
		fmt.Fprintf(s.cfg.Out, "Saved %s. Goodbye.\n", count(players, "player", "players"))
	}
	defer s.rounds.Close()
	return errors.Join(err, s.gate.Close(ctx))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Close gives back everything that New opened. It saves nobody who is not saved
// yet: that is Run's business.
func (s *Server) Close() error {
	s.closing.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Server) close() error {
	var errs []error
	for _, srv := range s.servers {
		errs = append(errs, srv.Close())
	}
	for _, l := range []net.Listener{s.play, s.ops, s.consoles.local, s.consoles.ssh} {
		if l != nil {
			if err := l.Close(); !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if s.watcher != nil {
		errs = append(errs, s.watcher.Close())
	}
	if s.mesh != nil {
		s.mesh.Close()
	}
	if s.recorder != nil {
		s.recorder.Close()
	}
	if s.saves != nil {
		s.saves.close()
	}
	s.closeTraces()
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// tracePatience is how long the last spans may take to a collector.
const tracePatience = 5 * time.Second

// closeTraces sends the last spans. A collector that does not take them is no failure of the shard.
func (s *Server) closeTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), tracePatience)
	defer cancel()
	if err := s.traces.Close(ctx); err != nil {
		s.log.Warn("traces: the last spans did not reach the collector", "error", err)
	}
}

// banner is what somebody sees who has typed `make run`.
func (s *Server) banner() {
	node := ""
	if s.mesh != nil {
		node = fmt.Sprintf(", %s %s", s.cfg.Cluster.Role, s.cfg.Cluster.Node)
	}
	fmt.Fprintf(s.cfg.Out, "\n  hotshard %s (%s%s), %s in %d ms\n\n", s.cfg.Shard, s.kind(), node,
		count(len(s.universe.Map().Systems), "solar system", "solar systems"), s.cfg.Clock.Now().Sub(s.started).Milliseconds())
	if s.play != nil {
		fmt.Fprintf(s.cfg.Out, "  fly      %s://%s/\n", s.scheme(), visible(s.Addr()))
	}
	if s.ops != nil {
		fmt.Fprintf(s.cfg.Out, "  watch    http://%s/\n", s.OpsAddr())
	}
	fmt.Fprintf(s.cfg.Out, "  operate  bin/console --socket %s\n", s.cfg.Socket)
	if addr := s.SSHAddr(); addr != "" {
		fmt.Fprintf(s.cfg.Out, "           bin/console --connect %s\n", addr)
	}
	fmt.Fprintf(s.cfg.Out, "  change   %s: save a file, and the game changes\n\n", s.cfg.Scripts)
	if s.recalled.systems > 0 {
		fmt.Fprintf(s.cfg.Out, "  goes on  %v\n\n", s.recalled)
	}
	for _, n := range s.notices {
		fmt.Fprintf(s.cfg.Out, "  note     %s\n", n)
	}
	s.notify(daemon.SdNotifyReady)
	s.log.Info("the shard is up", "shard", s.cfg.Shard, "kind", s.kind(), "listen", s.Addr(), "ops", s.OpsAddr(),
		"systems", len(s.universe.Map().Systems), "release", s.universe.Release().Number, "took", s.cfg.Clock.Now().Sub(s.started).Round(time.Millisecond))
}

// visible is an address one can type: an unspecified host is this machine.
func visible(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr
}
