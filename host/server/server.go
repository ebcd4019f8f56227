package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hotshard/bindings"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/api"
	"hotshard/host/bus"
	"hotshard/host/document"
	"hotshard/host/mesh"
	"hotshard/host/opspage"
	"hotshard/host/shelf"
	"hotshard/host/traces"
	"hotshard/host/web"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/record"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/span"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// Server is one shard, wired.
type Server struct {
	cfg     Config
	log     *slog.Logger
	tail    *tail
	started time.Time

	lock           *os.File
	store          *store.Store
	saves          *characters
	sanctions      *sanctions
	types          bindings.TypeReader
	deps           *bindings.Deps
	universe       *universe.Universe
	mesh           *mesh.Mesh // nil for a shard of one process
	bus            *bus.Bus   // the mesh's
	follower       *follower
	codes          *together
	releasesBefore []release.Record // of a cluster, before what this node has begun with
	nodeLoads      nodeLoads
	tally          system.Tally
	refusals       *peer.Refusals
	turnstile      *peer.Turnstile
	gate           *gate.Gate
	rounds         gate.Rounds
	watcher        *watch.Watcher
	releases       *releases
	panels         *panels
	faults         *faults
	quarantine     quarantine
	hot            *hot
	logpoints      *logpoints
	tokens         *tokens
	traces         *traces.Tracer // nil where nobody follows anything
	backups        *backups
	load           *loads
	holdings       *holdings
	resting        *resting
	pressure       pressure
	supervisor     *supervisor
	shares         *shares
	recorder       *record.Recorder // nil where nothing is recorded
	shadows        shadows
	run            string // tells this run of the shard from others
	books          *books
	power          power
	health         health
	dog            watchdog
	certificate    *certificate      // nil where players' connections are not encrypted
	notices        []string          // for operators: what happened at the start
	startQueue     map[string][]byte // saved while a production shard was down
	errands        *errands          // what tasks have asked of the store
	recalled       recalled          // what the start has gone on with
	frozen         *release.Freeze   // as it was when the shard stopped

	play, ops  net.Listener
	doors      []*door // to players, then to operators' programs
	visits     visits
	given      given // by another process, which this one takes over from
	succession succession
	consoles   consoles
	page       http.Handler  // the players'; made before it is needed, by a process that takes over
	opspage    *opspage.Page // nil without ops
	servers    []*http.Server
	closing    sync.Once
	closed     error
}

