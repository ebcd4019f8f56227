package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"hotshard/console/serve"
	"hotshard/data/store"
	"hotshard/host/handover"
	"hotshard/host/opspage"
	"hotshard/runtime/gate"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// heir is the new process on its way to take over.
type heir struct {
	s     *Server
	from  *handover.Conn
	place place

	disk    *code.Release // of the testament, as the next two
	live    *code.Release
	patches []*release.Patch

	arrived *gate.Arrivals
	estate  estate
	steps   *steps
	thawed  []*system.System
}

// takeOver is open in a process that another one gives its shard to. It returns when this
// process has gone on with it; before that nothing outside is changed, and an error ends
// the process.
func (s *Server) takeOver() error {
	h := &heir{s: s, from: s.cfg.From, arrived: gate.NewArrivals(gate.Config{})}
	err := h.rise()
	if err != nil {
		_ = h.from.Send(handover.Message{Kind: sayRefused, Data: []byte(err.Error())}) // who does not hear it sees our end
	}
	return errors.Join(err, h.from.Close())
}

func (h *heir) rise() (err error) {
	if h.place, err = h.s.place(); err != nil {
		return err
	}
	if h.s.watcher, err = watch.New(watch.Config{Root: h.s.cfg.Scripts, Clock: h.s.cfg.Clock, Log: h.s.log}); err != nil {
		return err
	}
	if err := h.s.newPage(); err != nil {
		return err
	}
	opspage.Prepare()
	if _, err := h.place.packed(); err != nil {
		return err
	}
	for {
		m, err := h.from.Receive()
		if err != nil {
			return fmt.Errorf("the process to take over from: %w", err)
		}
		switch m.Kind {
		case sayProve:
			err = h.prove(m)
		case sayPlayers:
			err = h.meet(m)
		case sayTake:
			return h.take(m)
		default:
			err = fmt.Errorf("it said %q, which was not its turn", sayings[m.Kind])
		}
		if err != nil {
			return err
		}
	}
}

// prove shows that this program can go on with what it is given: with the store as it is,
// with all scripts, and with copies of systems.
func (h *heir) prove(m handover.Message) error {
	var t testament
	if err := understand(m, &t); err != nil {
		return err
	}
	if t.Speech != speech {
		return errSpeech
	}
	if t.Shard != h.s.cfg.Shard {
		return fmt.Errorf("it is the shard %s, and this program's arguments say %s", t.Shard, h.s.cfg.Shard)
	}
	ctx, cancel := context.WithTimeout(context.Background(), proofTime)
	defer cancel()
	if err := store.Fits(ctx, h.s.cfg.Store); err != nil {
		return err
	}
	if err := h.compile(&t); err != nil {
		return err
	}
	if err := h.rehearse(t.Images); err != nil {
		return err
	}
	return say(h.from, sayProved, attested{Live: h.live.Hash, Version: h.s.cfg.Version, Thawed: len(t.Images)})
}

// errSpeech is said by a program to one that hands over in another way.
var errSpeech = errors.New("the two builds hand over in different ways: stop the shard and start the new one, and its systems go on from their images")

// compile makes the release that runs, and reads all its scripts and types.
func (h *heir) compile(t *testament) (err error) {
	h.disk, h.patches = code.NewRelease(t.Disk.Number, t.Disk.Files), nil
	for i := range t.Patches {
		h.patches = append(h.patches, &t.Patches[i])
	}
	if h.live, err = release.Overlay(h.disk, h.patches); err != nil {
		return fmt.Errorf("the patches do not fit: %w", err)
	}
	if h.live.Hash != t.Live {
		return fmt.Errorf("release %d comes out otherwise here: %s instead of %s", h.live.Number, h.live.Hash, t.Live)
	}
	for path, f := range h.live.Files {
		if err := f.Check(); err != nil && !slices.Contains(t.Broken, path) {
			return fmt.Errorf("this program does not take a script that the other one takes: %w", err)
		}
	}
	if _, err := h.s.types.Data(h.live); err != nil {
		return fmt.Errorf("the types are no good: %w", err)
	}
	return nil
}

