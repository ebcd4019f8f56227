package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// How long a soak is where nobody says otherwise: a few seconds of half an hour. `make soak`
// has HOTSHARD_SOAK for the time it takes and HOTSHARD_SOAK_GAME for the time of the game.
const (
	soakTime = 3 * time.Second
	soakGame = 2 * time.Minute
)

// soakPilots come and go, fewer where it is short.
const soakPilots, soakFew = 24, 8

// soakTicks slows the systems down to a tick a game second: what is looked for grows by what
// happens, and not by ticks.
const soakTicks = `
local soak = {beats = 0, by = 1}
function event.system_started() system.hz(1) end
function soak.beat() soak.beats = soak.beats + soak.by end
every(30, function() soak.beat() end)
return soak
`

// soaked is a shard on a clock that hurries, and those who play on it.
type soaked struct {
	*shard
	clock   *hasty
	game    time.Duration // in all
	pilots  sync.WaitGroup
	over    chan struct{}
	amy     person
	rand    *rand.Rand
	samples []sample

	logins, lost, acts, refused, changes, jumps atomic.Int64
	mu                                          sync.Mutex
	internal                                    []string // answers that were errors of the server
}

// sample is how the shard stands.
type sample struct {
	at                    time.Duration // of the game
	heap                  uint64        // live, after a collection
	goroutines, files     int
	database, rest, disk  int64 // bytes: of the database, of all but the database, of the recordings in that
	timers, tasks         int
	loaded, resting, play int
	release               int
}

// TestSoak lets days of the game pass on a clock that hurries: pilots come and go, fly, jump,
// trade and shoot, scripts are changed, patched and tried in one system, systems rest and come
// back. Nothing may grow that does not have to: live memory, goroutines, files, what the disk
// has besides the books. Run with -v it shows a table. It measures its own process, so no
// other test runs beside it.
func TestSoak(t *testing.T) {
	took, game := soakFor(t, "HOTSHARD_SOAK", soakTime), soakFor(t, "HOTSHARD_SOAK_GAME", soakGame)
	pilots := soakPilots
	if game == soakGame {
		pilots = soakFew
	}
	cfg := gameConfig(t)
	plantModule(t, cfg.Scripts, "soak", soakTicks)
	h := newHasty(game.Seconds() / took.Seconds())
	cfg.Clock, cfg.UnloadAfter, cfg.Loaded = h, min(10*time.Minute, game/10), 12
	cfg.Record.Limit, cfg.Record.Keep, cfg.Record.Every = 64<<20, 5*time.Minute, 2*time.Minute
	cfg.Backups = Backups{Dir: filepath.Join(filepath.Dir(cfg.Data), "backups"), Keep: 2}
	cfg.SignInTime, cfg.Linger = 24*time.Hour, min(2*time.Minute, game/20)
	s := &soaked{shard: start(t, cfg), clock: h, game: game, over: make(chan struct{}), rand: rand.New(rand.NewPCG(1, 2))}
	s.amy = s.operator("amy", command.Admin)
	ctx, cancel := context.WithTimeout(context.Background(), took+patience)
	defer cancel()
	for n := range pilots {
		s.pilots.Go(func() { s.live(ctx, n) })
	}
	s.watch()
	close(s.over)
	s.pilots.Wait()
	t.Log("\n" + s.table())
	s.judge()
	s.atRest(cfg)
}

