package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/host/handover"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
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
	if s.mesh != nil {
		return command.Upgraded{}, errors.New("a node of a cluster is not taken over: stop it, which moves what it runs to the others, and start the new program with the same --node")
	}
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

	began      time.Time
	steps      *steps
	proof      time.Duration
	proved     attested
	introduced bool // the players' connections have been given away, what there were
	done       command.Upgraded
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
	t := testament{Speech: speech, Shard: w.s.cfg.Shard, PID: os.Getpid(), Version: w.s.cfg.Version}
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
		if m, err := w.heir.Receive(); err == nil && m.Kind == sayRefused { // its last word
			return errors.New(string(m.Data))
		}
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
