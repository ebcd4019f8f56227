package simulation

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// Disturbance is what a step of a plan does.
type Disturbance string

// The disturbances.
const (
	MoveSystem  Disturbance = "move a system"        // A to the server B
	Kill        Disturbance = "kill a process"       // A's, for For
	Halt        Disturbance = "pause a process"      // A's: SIGSTOP
	Suspend     Disturbance = "suspend a machine"    // A's clock stands, too
	CutWay      Disturbance = "cut a way"            // from A to B, and not back
	CutBoth     Disturbance = "cut both ways"        // between A and B
	SlowNetwork Disturbance = "slow network"         // all ways
	LossyWays   Disturbance = "lossy network"        // all ways
	StopBus     Disturbance = "stop the bus"         //
	BusGoesBack Disturbance = "bus goes back"        // to what it was D ago
	StopTable   Disturbance = "restart the database" // it is away for For
	SetTable    Disturbance = "set the database's clock"
	SetClock    Disturbance = "set a machine's clock" // A's, the one that can be set
	Sleep       Disturbance = "nobody needs a system" // A, and is let go of, until For is over
)

// kinds are the disturbances that a plan chooses from; those that are likelier stand twice.
var kinds = []Disturbance{Kill, Kill, Halt, Halt, Suspend, CutWay, CutWay, CutBoth, CutBoth, SlowNetwork, LossyWays, StopBus, BusGoesBack, StopTable, SetTable, SetClock, SetClock, Sleep, Sleep}

// Step is one disturbance.
type Step struct {
	At   time.Duration
	What Disturbance
	A, B int           // servers, or the database; or a system
	For  time.Duration // until it is mended
	D    time.Duration // by how much a clock is set, or how far the bus goes back
}

// String is a line for people.
func (s Step) String() string {
	text := fmt.Sprintf("%9.4f  %s %d %d", s.At.Seconds(), s.What, s.A, s.B)
	if s.For > 0 {
		text += fmt.Sprintf(" for %s", s.For.Round(time.Millisecond))
	}
	if s.D != 0 {
		text += fmt.Sprintf(" by %s", s.D.Round(time.Millisecond))
	}
	return text
}

// NewPlan is the plan of a seed: moves, and disturbances, of which every other strikes in
// the middle of a move, or of another.
func NewPlan(seed uint64) (plan []Step) {
	r := rand.New(rand.NewPCG(seed, 2))
	between := func(a, b time.Duration) time.Duration { return a + time.Duration(r.Int64N(int64(b-a))) }
	for range 4 + r.IntN(8) {
		plan = append(plan, Step{At: between(time.Second, busy), What: MoveSystem, A: r.IntN(systems), B: r.IntN(servers)})
	}
	moves := plan
	for range 2 + r.IntN(6) {
		s := Step{At: between(time.Second, busy), What: kinds[r.IntN(len(kinds))], A: r.IntN(servers), B: r.IntN(servers + 1)}
		if r.IntN(2) == 0 {
			s.At = moves[r.IntN(len(moves))].At + between(0, 150*time.Millisecond)
		}
		if trouble := plan[len(moves):]; len(trouble) > 0 && r.IntN(3) == 0 { // and the same machine is in trouble already
			was := trouble[r.IntN(len(trouble))]
			s.A, s.At = was.A, min(was.At+between(0, time.Second), busy)
		}
		s.For = min(between(10*time.Millisecond, 300*time.Millisecond), healed-s.At)
		if r.IntN(3) > 0 {
			if trouble := plan[len(moves):]; len(trouble) > 0 && r.IntN(3) == 0 { // and the same machine is in trouble already
				was := trouble[r.IntN(len(trouble))]
				s.A, s.At = was.A, min(was.At+between(0, time.Second), busy)
			}
			s.For = min(between(10*time.Millisecond, 6*time.Second), healed-s.At)
		}
		s.D = between(-10*time.Second, 10*time.Second)
		plan = append(plan, s)
	}
	slices.SortStableFunc(plan, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return plan
}

// begin does a step of the plan, and plans its mending.
func (w *universe) begin(s Step) {
	if s.What == MoveSystem {
		w.move(s)
		return
	}
	w.note(Entry{Kind: Fault, Text: s.String()})
	mend := w.strike(s)
	if mend == nil {
		return
	}
	w.after(s.For, func() {
		w.note(Entry{Kind: Mended, Text: s.String()})
		mend()
	})
}

// move asks whoever plays a system to hand it to another.
func (w *universe) move(s Step) {
	a := w.names[s.A]
	for _, o := range w.servers {
		if o.machine == nil {
			continue
		}
		if _, may := o.machine.May(o.clock(), a); may {
			o.hear(cluster.MoveTo{Subject: a, To: w.servers[s.B].id})
			return
		}
	}
}

// strike does what a step says, and returns what mends it; nil for what stays.
func (w *universe) strike(s Step) (mend func()) {
	a := w.servers[s.A]
	switch s.What {
	case Kill:
		a.crash()
		return a.restart
	case Halt:
		a.paused++
		return a.resume
	case Suspend:
		return w.suspend(a)
	case CutWay, CutBoth:
		return w.cutWays(s)
	case SlowNetwork:
		return counted(&w.net.slow)
	case LossyWays:
		return counted(&w.net.lossy)
	case StopBus:
		return counted(&w.net.busDown)
	case BusGoesBack:
		w.net.goBack(s.D.Abs())
	case StopTable:
		w.db.fall()
		return func() { w.db.downs-- }
	case SetTable:
		if w.db.skew += s.D; s.D > 0 {
			w.note(Entry{Kind: Leap})
		}
	case SetClock:
		a.set += s.D
	case Sleep:
		return w.sleep(w.names[s.A])
	}
	return nil
}

// sleep has a system let go of wherever it is, until it is mended.
func (w *universe) sleep(a world.Address) func() {
	w.sleeping[a]++
	for _, s := range w.servers {
		if s.machine != nil && (s.memory[a] == nil || s.memory[a].writing == nil) {
			s.hear(cluster.LetGo{Subject: a})
		}
	}
	return func() { w.sleeping[a]-- }
}

// wake is what players do: whatever nobody has, and somebody needs, is wanted of one or
// another server, again and again.
func (w *universe) wake() {
	for _, a := range w.names {
		row, s := w.db.Table.Row(a, w.db.clock()), w.servers[w.rand.IntN(servers)]
		if row.Owner == "" && w.sleeping[a] == 0 && s.machine != nil {
			s.hear(cluster.Want{Subject: a})
		}
	}
}

// counted raises a number until it is mended.
func counted(n *int) func() {
	*n++
	return func() { *n-- }
}

func (w *universe) suspend(a *server) func() {
	a.paused++
	if a.suspended++; a.suspended == 1 {
		a.since = w.now
	}
	return func() {
		if a.suspended--; a.suspended == 0 {
			a.lost += w.now - a.since
			w.note(Entry{Kind: Leap})
		}
		a.resume()
	}
}

func (w *universe) cutWays(s Step) func() {
	b := s.B
	if b == s.A {
		b = database0
	}
	ways := []*int{&w.net.cut[s.A][b]}
	if s.What == CutBoth {
		ways = append(ways, &w.net.cut[b][s.A])
	} else if s.D < 0 {
		ways[0] = &w.net.cut[b][s.A]
	}
	for _, n := range ways {
		*n++
	}
	return func() {
		for _, n := range ways {
			*n--
		}
	}
}