// soakFor reads a duration from the environment.
func soakFor(t *testing.T, name string, otherwise time.Duration) time.Duration {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

// plantModule adds a module that main.lua loads first.
func plantModule(t *testing.T, scripts, name, text string) {
	t.Helper()
	main := filepath.Join(scripts, "main.lua")
	old, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{filepath.Join(scripts, name+".lua"): text, main: fmt.Sprintf("require %q\n%s", name, old)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// soakSamples are taken over the whole time.
const soakSamples = 24

// watch samples, and changes the scripts in between, until the time is over.
func (s *soaked) watch() {
	step := s.game / soakSamples
	for n := range soakSamples {
		next := s.clock.began.Add(time.Duration(n+1) * step)
		if n%6 == 1 {
			s.change(n)
		}
		<-s.clock.Alarm(next)
		s.samples = append(s.samples, s.sample(time.Duration(n+1)*step))
	}
}

// change changes the scripts in one of the ways there are.
func (s *soaked) change(n int) {
	s.changes.Add(1)
	at := ""
	for _, st := range s.universe.Stats() {
		if strings.HasPrefix(string(st.Address), "@") && st.Awake && st.Players > 0 {
			at = string(st.Address)
		}
	}
	switch kind := n / 6 % 4; {
	case kind == 0:
		text := strings.Replace(soakTicks, "by = 1", fmt.Sprintf("by = %d", n), 1)
		if err := os.WriteFile(filepath.Join(s.cfg.Scripts, "soak.lua"), []byte(text), 0o600); err != nil {
			s.t.Error(err)
		}
		s.amy.try("reload")
	case kind == 1:
		s.amy.try(fmt.Sprintf("patch soak.beat = function() soak.beats = soak.beats + %d end", n))
	case kind == 2 && at != "":
		s.amy.try(fmt.Sprintf("patch soak.beat = function() soak.beats = soak.beats + %d end --canary %s", n, quoted(at)))
	default:
		s.amy.try("release rollback")
	}
}

// quoted is a system as the console takes it, also one whose name has spaces.
func quoted(address string) string {
	if strings.Contains(address, " ") {
		return `@"` + bare(address) + `"`
	}
	return address
}

// live is somebody who signs in, plays for a while and leaves, again and again.
func (s *soaked) live(ctx context.Context, n int) {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	for first := true; ; first = false {
		if !first && !s.wait(time.Duration(r.IntN(600))*time.Second) {
			return
		}
		p, err := s.enter(ctx, fmt.Sprintf("Pilot %d", n), r)
		if err != nil {
			s.lost.Add(1)
			continue
		}
		if first {
			s.amy.try(fmt.Sprintf(`grant "Pilot %d" money 100000000 --why soak`, n))
			s.amy.try(fmt.Sprintf(`grant "Pilot %d" Ferrite 100000 --why soak`, n))
		}
		for range 20 + r.IntN(80) {
			if !p.act(ctx) {
				break
			}
			if !s.wait(time.Duration(5+r.IntN(60)) * time.Second) {
				p.Close()
				return
			}
		}
		if r.IntN(3) == 0 {
			p.Drop()
		} else {
			p.Close()
		}
	}
}

// wait lets so much of the game pass; false: it is over.
func (s *soaked) wait(d time.Duration) bool {
	select {
	case <-s.clock.Alarm(s.clock.Now().Add(max(d, time.Duration(20*s.clock.factor)*time.Millisecond))):
		return true
	case <-s.over:
		return false
	}
}

func (s *soaked) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.internal) < 20 {
		s.internal = append(s.internal, fmt.Sprintf(format, args...))
	}
}

// soaking is one pilot as long as they are signed in.
type soaking struct {
	*client.Conn
	s    *soaked
	name string
	rand *rand.Rand

	mu     sync.Mutex
	system string
	seen   []world.EntityID // ships and other things around
	orders []float64
}

func (s *soaked) enter(ctx context.Context, name string, r *rand.Rand) (*soaking, error) {
	p := &soaking{s: s, name: name, rand: r}
	conn, err := client.Dial(ctx, "ws://"+s.Addr()+"/play", client.Options{Codec: wire.Binary, Handle: p.hear})
	if err != nil {
		return nil, err
	}
	p.Conn = conn
	if err := conn.Login(ctx, name, "secret secret"); err != nil {
		conn.Close()
		return nil, err
	}
	s.logins.Add(1)
	return p, nil
}

// hear notes where the pilot is, and what is around.
func (p *soaking) hear(m *wire.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case m.Event == "system":
		name, _ := m.Fields["name"].(string)
		if p.system != name && p.system != "" {
			p.s.jumps.Add(1)
		}
		p.system = name
	case m.Snapshot != nil:
		p.seen = p.seen[:0]
		for _, e := range m.Snapshot.Entities {
			if e.ID != m.Snapshot.You && e.Owner != 0 {
				p.seen = append(p.seen, e.ID)
			}
		}
	}
}

// act does something that a pilot may do; that it is refused is no fault. false: the
// connection is gone.
func (p *soaking) act(ctx context.Context) bool {
	name, with := p.next()
	p.s.acts.Add(1)
	answer, err := p.Request(ctx, name, with)
	refusal := (*wire.Error)(nil)
	switch {
	case err == nil:
		if order, ok := answer.(args); ok && name == "market_sell" {
			if id, ok := order["order"].(float64); ok {
				p.orders = append(p.orders, id)
			}
		}
	case !errors.As(err, &refusal): // the connection is gone: a pause of the machine's is long by a clock that hurries
		p.s.lost.Add(1)
		return false
	case refusal.Code == wire.CodeInternal:
		p.s.note("%s %s: %v", p.name, name, err)
	default:
		p.s.refused.Add(1)
	}
	return true
}

