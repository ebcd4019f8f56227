package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/script/code"
)

// truth is what the nodes of a cluster share, and the way from one to the others.
type truth struct {
	t        *testing.T
	code     *Code
	journal  journal
	releases map[int]*code.Release
	nodes    []*shard
	turns    int64
	taken    bool
	deaf     map[int]bool // nodes that are not reached
	lost     map[int]bool // nodes that hear of no decision
	full     error        // why nothing can be decided
}

// Begin, Finish and Amend implement Journal.
func (w *truth) Begin(r *code.Release, author, note string) (int, error) {
	n, err := w.journal.Begin(r, author, note)
	w.releases[n] = r.Numbered(n)
	return n, err
}

func (w *truth) Finish(number int, s Standing, note string) error {
	return w.journal.Finish(number, s, note)
}

func (w *truth) Amend(number int, files map[string][]byte) error {
	return w.journal.Amend(number, files)
}

// place is a node's way to it, turn its turn.
type place struct {
	w *truth
	n int
}

type turn place

// newCluster starts nodes with some units each: N0S0, N0S1, N1S0 and so on.
func newCluster(t *testing.T, nodes, units int) *truth {
	t.Helper()
	w := &truth{t: t, releases: map[int]*code.Release{}, journal: journal{n: 1}, deaf: map[int]bool{}, lost: map[int]bool{}}
	for range nodes {
		w.join(units)
	}
	return w
}

// join starts a node, which runs nothing before it has followed the others.
func (w *truth) join(units int) *shard {
	w.t.Helper()
	n := len(w.nodes)
	s := newNode(w.t, place{w, n}, false, 0, returns(1))
	s.prefix = fmt.Sprintf("N%dS", n)
	s.ctl.cfg.Journal, s.ctl.history.journal = w, w
	if n == 0 {
		w.code, w.releases[1] = NewCode(s.release, s.release, nil), s.release
	}
	w.nodes = append(w.nodes, s)
	if err := s.ctl.Follow(bg); err != nil {
		w.t.Fatal(err)
	}
	for i := range units {
		s.start(fmt.Sprint(s.prefix, i))
	}
	return s
}

// values is what all units of all nodes answer.
func (w *truth) values() string {
	var out []string
	for _, s := range w.nodes {
		out = append(out, s.values())
	}
	return strings.Join(out, " ")
}

func (w *truth) want(values string) {
	w.t.Helper()
	if got := w.values(); got != values {
		w.t.Errorf("the units answer %s, want %s", got, values)
	}
	for i, s := range w.nodes {
		if k := s.ctl.shared; !w.lost[i] && k.Version != w.code.Version {
			w.t.Errorf("node %d is at version %d of %d", i, k.Version, w.code.Version)
		}
	}
}

func (p place) Turn(context.Context) (Turn, error) {
	if p.w.taken {
		return nil, errors.New("another node changes it")
	}
	p.w.taken = true
	p.w.turns++
	return turn(p), nil
}

func (p place) Code(context.Context) (*Code, error) { return p.w.read(), nil }

