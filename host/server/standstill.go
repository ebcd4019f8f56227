package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	"hotshard/console/command"
	"hotshard/console/serve"
	"hotshard/host/handover"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
)

// The part of an upgrade in which the game stands still: everything is handed to the new
// program, or, where that fails, goes on here.

// pass lets the game stand still and hands it over. Where that fails it goes on.
func (w *will) pass(within context.Context) (err error) {
	s := w.s
	var undo []func()
	defer func() {
		if err == nil {
			return
		}
		s.succession.note(upgradeUndone)
		w.heir.Kill() // first: nothing is done by two
		for i := range undo {
			undo[len(undo)-1-i]()
		}
	}()
	for _, d := range s.doors {
		d.close()
		undo = append(undo, d.open)
	}
	s.greeted(within)
	undo = append(undo, s.gate.KeepAll)
	if err := w.introduce(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(within, settleTime)
	defer cancel()
	if err := s.gate.Hold(ctx); err != nil {
		return err
	}
	undo = append(undo, s.gate.Resume)
	if err := w.introduce(); err != nil { // who has come meanwhile
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // as in take
	paused := s.cfg.Clock.Now()
	w.steps = newSteps(s.cfg.Clock)
	all, err := s.universe.Pause(ctx)
	if err != nil {
		return err
	}
	w.steps.done("ticks")
	undo = append(undo, all.Resume)
	if err := w.settle(ctx, all); err != nil {
		return err
	}
	w.steps.done("settling")
	if err := s.gate.Still(ctx); err != nil {
		return err
	}
	w.steps.done("writers")
	if err := s.store.Lend(ctx); err != nil {
		return err
	}
	w.steps.done("store")
	undo = append(undo, s.takeBack)
	return w.give(within, all, paused)
}

// introduce gives the new program the players' connections that it does not have yet. The
// game goes on.
func (w *will) introduce() error {
	conns, about, err := w.s.gate.Connections()
	defer func() {
		for _, fd := range conns {
			_ = syscall.Close(fd) // they are open here all the same
		}
	}()
	if err != nil {
		return err
	}
	if len(conns) == 0 && w.introduced {
		return nil
	}
	w.introduced = true
	w.hurry(takeTime)
	if err := w.heir.Send(handover.Message{Kind: sayPlayers, Data: about, Files: conns}); err != nil {
		return w.blame(err)
	}
	return w.hear(sayHere, nil)
}

// hurry bounds what is said to the new program from here on, and heard of it.
func (w *will) hurry(most time.Duration) {
	_ = w.heir.Deadline(w.s.cfg.Clock.Now().Add(min(most, w.patience))) // of one that is gone: sending says so
}

// greetTime is how long handshakes and pages on their way are waited for.
const greetTime = 300 * time.Millisecond

// greeted waits, while the game goes on, for those who have just come in at the door.
func (s *Server) greeted(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	s.visits.wait(ctx)
}

// takeBack is the store's way back. Without the store the shard cannot go on.
func (s *Server) takeBack() {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	if err := s.store.TakeBack(ctx); err != nil {
		s.log.Error("the store is not to be had again after an upgrade that failed: the shard goes down", "error", err)
		s.power.mu.Lock()
		defer s.power.mu.Unlock()
		s.power.end()
	}
}

// settle brings everything on its way to an end: work that others have asked for, what is
// recorded, answers of the store, what is to be saved.
func (w *will) settle(ctx context.Context, all *universe.Paused) error {
	s := w.s
	errs := all.Each(runtime.GOMAXPROCS(0), func(a *system.System) error {
		if a.State() != nil {
			a.Work()
		}
		a.HandOn()
		return nil
	})
	if s.recorder != nil {
		errs = append(errs, s.recorder.Sync(ctx))
	}
	s.errands.wait(ctx)
	if ctx.Err() != nil {
		errs = append(errs, fmt.Errorf("the store does not answer in time: %w", ctx.Err()))
	}
	return errors.Join(append(errs, s.saves.flush())...)
}

// give gives all there is to the new program, and waits until it is ready: up to there it
// has changed nothing. Then it is told to go on, and there is no way back. While it opens the
// store, the systems are written down.
func (w *will) give(ctx context.Context, all *universe.Paused, paused time.Time) error {
	s := w.s
	w.hurry(takeTime)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := w.offer(); err != nil {
		return w.blame(err)
	}
	systems, err := w.images(all)
	if err != nil {
		return err
	}
	w.steps.done("images")
	if late := all.Newcomers(); len(late) > 0 {
		return fmt.Errorf("%s has started meanwhile: ask again", late[0].Address())
	}
	players, err := s.gate.Export()
	if err != nil {
		return err
	}
	w.steps.done("players")
	if err := w.send(players, systems); err != nil {
		return w.blame(err)
	}
	w.steps.done("sending")
	if err := w.hear(sayReady, nil); err != nil {
		return err
	}
	w.steps.done("the other")
	_ = w.heir.Deadline(s.cfg.Clock.Now().Add(yoursTime)) // as above
	if err := say(w.heir.Conn, sayYours, transfer{Paused: paused.UnixNano(), Proof: w.proof}); err != nil {
		return w.blame(err)
	}
	w.gone(len(systems), paused)
	s.bequeath(all, w.heir)
	return nil
}

// gone notes how it went, which is past help by now.
func (w *will) gone(systems int, paused time.Time) {
	s := w.s
	w.done = command.Upgraded{Version: w.proved.Version, PID: w.heir.PID(), Systems: systems, Players: s.universe.Players(), Proof: w.proof, Pause: time.Since(paused)}
	var first started
	if err := w.hear(sayGoing, &first); err != nil { // it is not ours any more, whatever this is
		s.log.Error("nothing is heard of the process that has taken over", "pid", w.heir.PID(), "error", err)
	} else {
		w.done.Pause = first.Pause
	}
	s.log.Info("how long it took to hand the shard over", w.steps.took...)
}

// images are all systems that run, as they stand, the largest first. What was asked of one
// since it stood still is done before.
func (w *will) images(all *universe.Paused) ([]legacy, error) {
	var mu sync.Mutex
	var out []legacy
	errs := all.Each(runtime.GOMAXPROCS(0), func(a *system.System) error {
		if a.State() == nil {
			return nil // it does not run: it begins afresh when somebody comes
		}
		a.Work()
		one, err := w.s.legacy(a)
		if err != nil {
			return fmt.Errorf("%s cannot be written down: %w", a.Address(), err)
		}
		mu.Lock()
		defer mu.Unlock()
		out = append(out, one)
		return nil
	})
	slices.SortFunc(out, func(a, b legacy) int { return cmp.Compare(len(b.Image), len(a.Image)) })
	return out, errors.Join(errs...)
}

// offer gives the new program what it needs to open what was this one's: the lock, the
// listeners, and the store, which is lent.
func (w *will) offer() error {
	files, names, err := w.s.files()
	if err != nil {
		return err
	}
	return say(w.heir.Conn, sayTake, estate{Given: names, By: w.author, Line: w.line, Counts: w.s.succession.counted()}, files...)
}

// send sends everything else. An image goes by itself, after what it is of: it is large, and
// is not copied once more.
func (w *will) send(players []byte, systems []legacy) error {
	c := w.heir.Conn
	if err := c.Send(handover.Message{Kind: sayGate, Data: players}); err != nil {
		return err
	}
	for _, one := range systems {
		if err := say(c, sayImage, one.Head); err != nil {
			return err
		}
		if err := c.Send(handover.Message{Kind: sayBytes, Data: one.Image}); err != nil {
			return err
		}
	}
	return say(c, sayAll, nil)
}

// files are the lock and the listeners, as numbers, with what each is.
func (s *Server) files() (fds []int, names []string, err error) {
	add := func(name string, fd int, err2 error) {
		fds, names, err = append(fds, fd), append(names, name), cmp.Or(err, err2)
	}
	add(fileLock, int(s.lock.Fd()), nil)
	for i, d := range s.doors {
		fd, err := number(d)
		add([]string{filePlay, fileOps}[i], fd, err)
	}
	for name, l := range map[string]net.Listener{fileConsole: s.consoles.local, fileSSH: s.consoles.ssh} {
		if c, ok := l.(syscall.Conn); ok {
			fd, err := number(c)
			add(name, fd, err)
		}
	}
	return fds, names, err
}

// bequeath is what is left to do when another process has taken over: this one ends, and
// says nothing to anybody.
func (s *Server) bequeath(all *universe.Paused, heir *handover.Heir) {
	serve.Bequeath(s.consoles.local)
	s.notify(fmt.Sprintf("MAINPID=%d", heir.PID()))
	s.succession.leaves, s.succession.by = all.HandOver, heir.PID()
	close(s.succession.over)
	for _, l := range []net.Listener{s.consoles.local, s.consoles.ssh} {
		if l != nil {
			_ = l.Close() // the new process listens: who comes in here would find nobody
		}
	}
}

// afterTime is how long this process keeps still when another has taken over, which needs
// the processors more.
const afterTime = time.Second

// leave ends this process's part in a shard that is another's.
func (s *Server) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownPatience)
	defer cancel()
	s.health.stopping.Store(true)
	<-time.After(afterTime)
	s.gate.Part()
	defer s.rounds.Close()
	return errors.Join(s.succession.leaves(ctx), s.gate.Close(ctx))
}

// Succeeded says whether another process has taken over from this one, Successor which.
func (s *Server) Succeeded() bool { return s.succession.done() }

// Successor is the number of the process that has taken over; 0 for none.
func (s *Server) Successor() int { return s.succession.by }
