package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"hotshard/console/command"
	"hotshard/console/serve"
	"hotshard/data/store"
	"hotshard/host/handover"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// How long the steps of an upgrade may take. While the new program proves itself the game
// goes on; from settleTime on it does not.
const (
	proofTime  = 60 * time.Second
	settleTime = 3 * time.Second // for logins to come to an end, and ticks
	takeTime   = 8 * time.Second // for the new program to be ready
	yoursTime  = 3 * time.Second // to tell it
	proofTries = 3               // where the scripts change meanwhile
)

// Upgrade implements command.Upgrader.
func (s *Server) Upgrade(ctx context.Context, w command.UpgradeWish, author string) (command.Upgraded, error) {
	line := "upgrade"
	if w.Path != "" {
		line += " " + w.Path
	}
	return s.upgrade(ctx, w, author, line)
}

// UpgradeBySignal is Upgrade of this process's own program, asked for by whoever may send
// it signals: the audit log has it as theirs.
func (s *Server) UpgradeBySignal(ctx context.Context) {
	const line = "upgrade"
	s.auditSignal(ctx, line, "asked for")
	if u, err := s.upgrade(ctx, command.UpgradeWish{}, bySignal, line); err != nil {
		s.log.Error("the upgrade came to nothing; this process goes on", "error", err)
		s.auditSignal(ctx, line, err.Error())
	} else {
		s.log.Info("another process has taken over", "pid", u.PID)
	}
}

// errGone is said to whoever is still connected to a process that has handed its shard over.
var errGone = errors.New("another process has the shard by now: connect again")

// bySignal is who asks where nobody has typed anything.
const bySignal = "signal"

func (s *Server) auditSignal(ctx context.Context, line, outcome string) {
	ctx, cancel := context.WithTimeout(ctx, journalTimeout)
	defer cancel()
	if _, err := s.store.Audit(ctx, store.AuditEntry{Who: bySignal, From: "SIGUSR2", Kind: line, Command: line, Outcome: outcome, Detail: map[string]world.Value{}}); err != nil {
		s.log.Error("the audit log could not be written", "error", err)
	}
}

// upgrade is an upgrade from its beginning to its end, whichever it is.
func (s *Server) upgrade(ctx context.Context, wish command.UpgradeWish, author, line string) (command.Upgraded, error) {
	if err := s.power.hold(s.cfg.Clock.Now()); err != nil {
		return command.Upgraded{}, err
	}
	if s.succession.done() {
		s.power.release()
		return command.Upgraded{}, errGone
	}
	s.succession.running.Add(1)
	defer s.succession.running.Done()
	defer s.power.release()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.succession.ctx, cancel)()
	path, err := program(wish.Path)
	if err != nil {
		return command.Upgraded{}, err
	}
	heir, err := handover.Start(path, s.cfg.Args, "WATCHDOG_PID")
	if err != nil {
		s.succession.note(upgradeRefused)
		return command.Upgraded{}, err
	}
	defer context.AfterFunc(ctx, func() { _ = heir.Deadline(time.Unix(1, 0)) })() // it is not waited for any longer
	w := &will{s: s, heir: heir, author: author, line: line, patience: cmp.Or(wish.Patience, proofTime)}
	if err := w.execute(ctx); err != nil {
		heir.Kill()
		_ = heir.Close() // there is nobody at the other end
		s.log.Warn("a program has not taken over, and is gone", "path", path, "error", err)
		return command.Upgraded{}, errors.Join(err, ctx.Err())
	}
	return w.done, nil
}

// program is the file to start.
func program(path string) (string, error) {
	if path == "" {
		if errOwnProgram != nil {
			return "", fmt.Errorf("where this program is cannot be told: give its path: %w", errOwnProgram)
		}
		path = ownProgram
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no %s on the shard's machine", path)
	case err != nil:
		return "", err
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return "", fmt.Errorf("%s is no program that can be run: chmod +x, if it is meant", path)
	}
	return filepath.Abs(path)
}