// next is what the pilot does next.
func (p *soaking) next() (string, args) {
	p.mu.Lock()
	defer p.mu.Unlock()
	there := p.s.universe.Map().ByName(p.system)
	if there == nil {
		return "wallet", nil
	}
	pick := func(kind world.Kind) world.EntityID {
		var of []world.EntityID
		for i := range there.Celestials {
			if there.Celestials[i].Kind == kind {
				of = append(of, there.Celestials[i].ID)
			}
		}
		if len(of) == 0 {
			return 0
		}
		return of[p.rand.IntN(len(of))]
	}
	other := func() float64 {
		if len(p.seen) == 0 {
			return 1
		}
		return float64(p.seen[p.rand.IntN(len(p.seen))])
	}
	switch p.rand.IntN(14) {
	case 0, 1:
		return "undock", nil
	case 2:
		return "dock", args{"station": float64(pick(world.KindStation))}
	case 3, 4, 5:
		return "jump", args{"gate": float64(pick(world.KindGate))}
	case 6:
		return "warp", args{"id": float64(pick(world.KindPlanet))}
	case 7:
		return "say", args{"text": fmt.Sprintf("line %d", p.rand.IntN(1000)), "channel": "local"}
	case 8:
		return "market_sell", args{"type": "Ferrite", "quantity": float64(1 + p.rand.IntN(10)), "price": float64(40 + p.rand.IntN(20)), "key": fmt.Sprint(p.rand.Uint64())}
	case 9:
		return "market_buy", args{"type": "Ferrite", "quantity": float64(1 + p.rand.IntN(10)), "price": float64(40 + p.rand.IntN(20)), "key": fmt.Sprint(p.rand.Uint64())}
	case 10:
		if len(p.orders) > 0 {
			id := p.orders[0]
			p.orders = p.orders[1:]
			return "market_cancel", args{"order": id}
		}
		return "market_orders", nil
	case 11:
		return "lock", args{"id": other()}
	case 12:
		return "activate", args{"module": 1.0, "id": other()}
	}
	return "wallet_history", nil
}

// sample looks at the shard.
func (s *soaked) sample(at time.Duration) sample {
	runtime.GC()
	runtime.GC() // what pools hold survives the first
	m := memory()
	v := sample{at: at, heap: m.Live, goroutines: m.Goroutines, play: s.universe.Players(), release: s.universe.Release().Number}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		v.files = len(open)
	}
	v.database, v.rest, v.disk = s.bytesIn(s.cfg.Data)
	v.resting, _ = s.resting.count()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var mu sync.Mutex
	actors := s.universe.Actors()
	v.loaded = len(actors)
	if err := s.universe.Between(ctx, actors, func(a *system.System) {
		if a.State() == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		v.timers += len(a.State().TimerList())
		v.tasks += len(a.State().Tasks())
	}); err != nil {
		s.t.Error(err)
	}
	return v
}

// bytesIn adds up the files of a folder.
func (s *soaked) bytesIn(dir string) (database, rest, record int64) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it was removed meanwhile
		}
		info, err := d.Info()
		switch {
		case err != nil:
		case strings.HasPrefix(d.Name(), "hotshard.db"), d.Name() == "audit.jsonl":
			database += info.Size()
		default:
			rest += info.Size()
			if strings.HasPrefix(path, RecordDir(dir)) {
				record += info.Size()
			}
		}
		return nil
	})
	return database, rest, record
}

// table is the curve, as people read it.
func (s *soaked) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d sign-ins, %d connections lost, %d commands (%d refused), %d jumps, %d changes of scripts, %d rests, %d wakes, %v of the game\n", s.logins.Load(), s.lost.Load(), s.acts.Load(), s.refused.Load(), s.jumps.Load(),
		s.changes.Load(), s.resting.rested.Load(), s.resting.woken.Load(), s.game)
	fmt.Fprintf(&b, "| game h | heap MiB | goroutines | files | timers | tasks | systems | at rest | players | release | database MiB | recorded MiB | else MiB |\n")
	for _, v := range s.samples {
		mib := func(n int64) float64 { return float64(n) / (1 << 20) }
		fmt.Fprintf(&b, "| %6.2f | %8.1f | %10d | %5d | %6d | %5d | %7d | %7d | %7d | %7d | %12.1f | %12.1f | %8.1f |\n", v.at.Hours(), mib(int64(v.heap)), v.goroutines, v.files, v.timers, v.tasks,
			v.loaded, v.resting, v.play, v.release, mib(v.database), mib(v.disk), mib(v.rest-v.disk))
	}
	return b.String()
}