// rehearse thaws copies of systems, which are then thrown away. They are not connected to
// anything, and do not run.
func (h *heir) rehearse(copies []legacy) error {
	u := h.s.newUniverse(h.s.newDeps(h.place), h.place.home, h.live)
	for _, c := range copies {
		s, err := u.Thaw(c.Head.System, h.live, c.Image, reload.Thaw)
		if err != nil {
			return fmt.Errorf("%s cannot be gone on with: %w", c.Head.System, err)
		}
		s.State().Close()
	}
	g := gate.New(gate.Config{})
	nobody, err := g.Export() // what it takes to read one is made once, and now
	if err != nil {
		return err
	}
	return g.Adopt(nobody, nil, nil)
}

// take takes everything over, says so, and goes on when it is told to.
func (h *heir) take(m handover.Message) error {
	s := h.s
	if h.live == nil {
		return errors.New("nothing was proved")
	}
	if err := understand(m, &h.estate); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what comes now stays, and somebody waits
	h.steps = newSteps(s.cfg.Clock)
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"files", func() error { return h.open(m.Files) }},
		{"store", s.openStore},
		{"parts", func() error { return s.assemble(h.place, h.disk, h.patches) }},
		{"listeners", s.listen},
		{"connections", h.connect},
		{"systems", h.thaw},
		{"places", h.arrive},
	} {
		if err := step.do(); err != nil {
			return err
		}
		h.steps.done(step.name)
	}
	if err := say(h.from, sayReady, nil); err != nil {
		return err
	}
	return h.goOn()
}

// open takes the files of the estate.
func (h *heir) open(fds []int) error {
	if len(fds) != len(h.estate.Given) {
		return fmt.Errorf("%d files came, and %d are told of", len(fds), len(h.estate.Given))
	}
	var errs []error
	for i, fd := range fds {
		errs = append(errs, h.accept(h.estate.Given[i], os.NewFile(uintptr(fd), h.estate.Given[i])))
	}
	return errors.Join(errs...)
}

func (h *heir) accept(name string, f *os.File) (err error) {
	g := &h.s.given
	if name == fileLock {
		h.s.lock = f
		return nil
	}
	defer f.Close()
	switch name {
	case filePlay:
		g.play, err = net.FileListener(f)
	case fileOps:
		g.ops, err = net.FileListener(f)
	case fileSSH:
		g.ssh, err = net.FileListener(f)
	case fileConsole:
		g.console, err = serve.Inherit(f, h.s.cfg.Socket)
	default:
		err = fmt.Errorf("nobody knows what %q is", name)
	}
	return err
}

// meet makes connections of what it is given, and all that is needed to go on with them: the
// other process uses them still.
func (h *heir) meet(m handover.Message) error {
	conns := make([]net.Conn, len(m.Files))
	for i, fd := range m.Files {
		f := os.NewFile(uintptr(fd), "player")
		c, err := net.FileConn(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("a player's connection: %w", err)
		}
		conns[i] = c
	}
	if err := h.arrived.Add(m.Data, conns); err != nil {
		return err
	}
	return say(h.from, sayHere, nil)
}

// connect takes the players' connections over.
func (h *heir) connect() error {
	m, err := h.next(sayGate)
	if err != nil {
		return err
	}
	return h.s.gate.Adopt(m.Data, h.arrived, h.s.turnstile.Resume)
}

func (h *heir) next(kind uint8) (handover.Message, error) {
	m, err := h.from.Receive()
	if err == nil && m.Kind != kind {
		err = fmt.Errorf("it said %q where %q was to come", sayings[m.Kind], sayings[kind])
	}
	return m, err
}

// thaw makes systems of what comes, several at once.
func (h *heir) thaw() error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	defer wg.Wait()
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for {
		m, err := h.from.Receive()
		switch {
		case err != nil:
			return err
		case m.Kind == sayAll:
			wg.Wait()
			return errors.Join(errs...)
		case m.Kind != sayImage:
			return fmt.Errorf("it said %q in the middle of its systems", sayings[m.Kind])
		}
		image, err := h.next(sayBytes)
		if err != nil {
			return err
		}
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			sys, err := h.revive(m, image.Data)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			h.thawed = append(h.thawed, sys)
		})
	}
}