// will is one upgrade, as the process does it that goes.
type will struct {
	s            *Server
	heir         *handover.Heir
	author, line string
	patience     time.Duration

	began  time.Time
	steps  *steps
	proof  time.Duration
	proved attested
	done   command.Upgraded
}

// execute has the new program prove itself, and then take over. On an error all is as it
// was, but that the new program may still run.
func (w *will) execute(ctx context.Context) error {
	w.began = w.s.cfg.Clock.Now()
	for range proofTries {
		if err := w.prove(ctx); err != nil {
			w.s.succession.note(upgradeRefused)
			return fmt.Errorf("the new program has not proved itself: %w", err)
		}
		w.proof = time.Since(w.began)
		w.s.universe.Woken(ctx) // who comes back later asks the controller what to run, and it is held
		err := w.s.releases.controller.Hold(func(c release.Course) error {
			if c.Live.Hash != w.proved.Live {
				return errStale
			}
			return w.pass(ctx)
		})
		if !errors.Is(err, errStale) {
			return err
		}
	}
	w.s.succession.note(upgradeRefused)
	return errStale
}

// errStale is why what was proved is of no use.
var errStale = errors.New("the scripts changed each time while the new program proved itself: ask again when nobody changes them")

// prove has the new program show that it could go on.
func (w *will) prove(ctx context.Context) error {
	t := testament{Shard: w.s.cfg.Shard, PID: os.Getpid(), Version: w.s.cfg.Version}
	err := w.s.releases.controller.Hold(func(c release.Course) error {
		t.Disk, t.Live = bundle{c.Live.Number, sourcesOf(c.Disk)}, c.Live.Hash
		for _, p := range c.Patches {
			t.Patches = append(t.Patches, *p)
		}
		t.Broken = brokenIn(c.Live)
		return nil
	})
	if err != nil {
		return err
	}
	t.Images = w.s.copies(ctx)
	_ = w.heir.Deadline(w.s.cfg.Clock.Now().Add(w.patience)) // of one that is gone: sending says so
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := say(w.heir.Conn, sayProve, t); err != nil {
		return w.blame(err)
	}
	return w.hear(sayProved, &w.proved)
}

// hear waits for what the new program is to say.
func (w *will) hear(kind uint8, v any) error {
	m, err := w.heir.Receive()
	switch {
	case err != nil:
		return w.blame(err)
	case m.Kind == sayRefused:
		return errors.New(string(m.Data))
	case m.Kind != kind:
		return fmt.Errorf("it said %q where %q was to come", sayings[m.Kind], sayings[kind])
	case v != nil:
		return understand(m, v)
	}
	return nil
}

// blame says what is wrong with a program that does not speak, or listen.
func (w *will) blame(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("it did not answer in time")
	}
	select {
	case <-w.heir.Ended():
		return w.heir.Why()
	case <-time.After(time.Second): // it has closed its end, and may be about to
		return err
	}
}

// What of the systems is copied for the proof: what is small, so that nobody waits for it.
// The others are thawed when the game stands still, and if one is refused then, all goes on
// here.
const (
	copiesMost   = 16
	copyPlayers  = 100 // of a system with more no copy is made
	copyPatience = 2 * time.Second
)