// judge holds the second half of the time against the bounds.
func (s *soaked) judge() {
	half := s.samples[len(s.samples)/2:]
	s.flat(half, "live memory", func(v sample) float64 { return float64(v.heap) }, 24<<20)
	s.flat(half, "goroutines", func(v sample) float64 { return float64(v.goroutines) }, 3*soakPilots)
	s.flat(half, "open files", func(v sample) float64 { return float64(v.files) }, 3*soakPilots)
	s.flat(half, "timers", func(v sample) float64 { return float64(v.timers) }, 200)
	s.flat(half, "tasks", func(v sample) float64 { return float64(v.tasks) }, 200)
	if last := half[len(half)-1]; last.disk > 2*s.cfg.Record.Limit {
		s.t.Errorf("%d bytes are recorded, and %d were to be", last.disk, s.cfg.Record.Limit)
	}
	if len(s.internal) > 0 {
		s.t.Errorf("the server has failed:\n%s", strings.Join(s.internal, "\n"))
	}
	if s.logins.Load() < soakFew || s.resting.failed.Load() > 0 {
		s.t.Errorf("%d sign-ins; %d systems that rested could not go on", s.logins.Load(), s.resting.failed.Load())
	}
}

// flat says whether the line that fits best rises, over the time it is fitted to, by no more
// than a tenth of the mean and some noise.
func (s *soaked) flat(of []sample, what string, value func(sample) float64, noise float64) {
	s.t.Helper()
	x, y := make([]float64, len(of)), make([]float64, len(of))
	for i, v := range of {
		x[i], y[i] = v.at.Hours(), value(v)
	}
	slope, mean := fit(x, y)
	if rise := slope * (x[len(x)-1] - x[0]); rise > 0.1*mean+noise {
		s.t.Errorf("%s rises by %.0f in %.1f h of the game, from %.0f in the mean", what, rise, x[len(x)-1]-x[0], mean)
	}
}

// fit is the slope of the line of least squares, and the mean of y.
func fit(x, y []float64) (slope, mean float64) {
	n := float64(len(x))
	var mx float64
	for i := range x {
		mx += x[i] / n
		mean += y[i] / n
	}
	var xy, xx float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - mean)
		xx += (x[i] - mx) * (x[i] - mx)
	}
	return xy / xx, mean
}

// atRest is the shard when everybody has left: no timer is stuck, nothing waits for ever, and
// the books are right.
func (s *soaked) atRest(cfg Config) {
	s.until("players stay in the game who have left", func() bool { return s.universe.Players() == 0 })
	s.until("nobody rests where nobody plays", func() bool { n, _ := s.resting.count(); return n > 0 })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var mu sync.Mutex
	var stuck []string
	if err := s.universe.Between(ctx, s.universe.Actors(), func(a *system.System) {
		if a.State() == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		stuck = append(stuck, stuckIn(string(a.Address()), a.State())...)
	}); err != nil {
		s.t.Error(err)
	}
	if len(stuck) > 0 {
		slices.Sort(stuck)
		s.t.Errorf("what is due does not run:\n%s", strings.Join(stuck[:min(10, len(stuck))], "\n"))
	}
	groups, err := s.faults.Groups(ctx, "")
	if err != nil {
		s.t.Error(err)
	}
	for _, g := range groups {
		if !outOfTime(g.Message) {
			s.t.Errorf("%d errors in %s: %s\n%s", g.Count, g.Function, g.Message, g.Traceback)
		}
	}
	s.stop()
	report, err := store.AuditFile(context.Background(), filepath.Join(cfg.Data, "hotshard.db"))
	if err != nil || !report.OK() {
		s.t.Errorf("the books at the end: %v %v", report, err)
	}
}

// outOfTime says whether an error is of the clock that hurries: ten seconds of the game are few
// of the machine's.
func outOfTime(message string) bool {
	return strings.Contains(message, "did not answer") || strings.Contains(message, "deadline exceeded")
}

// overdue is how long, in game seconds, something that is due may wait for a tick: one that
// sleeps is woken for it.
const overdue = 600

// stuckIn lists the timers and tasks of a system that were due long ago.
func stuckIn(name string, st *script.State) (out []string) {
	for _, v := range st.TimerList() {
		if v.Due < -overdue {
			out = append(out, fmt.Sprintf("%s: the timer %s was due %.0f s ago", name, v.Function, -v.Due))
		}
	}
	for _, v := range st.Tasks() {
		if v.Waits == "sleep" && v.Due < -overdue {
			out = append(out, fmt.Sprintf("%s: the task %s at %s was due %.0f s ago", name, v.Function, v.Where, -v.Due))
		}
	}
	return out
}
