package script

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// The bounds of log points.
const (
	MaxPoints   = 32     // at once
	PointLines  = 20     // that one may tell in a second, in all States together
	pointLooks  = 500    // that one takes in a second of game time in one State
	pointPasses = 10_000 // of all in a State in such a second; then none stand until the next
	pointText   = 1000
	pointValue  = 200
	maxSpots    = 16 // versions of a file in which a log point's place is known
)

// pointBudget is what all expressions of a log point may take when code comes by.
var pointBudget = Budget{Steps: 2000, Memory: 256 << 10}

// PointSpec says what a log point tells, and where.
type PointSpec struct {
	Where  string // "combat.fire:12", the line being that of the file; or "combat:12"
	Text   string // "rolls {roll} against {ship.name}"
	If     string // an expression: it tells only where that holds; "" is always
	System string // the name of the only State that tells; "" is all
	Author string
	Until  time.Time
}

// Points are the log points of all States that have them in their Options. Any goroutine may
// use them. While there are none they cost an entry into Lua a look at a number; code with none
// in it never knows of them.
type Points struct {
	hear PointHearer
	now  func() time.Time
	keep func(*State) // (*State).keepPoints; by a call, it and the library would need each other

	version atomic.Uint64 // of list; 0: there has never been one

	mu   sync.Mutex
	list []*Point
	last int
}

// PointHearer hears of log points, on States' goroutines. It must not block.
type PointHearer interface {
	// PointTold hears a line.
	PointTold(PointLine)
	// PointMoved hears, once for each version of the file, that a log point stands at
	// another line of other words, or nowhere any more.
	PointMoved(PointMove)
}

// PointLine is what a log point has told.
type PointLine struct {
	Point    int // its number
	System   string
	Function string
	Line     int // of the file, in the release that runs there
	Release  int
	Player   string // for whom code runs, "" for nobody
	Text     string
	Failed   bool   // an expression could not be evaluated
	Untold   uint64 // lines before this one that were too many
}

// PointMove is what became of a log point in a release.
type PointMove struct {
	Point    int
	System   string // where it was seen first
	Function string
	Release  int
	Line     int
	Lost     string // why it stands nowhere, "" where it does
}

// Point is one log point.
type Point struct {
	id     int
	spec   PointSpec
	module string // of the file that it was set in
	root   string // the outermost function that it was set in
	parts  []pointPart
	when   *lua.FunctionProto // nil for always
	second atomic.Uint64      // the second that lines are counted in, and below it how many
	hits   atomic.Uint64
	told   atomic.Uint64
	untold atomic.Uint64 // all of them
	gap    atomic.Uint64 // of them, since the last line

	mu    sync.Mutex
	spots []knownSpot // the newest last
}

// knownSpot is where a log point stands in a version of its file.
type knownSpot struct {
	hash string // of the file
	src  pointSource
	at   spot
}

// PointInfo is how a log point stands.
type PointInfo struct {
	ID       int
	Spec     PointSpec
	Function string // whose code it stands in
	File     string
	Line     int    // in the newest version
	Source   string // that line
	Lost     string // why it stands nowhere in the newest version
	Hits     uint64 // that code came by, as far as it was counted
	Told     uint64
	Untold   uint64 // lines that were too many
}

// NewPoints makes a set without any. now is the time by which lines are counted.
func NewPoints(now func() time.Time, hear PointHearer) *Points {
	return &Points{hear: hear, now: now, keep: (*State).keepPoints}
}

// Add sets a log point. Its place is looked for in a release; States that run another find
// it there by themselves. They have it from their next entry into Lua on.
func (ps *Points) Add(r *code.Release, spec PointSpec) (PointInfo, error) {
	src, at, err := findPoint(r, spec.Where)
	if err != nil {
		return PointInfo{}, err
	}
	p := &Point{spec: spec, module: code.ModuleName(src.path), root: src.function, spots: []knownSpot{{src.hash, src, at}}}
	if p.parts, err = pointParts(spec.Text); err != nil {
		return PointInfo{}, err
	}
	if spec.If != "" {
		if p.when, err = pointExpr(spec.If); err != nil {
			return PointInfo{}, err
		}
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if len(ps.list) >= MaxPoints {
		return PointInfo{}, fmt.Errorf("there are %d log points, as many as there may be; drop one", len(ps.list))
	}
	ps.last++
	p.id = ps.last
	ps.set(append(slices.Clone(ps.list), p))
	return p.info(), nil
}

// set changes the list; every State takes it over at its next entry.
func (ps *Points) set(list []*Point) {
	ps.list = list
	ps.version.Add(1)
}

// Drop takes a log point away.
func (ps *Points) Drop(id int) (PointInfo, bool) {
	gone := ps.drop(func(p *Point) bool { return p.id == id })
	if len(gone) == 0 {
		return PointInfo{}, false
	}
	return gone[0], true
}

// Expire takes those away whose time has come, and returns them.
func (ps *Points) Expire(now time.Time) []PointInfo {
	if ps.version.Load() == 0 {
		return nil
	}
	return ps.drop(func(p *Point) bool { return !p.spec.Until.IsZero() && !now.Before(p.spec.Until) })
}

func (ps *Points) drop(which func(*Point) bool) (gone []PointInfo) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	var kept []*Point
	for _, p := range ps.list {
		if which(p) {
			gone = append(gone, p.info())
		} else {
			kept = append(kept, p)
		}
	}
	if gone != nil {
		ps.set(kept)
	}
	return gone
}

// List tells how all of them stand, the oldest first.
func (ps *Points) List() []PointInfo {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	out := make([]PointInfo, len(ps.list))
	for i, p := range ps.list {
		out[i] = p.info()
	}
	return out
}

// of lists those of a State.
func (ps *Points) of(system string) []*Point {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	var out []*Point
	for _, p := range ps.list {
		if p.spec.System == "" || p.spec.System == system {
			out = append(out, p)
		}
	}
	return out
}

func (p *Point) info() PointInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	src, newest := p.source(), p.spots[len(p.spots)-1]
	i := PointInfo{ID: p.id, Spec: p.spec, Function: src.name, File: src.path, Line: src.line, Source: src.lineText(), Lost: newest.at.lost,
		Hits: p.hits.Load(), Told: p.told.Load(), Untold: p.untold.Load()}
	return i
}

// in is where the log point stands in a version of its file. first says that nobody has
// asked for this one before.
func (p *Point) in(f *code.File) (at spot, first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.spots {
		if k.hash == f.Hash {
			return k.at, false
		}
	}
	src, at := p.source().follow(f)
	if len(p.spots) == maxSpots {
		p.spots = slices.Delete(p.spots, 1, 2) // what it was set at stays
	}
	p.spots = append(p.spots, knownSpot{f.Hash, src, at})
	return at, true
}

// source is the newest version in which it has stood somewhere.
func (p *Point) source() pointSource {
	for _, k := range slices.Backward(p.spots) {
		if k.at.lost == "" {
			return k.src
		}
	}
	return p.spots[0].src
}

// take says whether a line may be told now, and how many before it were not.
func (p *Point) take(now time.Time) (untold uint64, ok bool) {
	const bits = 16
	second := uint64(now.Unix()) << bits
	for {
		was := p.second.Load()
		next := second + 1
		if was>>bits == second>>bits {
			next = was + 1
		}
		if next-second > PointLines {
			p.pass()
			return 0, false
		}
		if p.second.CompareAndSwap(was, next) {
			p.told.Add(1)
			return p.gap.Swap(0), true
		}
	}
}

// pass counts a line that is not told.
func (p *Point) pass() {
	p.untold.Add(1)
	p.gap.Add(1)
}