// revive makes a system of its image, with the connections of its players.
func (h *heir) revive(m handover.Message, image []byte) (*system.System, error) {
	var head imageHead
	if err := understand(m, &head); err != nil {
		return nil, err
	}
	u := h.s.universe
	if sum, err := mapSum(u.Map(), head.System); err != nil || sum != head.Map {
		return nil, fmt.Errorf("%s: %w", head.System, errors.Join(errMap, err))
	}
	live := h.s.releases.controller.Live()
	if head.Hash != live.Hash {
		return nil, fmt.Errorf("%s runs release %d (%s), and all others %s", head.System, head.Release, head.Hash, live.Hash)
	}
	return u.ThawWith(head.System, live, image, reload.Thaw, func(id world.CharacterID) system.Client {
		if c := h.s.gate.Playing(id); c != nil {
			return c
		}
		return system.Nobody
	})
}

// arrive gives the systems their places.
func (h *heir) arrive() error {
	states := map[string]*script.State{}
	for _, sys := range h.thawed {
		h.s.universe.Enlist(sys)
		states[bare(string(sys.Address()))] = sys.State()
	}
	_, refused := h.s.releases.controller.Arrive(states)
	var errs []error
	for unit, err := range refused {
		errs = append(errs, fmt.Errorf("%s: %w", unit, err))
	}
	return errors.Join(errs...)
}

// goOn waits for the last word, and lets everything go on.
func (h *heir) goOn() error {
	m, err := h.next(sayYours)
	if err != nil {
		return err
	}
	var t transfer
	if err := understand(m, &t); err != nil {
		return err
	}
	s := h.s
	if err := s.resting.load(context.Background()); err != nil {
		s.log.Error("systems that rested start from the store: who they are cannot be read", "error", err)
	}
	s.gate.Speak()
	for _, sys := range h.thawed {
		sys.LoseNobodies()
		sys.FailLost(errLost)
		sys.TakenOver()
		s.universe.Resume(sys)
	}
	h.steps.done("word")
	pause := time.Since(time.Unix(0, t.Paused))
	s.gate.Resume()
	h.steps.done("orders")
	s.succession.took(h.estate.Counts, pause)
	_ = say(h.from, sayGoing, started{pause}) // who does not hear it lets go all the same
	s.recalled = recalled{systems: len(h.thawed), players: s.universe.Players(), took: pause}
	h.note(t, pause)
	h.differs()
	return nil
}

// note writes down that the shard is this process's now. Nothing depends on it but what a
// crash is made good from, and what operators read.
func (h *heir) note(t transfer, pause time.Duration) {
	s := h.s
	signLock(s.lock)
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	last, err := s.keptStop(ctx)
	if err == nil {
		err = s.putStop(ctx, lastStop{id: last.id, used: true, lost: last.lost, runs: s.runs(last.runs)})
	}
	outcome := fmt.Sprintf("process %d (version %s) has taken over %s and %s: it had proved itself after %.1f s, and the game stood still for %d ms", os.Getpid(), s.cfg.Version,
		count(len(h.thawed), "system", "systems"), count(s.universe.Players(), "player", "players"), t.Proof.Seconds(), pause.Milliseconds())
	_, audited := s.store.Audit(ctx, store.AuditEntry{Who: h.estate.By, From: "upgrade", Kind: "upgrade", Command: h.estate.Line, Outcome: outcome, Detail: map[string]world.Value{}})
	if err := errors.Join(err, audited); err != nil {
		s.log.Error("the upgrade could not be written down", "error", err)
	}
	s.log.Info("the shard is taken over", "systems", len(h.thawed), "players", s.universe.Players(), "proof", t.Proof.Round(time.Millisecond), "pause", pause.Round(time.Millisecond))
	s.log.Info("how long it took to take the shard over", h.steps.took...)
}

// differs has scripts that are not as they run taken like saved files: on the disk they were
// changed while nobody watched, or wait for a promote.
func (h *heir) differs() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, err := h.s.watcher.Scan(ctx)
	if err != nil {
		h.s.log.Error("the scripts on the disk could not be read", "error", err)
		return
	}
	if store.HashFiles(sourcesOf(h.disk)) != store.HashFiles(b.Changed) {
		h.s.startQueue = b.Changed
	}
}
