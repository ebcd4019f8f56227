package universe

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// ErrClosed is what everybody hears once the shard is stopping.
var ErrClosed = errors.New("the shard is stopping")

// Characters loads what the shard keeps of a player. Load is called on the
// goroutine of the player's connection, or of the system the player just left.
type Characters interface {
	Load(ctx context.Context, id world.CharacterID) (system.Character, error)
	system.Saver
}

// Config says what the universe is made of.
type Config struct {
	Map        *world.Universe
	Characters Characters
	Release    *code.Release // what systems start on; see SetCourse
	// Home is where characters begin that have been nowhere yet.
	Home   world.SystemID
	Routes *world.Router // of Map; nil to have them made
	// System is the ground for every actor's configuration; the universe fills
	// in who and where it is.
	System system.Config
	// Record makes what records an actor, nil for nobody; it may be nil itself.
	Record func(*system.Config) system.Sink
	// Rests keeps systems that nobody uses; nil: they end.
	Rests Rests
	// Elsewhere is what of the universe other processes run; nil: nothing.
	Elsewhere Elsewhere
	Log       *slog.Logger
}

// Universe implements gate.World for the players' side; the systems see it as
// their system.Router.
type Universe struct {
	cfg     Config
	log     *slog.Logger
	course  atomic.Pointer[course]
	serving atomic.Bool // services have been started
	routes  *world.Router

	mu      sync.RWMutex
	actors  map[world.Address]*system.System
	waking  map[world.Address]waker          // they are no actors yet
	ending  map[world.Address]*system.System // they take no messages any more
	where   map[world.CharacterID]world.Address
	closing bool
	halting *barrier // of Halt
	running sync.WaitGroup
}

// New makes a universe in which nothing runs yet.
func New(cfg Config) *Universe {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	u := &Universe{
		cfg:    cfg,
		log:    cfg.Log,
		routes: cfg.Routes,
		actors: make(map[world.Address]*system.System),
		waking: make(map[world.Address]waker),
		ending: make(map[world.Address]*system.System),
		where:  make(map[world.CharacterID]world.Address),
	}
	if u.routes == nil {
		u.routes = world.NewRouter(cfg.Map)
	}
	u.course.Store(&course{all: cfg.Release})
	u.cfg.Release = nil // or the first release would never be forgotten
	return u
}

// Map is the static map.
func (u *Universe) Map() *world.Universe { return u.cfg.Map }

// Routes finds ways through the map's gates.
func (u *Universe) Routes() *world.Router { return u.routes }

// Release is what a system that starts now runs.
func (u *Universe) Release() *code.Release { return u.course.Load().all }

// course says what actors start on.
type course struct {
	all *code.Release
	own map[world.Address]*code.Release // of canaries
}

// releaseOf is what the actor with the address starts on.
func (u *Universe) releaseOf(a world.Address) *code.Release {
	k := u.course.Load()
	if r := k.own[a]; r != nil {
		return r
	}
	return k.all
}

// SetCourse changes what actors start on, some of them on releases of their own, and
// starts services that are new, once the others have been started. One that runs anything else by then, or was just
// starting on it, starts again.
func (u *Universe) SetCourse(all *code.Release, own map[world.Address]*code.Release) {
	next := &course{all, make(map[world.Address]*code.Release, len(own))}
	for a, r := range own {
		next.own[u.canonical(a)] = r
	}
	u.course.Store(next)
	for _, s := range u.Actors() {
		u.settle(s)
	}
	if u.serving.Load() {
		u.StartServices()
	}
}

// settle brings a system that missed a release, or does not run at all, onto the
// one it should run.
func (u *Universe) settle(s *system.System) {
	_ = s.Post(system.Between(func(s *system.System) { // one that is gone starts on the right one
		r := u.releaseOf(s.Address())
		if st := s.State(); st == nil || r != nil && st.Release().Hash != r.Hash {
			_ = s.Restart() // it tells whoever asks why it does not run
		}
	}))
}

// Start returns the running system or service with the address, starting it if
// it does not run.
func (u *Universe) Start(a world.Address) (*system.System, error) { return u.actor(u.canonical(a)) }

// StartServices starts every service of the release that does not run yet.
func (u *Universe) StartServices() {
	u.serving.Store(true)
	for _, name := range ServiceNames(u.Release()) {
		if u.elsewhere(world.Address(name)) {
			continue // whoever has the right to runs it
		}
		if _, err := u.actor(world.Address(name)); err != nil {
			u.log.Error("a service could not be started", "service", name, "error", err)
		}
	}
}

const serviceDir = "services/"

