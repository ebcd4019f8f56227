package spectate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"hotshard/console/serve"
	"hotshard/data/static"
	"hotshard/host/server"
	"hotshard/runtime/clock"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Config says what is shown, and where.
type Config struct {
	Data    string        // the folder of the shard
	What    string        // see server.OpenRecording
	From    time.Duration // how long before its end to begin; 0 for all of it
	Listen  string        // where the page is
	Anyone  bool          // and it may be where others can reach it
	Socket  string        // the console's; "" for one below Data
	Version string        // of the program
	Clock   clock.Clock   // the machine's where nil
	Log     *slog.Logger
	Out     io.Writer // where it says what it shows; nil for nowhere
}

// Theatre shows one recording to everybody who looks: they share the time line, and each
// follows whom they like.
type Theatre struct {
	cfg    Config
	world  *world.Universe
	meta   record.Meta
	name   string // of the recording
	gate   *gate.Gate
	page   net.Listener
	local  net.Listener
	scout  *scout
	asking chan struct{} // slots for what is tried in forks
	todo   chan func()   // what the goroutine of the copy is to do
	over   chan struct{} // it has ended

	// What follows belongs to that goroutine.
	deck    *record.Deck
	viewers map[world.CharacterID]*viewer
	pace    pace
	silent  bool // what is run is on the way to somewhere else
	changed bool // viewers are to be told how it stands
	toldAt  time.Time
	faults  []fault // of a copy that somebody has changed
}

// New opens a recording and the places where it is to be seen.
func New(cfg Config) (*Theatre, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.Machine{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Out == nil {
		cfg.Out = io.Discard
	}
	if err := server.Loopback(cfg.Listen); err != nil && !cfg.Anyone {
		return nil, fmt.Errorf("--listen: %w; or say --accept-anyone: whoever reaches the page sees what everybody did and was told", err)
	}
	t := &Theatre{
		cfg: cfg, viewers: map[world.CharacterID]*viewer{}, pace: pace{speed: 1},
		asking: make(chan struct{}, forksAtOnce), todo: make(chan func(), mostTodo), over: make(chan struct{}),
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	if err := t.listen(); err != nil {
		t.deck.Close()
		return nil, err
	}
	return t, nil
}

// open makes the copy.
func (t *Theatre) open() error {
	rec, err := server.OpenRecording(t.cfg.Data, t.cfg.What)
	if err != nil {
		return err
	}
	t.meta, t.name = rec.Meta, nameOf(t.cfg.What)
	if !strings.HasPrefix(string(rec.Meta.System), "@") {
		return fmt.Errorf("%s is a service: there is no space in it to look at. Without --listen it is run again all the same", rec.Meta.System)
	}
	if t.world, err = static.Unmarshal(rec.World()); err != nil {
		return fmt.Errorf("the map of the recording cannot be read: %w", err)
	}
	setup, from, err := t.setup(rec)
	if err != nil {
		return err
	}
	t.scout = newScout(t)
	t.deck, err = rec.NewDeck(setup, from, record.Hooks{Told: t.told, Fault: t.fault})
	if err == nil {
		t.pace.reset(t.cfg.Clock.Now(), t.deck.Here().At)
	}
	return err
}

// setup is how the copy is made, and from when on it is wanted.
func (t *Theatre) setup(rec *record.Recording) (setup record.Setup, from time.Time, err error) {
	if setup, err = server.Rerun(rec); err != nil || t.cfg.From == 0 {
		return setup, from, err
	}
	span, err := rec.Span()
	return setup, span.Until.Add(-t.cfg.From), err
}

// Run shows the recording until ctx ends.
func (t *Theatre) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	web := t.server()
	failed := make(chan error, 2)
	go func() { failed <- web.Serve(t.page) }()
	var all sync.WaitGroup
	all.Go(func() {
		if err := serve.Local(ctx, t.local, registry(t), t.Shard()); err != nil {
			failed <- err
		}
	})
	all.Go(func() { t.scout.run(ctx) })
	fmt.Fprintf(t.cfg.Out, "\n  replay   %s of %s\n  look     http://%s/\n  operate  bin/console --socket %s\n\n", t.meta.System, t.name, t.Addr(), t.cfg.Socket)
	err := t.loop(ctx, failed)
	cancel()
	end, stop := context.WithTimeout(context.Background(), farewell)
	defer stop()
	err = errors.Join(err, t.gate.Close(end), web.Close())
	all.Wait()
	return err
}

// farewell is how long those who look may take to be told that it is over.
const farewell = 5 * time.Second

// mostTodo is how much may wait for the goroutine of the copy.
const mostTodo = 256

// turnEvery is how often the goroutine of the copy looks whether something is due: often
// enough that nobody sees it.
const turnEvery = 20 * time.Millisecond

// loop is the goroutine of the copy.
func (t *Theatre) loop(ctx context.Context, failed <-chan error) error {
	defer close(t.over)
	defer func() { t.deck.Close() }()
	ticker, sweep := t.cfg.Clock.NewTicker(turnEvery), t.cfg.Clock.NewTicker(time.Second)
	defer ticker.Stop()
	defer sweep.Stop()
	for {
		select {
		case do := <-t.todo:
			do()
		case <-ticker.Chan():
			t.turn(t.cfg.Clock.Now())
		case <-sweep.Chan():
			t.gate.Sweep()
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// post hands something to the goroutine of the copy. false: it has ended.
func (t *Theatre) post(do func()) bool {
	select {
	case t.todo <- do:
		return true
	case <-t.over:
		return false
	}
}

// errOver is the error of who asks a theatre that has closed.
var errOver = errors.New("the replay has ended")

// do has something done on the goroutine of the copy, and waits for it.
func (t *Theatre) do(ctx context.Context, what func()) error {
	done := make(chan struct{})
	select {
	case t.todo <- func() { defer close(done); what() }:
	case <-t.over:
		return errOver
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-t.over:
		return errOver
	}
}

// told passes on what a player was told to those who follow them.
func (t *Theatre) told(whose world.CharacterID, f *wire.Frame) {
	if t.silent || ownEvent(f) {
		return
	}
	for _, v := range t.viewers {
		if v.follow == whose {
			v.client.Send(f)
		}
	}
}

// fault takes an error of the scripts. What a copy that nobody has changed does wrong is in
// the recording, and the scout finds it there.
func (t *Theatre) fault(f script.Fault) {
	if t.deck == nil || !t.deck.Touched() {
		return
	}
	here := t.deck.Here()
	t.faults = append(t.faults, fault{here, f})
	t.changed = true
}

// system is the one that is shown.
func (t *Theatre) system() *system.System { return t.deck.System() }