// New makes a shard, opens its sockets and goes on with the systems that the last stop
// has kept; Run makes it serve. On an error everything that was opened is closed again.
func New(cfg Config) (*Server, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	started := cfg.Clock.Now()
	t := newTail(cfg.handler())
	s := &Server{cfg: cfg, tail: t, log: slog.New(t), started: started}
	s.refusals, s.quarantine = new(peer.Refusals), newQuarantine(s)
	s.faults, s.hot, s.logpoints = newFaults(s.log, s.cfg.Clock), newHot(s.cfg.Clock), newLogpoints(s.cfg.Clock, s.log)
	s.tokens = newTokens(s.cfg.Clock)
	s.backups = newBackups(&s.cfg, s.log)
	s.health.init(s)
	s.dog = newWatchdog()
	s.power.init()
	s.succession.init()
	s.errands, s.run, s.follower, s.codes = newErrands(), rand.Text(), newFollower(s), &together{s: s}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// StarterPurse is what a new character begins with, in hundredths: enough for the fees of
// a first sale.
const StarterPurse = 500_000

// open is New after the configuration, in the order in which things need each
// other.
func (s *Server) open() (err error) {
	if s.cfg.From != nil {
		return s.takeOver()
	}
	if s.lock, err = lockData(s.cfg.Data); err != nil {
		return err
	}
	p, err := s.place()
	if err != nil {
		return err
	}
	if err := s.openStore(); err != nil {
		return err
	}
	if err := s.join(); err != nil {
		return err
	}
	if s.watcher, err = watch.New(watch.Config{Root: s.cfg.Scripts, Clock: s.cfg.Clock, Log: s.log}); err != nil {
		return err
	}
	first, patches, err := s.firstRelease()
	if err != nil {
		return err
	}
	if err := s.assemble(p, first, patches); err != nil {
		return err
	}
	if s.mesh != nil {
		if err := s.releases.controller.Follow(context.Background()); err != nil {
			return err
		}
		return s.listen() // its systems begin when they are owned: see Run
	}
	s.inherit()
	if err := s.listen(); err != nil {
		return err
	}
	s.keepListeners()
	return s.recall(context.Background())
}

// place is where the game is played.
type place struct {
	m      *world.Universe
	home   *world.SolarSystem // of new characters
	routes *world.Router
	packed func() ([]byte, error) // the map as recordings have it, made once
	ways   *bindings.Regions
}

func (s *Server) place() (p place, err error) {
	if p.m, err = loadMap(&s.cfg); err != nil {
		return p, err
	}
	if p.home, err = home(p.m, s.cfg.Home); err != nil {
		return p, err
	}
	p.routes, p.ways = world.NewRouter(p.m), new(bindings.Regions)
	p.packed = sync.OnceValues(func() ([]byte, error) { return static.Marshal(p.m) })
	return p, nil
}

func (s *Server) openStore() (err error) {
	s.store, err = store.Open(context.Background(), s.cfg.Store, store.Options{
		Now: s.cfg.Clock.Now, Log: s.log, AutoCreate: !s.cfg.Production, HashCost: s.cfg.HashCost, SessionIdle: s.cfg.SessionIdle, Purse: StarterPurse, Dir: s.cfg.Data,
		Shared: s.cfg.Cluster.on(),
		Owner:  store.Owner{Shard: s.cfg.Shard, Production: s.cfg.Production, Accept: s.cfg.AcceptData},
	})
	if err != nil {
		return err
	}
	s.saves, s.types.Owners = newCharacters(s.store, s.log), owners{s.store}
	return nil
}

// newDeps is what scripts may ask of the shard.
func (s *Server) newDeps(p place) *bindings.Deps {
	deps := StoreDeps(p.m, p.routes, s.store)
	deps.Mutes, deps.Characters, deps.Outside, deps.Regions = s.sanctions, everybody{s}, s.errands.run, p.ways
	if s.mesh != nil {
		deps.InName = s.inName
	}
	return deps
}

// assemble puts the parts together over a store that is open. Nothing runs yet.
func (s *Server) assemble(p place, first *code.Release, patches []*release.Patch) (err error) {
	if err := s.follow(); err != nil {
		return err
	}
	if s.sanctions, err = newSanctions(s.store, s.cfg.Clock); err != nil {
		return err
	}
	deps, start := s.newDeps(p), p.home
	s.supervisor, s.shares = &supervisor{s: s}, newShares()
	s.resting, s.pressure = newResting(s), pressure{systems: s.cfg.Loaded, bytes: uint64(s.cfg.Memory)}
	s.deps, s.recorder, s.shadows = deps, s.newRecorder(p), newShadows(s)
	s.universe = s.newUniverse(deps, start, first)
	s.panels = newPanels(s)
	s.releases = newReleases(s, first, patches, deps)
	s.load, s.holdings = newLoads(s.universe), newHoldings(s.universe)
	s.books = newBooks(s.store, s.log)
	s.turnstile = s.newTurnstile()
	s.gate = gate.New(gate.Config{
		Accounts: accounts{s.store, s.sanctions, start.ID, s.log}, World: &pageWorld{World: s.world(), s: s}, Clock: s.cfg.Clock, Log: s.log, Welcome: s.welcome, Linger: s.cfg.Linger, LoginTimeout: s.cfg.SignInTime,
		Tracer: s.tracer(), Proxies: s.cfg.proxies, LimitLocal: s.cfg.LimitLoopback, Refusals: s.refusals, Registrations: registrations(s.cfg.Registrations),
	})
	return nil
}

// scriptOptions are those of every Lua state, also of those that stage.
func (s *Server) scriptOptions() script.Options {
	return script.Options{Entry: []string{"main"}, Started: s.started, Now: s.cfg.Clock.Now, Strict: true, Data: s.types.Data, MostHeld: s.cfg.SystemMemory}
}

func (s *Server) newUniverse(deps *bindings.Deps, start *world.SolarSystem, first *code.Release) *universe.Universe {
	opts := s.scriptOptions()
	opts.Points = s.logpoints.points
	return universe.New(universe.Config{
		Map: deps.Map, Characters: s.saves, Release: first, Home: start.ID, Log: s.log, Routes: deps.Routes, Record: s.sink, Rests: s.rests(), Elsewhere: s.elsewhere(),
		System: system.Config{
			Script:       opts,
			Bind:         bindings.Binder(deps),
			Events:       bindings.Teller,
			OnFault:      func(a world.Address, f script.Fault) { s.releases.fault(a, f) },
			OnQuarantine: s.quarantine.shut,
			OnBroken:     s.supervisor.broken,
			Last:         s.supervisor.last,
			OnLog:        s.scriptLog,
			OnSampled:    s.hot.sampled,
			Tracer:       s.tracer(),
			UnloadAfter:  s.cfg.UnloadAfter,
			Rest:         s.resting.keep,
			Clock:        s.cfg.Clock,
			Tally:        &s.tally,
			CohortsFrom:  s.cfg.CohortsFrom,
			NewRound:     func() system.Round { return round{s.rounds.New()} },
		},
	})
}

// follow begins to follow commands, where there is a collector.
func (s *Server) follow() (err error) {
	s.traces, err = traces.New(context.Background(), traces.Config{Endpoint: s.cfg.Traces, Ratio: s.cfg.TraceRatio, Shard: s.cfg.Shard, Version: s.cfg.Version, Log: s.log})
	return err
}

// tracer follows players' commands; nil where nobody wants it.
func (s *Server) tracer() span.Tracer {
	if s.traces == nil {
		return nil
	}
	return s.traces
}

// scriptLog takes what scripts print and log.
func (s *Server) scriptLog(a world.Address, level, module, text string) {
	l := slog.LevelInfo
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	s.log.Log(context.Background(), l, text, "system", string(a), "module", module)
}

// welcome is what a player is told of the shard.
func (s *Server) welcome() map[string]world.Value {
	m := map[string]world.Value{"shard": s.cfg.Shard, "kind": s.kind(), "release": float64(s.universe.Release().Number)}
	if c := s.power.countdown(); c != nil {
		m[eventShutdown] = shutdownMembers(*c, s.cfg.Clock.Now())
	}
	return m
}

func (s *Server) kind() string {
	if s.cfg.Production {
		return "production"
	}
	return "dev"
}

// listen opens the sockets, so that a port that is taken is an error of New.
func (s *Server) listen() error {
	if s.cfg.Listen != "" {
		if err := s.listenPlayers(); err != nil {
			return err
		}
	}
	if err := s.listenConsoles(); err != nil {
		return err
	}
	if s.cfg.Ops == "" {
		return nil
	}
	door, err := openDoor("--ops", s.cfg.Ops, s.given.ops)
	if err != nil {
		return err
	}
	s.ops, s.doors = door, append(s.doors, door)
	s.opspage = s.newOpspage()
	s.servers = append(s.servers, s.newHTTP(s.opsHandler()))
	return nil
}

// listenPlayers opens the players' socket.
func (s *Server) listenPlayers() error {
	door, err := openDoor("--listen", s.cfg.Listen, s.given.play)
	if err != nil {
		return err
	}
	s.doors = append(s.doors, door)
	s.play = s.turnstile.Listener(s.cfg.proxies.Listener(door))
	if err := s.encrypt(); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/play", s.gate.Handler())
	mux.Handle(api.Prefix, lazily(func() http.Handler { return s.newAPI() }))
	if s.page == nil {
		if err := s.newPage(); err != nil {
			return err
		}
	}
	mux.Handle("GET /panels/release", document.Secure(s.panels))
	mux.Handle("/", s.page)
	s.servers = append(s.servers, s.playersHTTP(mux))
	return nil
}

// lazily is a handler that is made for the first who asks: what takes a while to make is in
// nobody's way who waits for the shard to go on in another process.
func lazily(make func() http.Handler) http.Handler {
	made := sync.OnceValue(make)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) })
}

// newPage makes the players' page, with the key that its manifest is signed with. To read its
// files takes a while.
func (s *Server) newPage() error {
	key, err := shelf.OpenKey(filepath.Join(s.cfg.Data, "page.key"))
	if err != nil {
		return fmt.Errorf("the key of the page's manifest: %w", err)
	}
	s.log.Debug("the page's manifest is signed", "key", key.String())
	s.page = web.Kept(func() *world.Universe { return s.universe.Map() }, s.cfg.Shard, key)
	return nil
}

// Addr is where players connect, OpsAddr where operators' programs do ("" for
// nowhere): the real ones, where the configuration said port 0.
func (s *Server) Addr() string {
	if s.play == nil {
		return ""
	}
	return s.play.Addr().String()
}

// OpsAddr is the address of the operations port, "" where there is none.
func (s *Server) OpsAddr() string {
	if s.ops == nil {
		return ""
	}
	return s.ops.Addr().String()
}

// Universe is the shard's, for tests and tools in this process.
func (s *Server) Universe() *universe.Universe { return s.universe }