// ServiceNames lists the services of a release: the files directly in services/,
// their tests left out.
func ServiceNames(r *code.Release) []string {
	if r == nil {
		return nil
	}
	var names []string
	for path := range r.Files {
		name, ok := strings.CutPrefix(path, serviceDir)
		name, lua := strings.CutSuffix(name, ".lua")
		if ok && lua && !strings.Contains(name, "/") && !strings.HasSuffix(name, "_test") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// actor returns the running system or service with the address, starting it if
// it does not run.
func (u *Universe) actor(a world.Address) (*system.System, error) {
	u.mu.RLock()
	s, closing := u.known(a), u.closing
	u.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	if closing {
		return nil, ErrClosed
	}
	cfg, err := u.configure(a)
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if s := u.known(a); s != nil {
		return s, nil
	}
	if u.closing {
		return nil, ErrClosed
	}
	if u.elsewhere(a) {
		return nil, fmt.Errorf("%s: %w", a, ErrElsewhere)
	}
	s = system.New(cfg)
	u.begin(s)
	return s, nil
}

// Describe says what the actor with the address is, and whom it tells.
func (u *Universe) Describe(a world.Address) (system.Config, error) { return u.configure(a) }

// configure says what the actor with the address is.
func (u *Universe) configure(a world.Address) (system.Config, error) {
	cfg, err := u.describe(a)
	if err == nil && u.cfg.Record != nil {
		cfg.Record = u.cfg.Record(&cfg)
	}
	return cfg, err
}

func (u *Universe) describe(a world.Address) (cfg system.Config, err error) {
	a = u.canonical(a)
	cfg = u.cfg.System
	cfg.Release = func() *code.Release { return u.releaseOf(a) }
	cfg.Router = router{u}
	cfg.Saver = u.cfg.Characters
	cfg.Log = u.log
	cfg.NameOf = u.nameOf
	if e := u.cfg.Elsewhere; e != nil {
		defer func() { e.Prepare(&cfg) }()
	}
	if err := u.exists(a); err != nil {
		return cfg, err
	}
	if name, ok := strings.CutPrefix(string(a), "@"); ok {
		m := u.cfg.Map.ByName(name)
		cfg.Address, cfg.Static = world.SystemAddress(m.Name), m
		cfg.Seed = seed(u.cfg.Map.Seed, m.Name)
		return cfg, nil
	}
	cfg.Address, cfg.Module = a, "services."+string(a)
	cfg.Seed = seed(u.cfg.Map.Seed, string(a))
	return cfg, nil
}

// exists says whether there is an actor with the address to be run.
func (u *Universe) exists(a world.Address) error {
	if name, ok := strings.CutPrefix(string(a), "@"); ok {
		if u.cfg.Map.ByName(name) == nil {
			return fmt.Errorf("there is no system called %s", name)
		}
		return nil
	}
	if r := u.Release(); r == nil || r.Files[serviceDir+string(a)+".lua"] == nil {
		return fmt.Errorf("there is no service called %s: it would be %s%s.lua", a, serviceDir, a)
	}
	return nil
}

func (u *Universe) nameOf(id world.SystemID) string {
	if m := u.cfg.Map.System(id); m != nil {
		return m.Name
	}
	return ""
}

// seed gives every actor its own chance, the same at every start.
func seed(base uint64, name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64() ^ base
}

// canonical is the one address under which an actor is known.
func (u *Universe) canonical(a world.Address) world.Address {
	if name, ok := strings.CutPrefix(string(a), "@"); ok {
		if m := u.cfg.Map.ByName(name); m != nil {
			return world.SystemAddress(m.Name)
		}
	}
	return a
}

// deliver puts the message into the inbox of the address, starting its owner
// where needed. One that is being unloaded at this moment is started again.
func (u *Universe) deliver(a world.Address, m system.Message) error {
	for {
		if u.elsewhere(a) {
			if err := u.exists(a); err != nil {
				return err
			}
			return u.cfg.Elsewhere.Send(a, m)
		}
		s, err := u.actor(a)
		if errors.Is(err, ErrElsewhere) {
			continue // it has just moved
		}
		if err != nil {
			return err
		}
		if err = s.Post(m); !errors.Is(err, system.ErrGone) {
			return err
		}
		u.replace(s)
	}
}

// drop forgets an actor that has ended.
func (u *Universe) drop(s *system.System) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.halting != nil {
		u.halting.arrive(s)
	}
	if u.actors[s.Address()] == s {
		delete(u.actors, s.Address())
	}
	if u.ending[s.Address()] == s {
		delete(u.ending, s.Address())
	}
}

// Actors lists everything that runs now, systems and services, by address.
func (u *Universe) Actors() []*system.System {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.list()
}

// list is Actors, with the lock.
func (u *Universe) list() []*system.System {
	all := make([]*system.System, 0, len(u.actors))
	for _, s := range u.actors {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *system.System) int { return strings.Compare(string(a.Address()), string(b.Address())) })
	return all
}

// AppendActors adds everything that runs now to a list, in no order. It holds up nobody
// for longer than the copying takes.
func (u *Universe) AppendActors(list []*system.System) []*system.System {
	u.mu.RLock()
	defer u.mu.RUnlock()
	for _, s := range u.actors {
		list = append(list, s)
	}
	return list
}

// Running returns the actor with the address if it runs, or nil; it starts none.
func (u *Universe) Running(a world.Address) *system.System {
	a = u.canonical(a)
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.actors[a]
}

// Stats tells how everything does that runs now, by address.
func (u *Universe) Stats() []system.Stats {
	actors := u.Actors()
	stats := make([]system.Stats, len(actors))
	for i, s := range actors {
		stats[i] = s.Stats()
	}
	return stats
}

// Players is how many characters are in the game.
func (u *Universe) Players() int {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return len(u.where)
}

// Close stops everything that runs: scripts are told, everybody is saved to the
// Saver. It returns when all have ended, or with the context's error.
func (u *Universe) Close(ctx context.Context) error {
	for _, s := range u.close() {
		s.Stop(stopping)
	}
	return u.ended(ctx)
}

// ended waits until nothing runs any more.
func (u *Universe) ended(ctx context.Context) error {
	done := make(chan struct{})
	go func() { u.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("not every system has stopped: %w", ctx.Err())
	}
}

// loadTimeout bounds how long a login waits for the store.
const loadTimeout = 10 * time.Second