// read is what is written down, as another process reads it.
func (w *truth) read() *Code {
	text, err := json.Marshal(w.code)
	k := new(Code)
	if err == nil {
		err = json.Unmarshal(text, k)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

func (p place) Release(_ context.Context, number int) (*code.Release, error) {
	if r := p.w.releases[number]; r != nil {
		return code.NewRelease(number, sourcesOf(r, sortedKeys(r.Files))), nil
	}
	return nil, fmt.Errorf("there is no release %d", number)
}

func (t turn) Code() *Code { return t.w.read() }

func (t turn) Stage(ctx context.Context, next *Code, back bool) (units int, err error) {
	next.Turn = t.w.turns
	for i, s := range t.w.nodes {
		if i == t.n {
			continue
		}
		if t.w.deaf[i] {
			return 0, fmt.Errorf("node %d does not answer", i)
		}
		n, err := s.ctl.Stage(ctx, next, back)
		if err != nil {
			return 0, err
		}
		units += n
	}
	return units, nil
}

func (t turn) Decide(_ context.Context, next *Code) error {
	if t.w.full != nil {
		return t.w.full
	}
	next.Turn, t.w.code = t.w.turns, next
	return nil
}

func (t turn) Swap(next *Code) {
	for i, s := range t.w.nodes {
		if i != t.n && !t.w.deaf[i] && !t.w.lost[i] {
			if err := s.ctl.Swap(bg, next.Version, next.Turn); err != nil {
				t.w.t.Error(err)
			}
		}
	}
}

func (t turn) End() { t.w.taken = false }

func (w *truth) save(n int, m string) Outcome { return w.nodes[n].save("m.lua", m) }

// A release that one node brings is on all of them, or on none: where one does not answer, or a
// unit of one refuses, or it cannot be written down, nothing changes anywhere.
func TestAReleaseIsOnAllNodesOrOnNone(t *testing.T) {
	w := newCluster(t, 3, 2)
	a := w.nodes[0]
	o := w.save(0, returns(2))
	a.verdict(o, Apply)
	if o.Units != 6 {
		t.Errorf("%d units were changed, and not all", o.Units)
	}
	w.want("N0S0=2 N0S1=2 N1S0=2 N1S1=2 N2S0=2 N2S1=2")

	w.deaf[2] = true
	a.verdict(w.save(0, returns(3)), Refuse, "node 2 does not answer")
	w.want("N0S0=2 N0S1=2 N1S0=2 N1S1=2 N2S0=2 N2S1=2")
	w.deaf[2] = false
	a.verdict(w.save(0, returns(4)), Apply)

	w.nodes[1].silent["N1S1"], w.nodes[1].from = true, 0
	a.verdict(w.save(0, returns(5)), Refuse, "N1S1 did not answer")
	delete(w.nodes[1].silent, "N1S1")
	w.full = errors.New("no space left on device")
	a.verdict(w.save(0, returns(6)), Refuse, "no space")
	w.full = nil
	w.want("N0S0=4 N0S1=4 N1S0=4 N1S1=4 N2S0=4 N2S1=4")

	w.taken = true
	a.verdict(w.save(0, returns(7)), Refuse, "not this one's turn")
	w.taken = false
	a.verdict(w.save(0, returns(8)), Apply) // what was refused through no fault of its own comes in again
	w.want("N0S0=8 N0S1=8 N1S0=8 N1S1=8 N2S0=8 N2S1=8")
}

// A node that has not heard of a decision comes to it with the next one, or when it looks, and one
// that joins begins with it: with patches and canaries.
func TestANodeThatWasAwayComesToWhatIsDecided(t *testing.T) {
	w := newCluster(t, 2, 2)
	w.lost[1] = true
	w.nodes[0].verdict(w.save(0, returns(2)), Apply)
	w.want("N0S0=2 N0S1=2 N1S0=1 N1S1=1")
	w.nodes[0].verdict(w.save(0, returns(3)), Apply) // it is asked, and first takes in what it has missed
	w.want("N0S0=3 N0S1=3 N1S0=2 N1S1=2")
	delete(w.lost, 1)
	if err := w.nodes[1].ctl.Follow(bg); err != nil {
		t.Fatal(err)
	}
	w.want("N0S0=3 N0S1=3 N1S0=3 N1S1=3")

	patch := func(n int, value string, canary ...string) (Outcome, *Patch) {
		return w.nodes[n].ctl.Patch(bg, PatchRequest{Function: "m.f", Code: "function(x) return " + value + " end", Author: "amy", Reason: "a try", Canary: canary, Supersede: true})
	}
	o, _ := patch(0, "10")
	w.nodes[0].verdict(o, Apply)
	o, p := patch(1, "20", "N0S1", "N2S0") // where it runs is no matter to who says it
	w.nodes[1].verdict(o, Apply)
	w.want("N0S0=10 N0S1=20 N1S0=10 N1S1=10")
	w.join(2)
	w.want("N0S0=10 N0S1=20 N1S0=10 N1S1=10 N2S0=20 N2S1=10")
	w.nodes[2].verdict(w.nodes[2].ctl.PromotePatch(bg, p.ID, "amy"), Apply)
	w.want("N0S0=20 N0S1=20 N1S0=20 N1S1=20 N2S0=20 N2S1=20")
	for i, s := range w.nodes {
		if st := s.ctl.Status(); st.Patches != 1 || st.Canary != 0 {
			t.Errorf("node %d stands at %+v", i, st)
		}
	}
	w.nodes[1].verdict(w.nodes[1].ctl.Drop(bg, p.ID, "amy"), Apply)
	w.want("N0S0=3 N0S1=3 N1S0=3 N1S1=3 N2S0=3 N2S1=3")
	w.nodes[0].verdict(w.nodes[0].ctl.Rollback(bg, 2, "amy", "it was better"), Apply)
	w.want("N0S0=2 N0S1=2 N1S0=2 N1S1=2 N2S0=2 N2S1=2")
}

// A canary's errors on one node take it back on all, and a freeze on one keeps changes out of all.
func TestWhatOneNodeTakesBackIsTakenBackOnAll(t *testing.T) {
	w := newCluster(t, 2, 2)
	w.nodes[0].verdict(w.save(0, failing), Apply)
	w.nodes[1].work(8)
	if o, did := w.nodes[1].ctl.Watch(bg); !did {
		t.Fatalf("it is not taken back: %+v", o)
	}
	w.want("N0S0=1 N0S1=1 N1S0=1 N1S1=1")

	w.nodes[1].pass(time.Minute)
	w.nodes[1].freeze()
	if o := w.save(0, returns(5)); o.Verdict != Queue {
		t.Errorf("what is saved while all is frozen: %+v", o)
	}
	w.want("N0S0=1 N0S1=1 N1S0=1 N1S1=1")
	w.nodes[0].verdict(w.nodes[0].ctl.Thaw(bg, "amy"), Apply)
	w.want("N0S0=5 N0S1=5 N1S0=5 N1S1=5")
}

// A unit that comes from another node on what that one ran is brought to what it is to run here.
func TestAUnitThatHasMovedRunsItsCanary(t *testing.T) {
	w := newCluster(t, 2, 1)
	o, _ := w.nodes[0].ctl.Patch(bg, PatchRequest{Function: "m.f", Code: "function(x) return 7 end", Author: "amy", Reason: "a try", Canary: []string{"N1S5"}})
	w.nodes[0].verdict(o, Apply)
	b := w.nodes[1]
	own := maps.Clone(b.canary)
	b.canary = nil
	b.start("N1S5") // as it came: on what all others run
	b.canary = own
	w.want("N0S0=1 N1S0=1 N1S5=1")
	b.ctl.Settle(bg, "N1S5")
	w.want("N0S0=1 N1S0=1 N1S5=7")
}