// copies are some systems as they are now: services, and those with most players of which a
// copy is quick.
func (s *Server) copies(ctx context.Context) []legacy {
	var chosen []*system.System
	for _, a := range s.universe.Actors() {
		if len(chosen) < copiesMost && a.Stats().Players <= copyPlayers {
			chosen = append(chosen, a)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, copyPatience)
	defer cancel()
	var mu sync.Mutex
	var out []legacy
	_ = s.universe.Between(ctx, chosen, func(a *system.System) { // who does not answer is left out
		if one, err := s.legacy(a); err == nil {
			mu.Lock()
			defer mu.Unlock()
			out = append(out, one)
		}
	})
	return out
}

// legacy is a system as it is, on its goroutine.
func (s *Server) legacy(a *system.System) (legacy, error) {
	image, err := a.Image()
	if err != nil {
		return legacy{}, err
	}
	r := a.State().Release()
	h := imageHead{Shard: s.cfg.Shard, At: s.cfg.Clock.Now(), System: a.Address(), Release: r.Number, Hash: r.Hash}
	h.Map, err = mapSum(s.universe.Map(), h.System)
	return legacy{h, image}, err
}

// brokenIn are the scripts of a release that do not compile.
func brokenIn(r *code.Release) (paths []string) {
	for path, f := range r.Files {
		if f.Check() != nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// pass lets the game stand still and hands it over. Where that fails it goes on.
func (w *will) pass(within context.Context) (err error) {
	s := w.s
	ctx, cancel := context.WithTimeout(within, settleTime)
	defer cancel()
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
	s.greeted(ctx)
	if err := s.gate.Hold(ctx); err != nil {
		return err
	}
	undo = append(undo, s.gate.Resume)
	if err := w.introduce(); err != nil {
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

// introduce gives the new program the players' connections. The game goes on, though nobody's
// orders are read.
func (w *will) introduce() error {
	conns, err := w.s.gate.Connections()
	defer func() {
		for _, fd := range conns {
			_ = syscall.Close(fd) // they are open here all the same
		}
	}()
	if err != nil {
		return err
	}
	_ = w.heir.Deadline(w.s.cfg.Clock.Now().Add(min(takeTime, w.patience))) // of one that is gone: sending says so
	if err := w.heir.Send(handover.Message{Kind: sayPlayers, Files: conns}); err != nil {
		return w.blame(err)
	}
	return w.hear(sayHere, nil)
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
// has changed nothing. Then it is told to go on, and there is no way back.
func (w *will) give(ctx context.Context, all *universe.Paused, paused time.Time) error {
	s := w.s
	_ = w.heir.Deadline(w.s.cfg.Clock.Now().Add(min(takeTime, w.patience))) // of one that is gone: sending says so
	if ctx.Err() != nil {
		return ctx.Err()
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
	if err := w.send(systems, players); err != nil {
		return w.blame(err)
	}
	w.steps.done("sending")
	if err := w.hear(sayReady, nil); err != nil {
		return err
	}
	w.steps.done("the other")
	_ = w.heir.Deadline(w.s.cfg.Clock.Now().Add(yoursTime)) // as above
	if err := say(w.heir.Conn, sayYours, transfer{Paused: paused.UnixNano(), Proof: w.proof}); err != nil {
		return w.blame(err)
	}
	w.done = command.Upgraded{Version: w.proved.Version, PID: w.heir.PID(), Systems: len(systems), Players: s.universe.Players(), Proof: w.proof, Pause: time.Since(paused)}
	var first started
	if err := w.hear(sayGoing, &first); err != nil { // it is not ours any more, whatever this is
		s.log.Error("nothing is heard of the process that has taken over", "pid", w.heir.PID(), "error", err)
	} else {
		w.done.Pause = first.Pause
	}
	s.log.Info("how long it took to hand the shard over", w.steps.took...)
	s.bequeath(all, w.heir)
	return nil
}

// images are all systems that run, as they stand. What was asked of one since it stood
// still is done first.
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
	return out, errors.Join(errs...)
}

// send sends everything.
func (w *will) send(systems []legacy, gate []byte) error {
	c := w.heir.Conn
	files, names, err := w.s.files()
	if err != nil {
		return err
	}
	e := estate{Given: names, By: w.author, Line: w.line, Counts: w.s.succession.counted()}
	if err := say(c, sayTake, e, files...); err != nil {
		return err
	}
	if err := c.Send(handover.Message{Kind: sayGate, Data: gate}); err != nil {
		return err
	}
	for _, one := range systems {
		if err := say(c, sayImage, one); err != nil {
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
