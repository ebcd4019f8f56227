package server

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/world"
)

// crashRounds are how many rounds there are: one for each of the ways to fail alone, or as
// many as HOTSHARD_CRASH says, for `make crash`. Only then is a stall as long as it may get.
func crashRounds(t *testing.T, single int) (rounds int, stall time.Duration) {
	t.Helper()
	text := os.Getenv("HOTSHARD_CRASH")
	if text == "" {
		return single, 300 * time.Millisecond
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HOTSHARD_CRASH=%s: how many rounds there are to be", text)
	}
	return n, 10 * time.Second
}

// endOfTime is what is left of a test's time when its last round has begun.
const endOfTime = 45 * time.Second

// crash is the shard that is hit, and who plays there.
type crash struct {
	t      *testing.T
	rng    *rand.Rand
	cfg    Config
	base   base
	args   []string
	p      *process
	actors []*actor
	stall  time.Duration
	report map[string]*outcome // by the name of the blow

	entry int64                                     // the last that was looked at
	dug   map[world.CharacterID]map[string]int64    // of the books, by miner
	kept  map[world.CharacterID]map[string][]string // answers in the books, by key
}

// outcome is what came of all rounds of a kind.
type outcome struct {
	rounds, ill, lost, doubled int
	tally
}

// crashMap is one system with a station and a belt, and another.
func crashMap(t *testing.T) string {
	t.Helper()
	at := func(id world.EntityID, kind world.Kind, name string, x, radius float64) world.Celestial {
		return world.Celestial{ID: id, Kind: kind, Name: name, Pos: world.Vec3{X: x}, Radius: radius}
	}
	gate := func(id world.EntityID, dest world.SystemID, other world.EntityID) world.Celestial {
		c := at(id, world.KindGate, "Gate", 4e11, 2500)
		c.Dest, c.DestGate = dest, other
		return c
	}
	m, err := world.NewUniverse("crash", 1, []world.SolarSystem{
		{ID: 30_000_001, Name: "Anvil", Region: "The Bench", Constellation: "Works", Security: 0.9, Celestials: []world.Celestial{
			at(40_000_001, world.KindStar, "Star", 0, 7e8), at(40_000_002, world.KindPlanet, "Planet I", 1.5e11, 6e6),
			at(40_000_003, world.KindBelt, "Belt", 2e11, 3e4), at(60_000_001, world.KindStation, "Yards", 1.6e11, 18e3), gate(50_000_001, 30_000_002, 50_000_002)}},
		{ID: 30_000_002, Name: "Harrow", Region: "The Bench", Constellation: "Works", Security: 0.4, Pos: world.Vec3{X: 2e16}, Celestials: []world.Celestial{
			at(40_000_011, world.KindStar, "Star", 0, 7e8), gate(50_000_002, 30_000_001, 50_000_001)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return savedMap(t, m)
}

// TestWhateverFailsNothingIsLostOrDoubled lets traders, haulers, miners and fighters play on
// the real program while its disk fails in all ways there are, and while it is killed. After
// each blow it comes back by itself or is started again; then the books are right, and
// whatever anybody was told is done was done, once.
func TestWhateverFailsNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	cfg := gameConfig(t)
	strike(t, cfg, newFile(t, cfg.Data))
}

// TestWhateverFailsOnPostgres is the same with the books in PostgreSQL, which is killed, cut
// off and stopped.
func TestWhateverFailsOnPostgres(t *testing.T) {
	t.Parallel()
	cfg := gameConfig(t)
	strike(t, cfg, newPostgres(t))
}

// strike is all rounds, and what came of them.
func strike(t *testing.T, cfg Config, on base) {
	t.Helper()
	blows, single := on.blows()
	rounds, stall := crashRounds(t, single)
	c := gather(t, cfg, on, stall)
	end, limited := t.Deadline()
	for n := range rounds {
		if limited && time.Until(end) < endOfTime {
			t.Logf("%d rounds of %d: there is no time for more", n, rounds)
			break
		}
		c.round(blows[n%len(blows)])
		if t.Failed() {
			break
		}
	}
	c.last()
	c.tell()
}

// gather starts the shard, and lets everybody in with what they begin with.
func gather(t *testing.T, cfg Config, on base, stall time.Duration) *crash {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &crash{t: t, rng: rand.New(rand.NewPCG(seed, 11)), cfg: cfg, base: on, stall: stall, report: map[string]*outcome{},
		dug: map[world.CharacterID]map[string]int64{}, kept: map[world.CharacterID]map[string][]string{}}
	c.arm(seed)
	c.args = append([]string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", crashMap(t)}, on.arguments()...)
	c.p = launchWith(t, on.environment(), c.args...)
	c.all((*actor).enter)
	for _, a := range c.actors {
		if a.request(t.Context(), "crash_stake", nil) == nil {
			t.Fatalf("%s has nothing to begin with", a.name)
		}
	}
	return c
}

// all has everybody do something at once that must go well.
func (c *crash) all(do func(*actor, context.Context, string) error) {
	c.t.Helper()
	var wg sync.WaitGroup
	for _, a := range c.actors {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := do(a, ctx, c.p.addr); err != nil {
				c.t.Errorf("%s: %v", a.name, err)
			}
		})
	}
	wg.Wait()
	if c.t.Failed() {
		c.t.FailNow()
	}
}

// round has everybody play while a blow falls, and afterwards; then everybody stops and all
// is looked at.
func (c *crash) round(b blow) {
	ctx, rest := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, a := range c.actors {
		wg.Go(func() { a.run(ctx) })
	}
	c.load(200, 400)
	before := c.base.failed()
	c.base.fall(b.ill)
	c.endure(b, before)
	if b.kill {
		c.p.kill()
	}
	c.base.fall(well)
	if !b.kill {
		c.load(200, 300)
	}
	rest()
	wg.Wait()
	if b.kill {
		c.p = launchWith(c.t, c.base.environment(), c.args...)
		c.all((*actor).enter)
	}
	c.all(func(a *actor, ctx context.Context, _ string) error { return a.settle(ctx) })
	c.look(b, c.base.failed()-before)
}

// load lets them play on for so many milliseconds, or up to as many more.
func (c *crash) load(least, more int) {
	time.Sleep(time.Duration(least+c.rng.IntN(more)) * time.Millisecond)
}

// look proves the books, and holds them against what everybody was told in a round.
func (c *crash) look(b blow, failed int) {
	c.t.Helper()
	o := c.report[b.name]
	if o == nil {
		o = &outcome{}
		c.report[b.name] = o
	}
	o.rounds, o.ill = o.rounds+1, o.ill+failed
	report, err := store.AuditFile(c.t.Context(), c.base.place())
	if err != nil || !report.OK() {
		c.t.Errorf("after %s: %v\n%s", b.name, err, strings.Join(append(report.Wrong, report.String()), "\n"))
		return
	}
	for _, a := range c.actors { // lasers go on by themselves: what is told from now on is not read yet
		a.remember()
	}
	c.read()
	for _, a := range c.actors {
		c.hold(a, o)
	}
}

// read takes in what the books have since the last look.
func (c *crash) read() {
	c.t.Helper()
	db, err := c.base.read()
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT e.id, e.actor, e.cause, coalesce(e.key, ''), coalesce(e.answer, ''), CAST(coalesce(sum(p.quantity), 0) AS BIGINT), coalesce(max(h.type), '')
		FROM entries e LEFT JOIN postings p ON p.entry = e.id AND e.cause = 'mining' AND p.quantity > 0 LEFT JOIN holdings h ON h.id = p.holding
		WHERE e.id > $1 GROUP BY e.id ORDER BY e.id`, c.entry)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var actor world.CharacterID
		var n int64
		var cause, key, answer, thing string
		if err := rows.Scan(&c.entry, &actor, &cause, &key, &answer, &n, &thing); err != nil {
			c.t.Fatal(err)
		}
		if c.dug[actor] == nil {
			c.dug[actor], c.kept[actor] = map[string]int64{}, map[string][]string{}
		}
		if cause == "mining" {
			c.dug[actor][thing] += n
		}
		if key != "" {
			c.kept[actor][key] = append(c.kept[actor][key], answer)
		}
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
}

// hold compares what somebody was told with the books. What they were told is done is
// there, as they were told, and once.
func (c *crash) hold(a *actor, o *outcome) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.asked {
		kept := c.kept[a.id][one.key]
		switch {
		case len(kept) == 0:
			o.lost++
			c.t.Errorf("%s was told that %s is done, and the books know nothing of it", a.name, one.key)
		case len(kept) > 1:
			o.doubled++
			c.t.Errorf("%s: %s was done %d times", a.name, one.key, len(kept))
		case asAnswered(kept[0]) != one.answer:
			o.lost++
			c.t.Errorf("%s was told of %s: %s, and the books say %s", a.name, one.key, one.answer, kept[0])
		}
	}
	for thing, n := range a.told {
		if c.dug[a.id][thing] < n {
			o.lost++
			c.t.Errorf("%s was told of %d %s from belts, and the books know of %d", a.name, n, thing, c.dug[a.id][thing])
		}
	}
	for _, text := range a.tally.differs {
		o.doubled++
		c.t.Error(text)
	}
	o.add(a.tally)
	a.asked, a.tally = nil, tally{}
}

func (t *tally) add(other tally) {
	t.asked, t.done, t.trades = t.asked+other.asked, t.done+other.done, t.trades+other.trades
	t.again, t.refused, t.unknown = t.again+other.again, t.refused+other.refused, t.unknown+other.unknown
}

// asAnswered is JSON as a player's answer is written.
func asAnswered(text string) string {
	var v world.Value
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return asJSON(v)
}

// last reads all books once more: nothing that was there after some round has gone since,
// every order was asked for, and what there is came from somewhere that we know.
func (c *crash) last() {
	c.t.Helper()
	before := c.kept
	c.entry, c.dug, c.kept = 0, map[world.CharacterID]map[string]int64{}, map[world.CharacterID]map[string][]string{}
	c.read()
	for actor, keys := range before {
		for key := range keys {
			if len(c.kept[actor][key]) != 1 {
				c.t.Errorf("%d: %s is there %d times in the end", actor, key, len(c.kept[actor][key]))
			}
		}
	}
	db, err := c.base.read()
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	for _, a := range c.actors {
		asked, orders := 0, 0
		for key := range c.kept[a.id] {
			if strings.HasPrefix(key, "market_sell ") || strings.HasPrefix(key, "market_buy ") {
				asked++
			}
		}
		if err := db.QueryRow(`SELECT count(*) FROM orders WHERE owner = $1`, a.id).Scan(&orders); err != nil || asked != orders {
			c.t.Errorf("%s has asked for %d orders, and there are %d (%v)", a.name, asked, orders, err)
		}
	}
	var made int64
	if err := db.QueryRow(`SELECT CAST(coalesce(-sum(h.quantity), 0) AS BIGINT) FROM holdings h JOIN ledger_accounts a ON a.id = h.owner WHERE a.kind = 'faucet' AND h.type = 'Ferrite'`).Scan(&made); err != nil || made != int64(len(c.actors))*1_000_000 {
		c.t.Errorf("there were %d Ferrite to begin with, and %d have come into the world (%v)", len(c.actors)*1_000_000, made, err)
	}
}

// tell prints what came of it.
func (c *crash) tell() {
	var all outcome
	c.t.Logf("%-26s %6s %6s %8s %8s %7s %7s %8s %8s %5s %8s", "", "rounds", "failed", "requests", "done", "trades", "again", "refused", "unknown", "lost", "doubled")
	line := func(name string, o *outcome) {
		c.t.Logf("%-26s %6d %6d %8d %8d %7d %7d %8d %8d %5d %8d", name, o.rounds, o.ill, o.asked, o.done, o.trades, o.again, o.refused, o.unknown, o.lost, o.doubled)
	}
	for _, name := range slices.Sorted(maps.Keys(c.report)) {
		o := c.report[name]
		line(name, o)
		all.rounds, all.ill, all.lost, all.doubled = all.rounds+o.rounds, all.ill+o.ill, all.lost+o.lost, all.doubled+o.doubled
		all.add(o.tally)
	}
	line("all", &all)
}
