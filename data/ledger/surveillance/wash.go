package surveillance

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hotshard/runtime/world"
)

// Who only makes a show of trading sells a thing to a friend, who sells it back, or to a
// third who does: in a group of a few it goes round, nobody has more of it in the end, and
// most of what each of them trades of the type is with the group. A market maker, who buys
// and sells a great deal too, does so with whoever comes.
const heavy = 0.25 // part of what each of two trades of a type that a way between them is of

// way is what one sold another of a type.
type way struct {
	units  int64
	trades []*Trade
}

// dealer is what somebody trades of a type.
type dealer struct{ bought, sold int64 }

// circle is the trade in one type.
type circle struct {
	ways    map[arrow]*way
	dealers map[world.CharacterID]*dealer
}

func (d *Detector) washes() (list []Suspect) {
	circles := map[string]*circle{}
	for i := range d.trades {
		t := &d.trades[i]
		if !character(t.Buyer) || !character(t.Seller) {
			continue
		}
		c := circles[t.Type]
		if c == nil {
			c = &circle{map[arrow]*way{}, map[world.CharacterID]*dealer{}}
			circles[t.Type] = c
		}
		c.add(t)
	}
	for _, thing := range slices.Sorted(maps.Keys(circles)) {
		c := circles[thing]
		for _, group := range c.rounds() {
			list = append(list, c.group(d, thing, group)...)
		}
	}
	return list
}

func (c *circle) add(t *Trade) {
	w := c.ways[arrow{t.Seller, t.Buyer}]
	if w == nil {
		w = &way{}
		c.ways[arrow{t.Seller, t.Buyer}] = w
	}
	w.units += t.Quantity
	w.trades = append(w.trades, t)
	c.dealer(t.Seller).sold += t.Quantity
	c.dealer(t.Buyer).bought += t.Quantity
}

func (c *circle) dealer(who world.CharacterID) *dealer {
	d := c.dealers[who]
	if d == nil {
		d = &dealer{}
		c.dealers[who] = d
	}
	return d
}

// rounds are the groups in which a thing comes back to whoever sold it, over ways that are
// a good part of what both ends trade of it.
func (c *circle) rounds() [][]world.CharacterID {
	next := map[world.CharacterID][]world.CharacterID{}
	for _, a := range slices.SortedFunc(maps.Keys(c.ways), compareArrows) {
		w := c.ways[a]
		if len(w.trades) >= 2 && float64(w.units) >= heavy*float64(c.dealers[a.from].sold) && float64(w.units) >= heavy*float64(c.dealers[a.to].bought) {
			next[a.from] = append(next[a.from], a.to)
		}
	}
	return components(next)
}

// group grades a group: how much of what its members trade of the type only goes round, how
// often, and how little anybody's stock changes.
func (c *circle) group(d *Detector, thing string, group []world.CharacterID) (list []Suspect) {
	inside, all := 0.0, 0.0
	moved, round := 0.0, 0.0
	var e Evidence
	counted := 0
	for _, a := range group {
		in, out := 0.0, 0.0
		for _, b := range group {
			if w := c.ways[arrow{a, b}]; w != nil {
				out += float64(w.units)
				counted += len(w.trades)
				for _, t := range w.trades {
					e.note(t, float64(t.Price)*float64(t.Quantity))
				}
			}
			if w := c.ways[arrow{b, a}]; w != nil {
				in += float64(w.units)
			}
		}
		of := c.dealers[a]
		inside += in + out
		all += float64(of.bought + of.sold)
		moved += in + out
		round += 2 * math.Min(in, out)
	}
	score := together(grade(inside/all, 0.58, 0.8), grade(round/moved, 0.5, 0.85), grade(float64(counted), 5, 10), grade(c.matched(group), 0.55, 0.9))
	for _, who := range group {
		with := slices.DeleteFunc(slices.Clone(group), func(other world.CharacterID) bool { return other == who })
		list = append(list, Suspect{Who: who, Kind: Wash, Score: score, With: with, Evidence: e,
			Why: fmt.Sprintf("%d trades of %s go round among %d: %.0f %% of what they trade of it, and nobody has more of it in the end", counted, thing, len(group), 100*inside/all)})
	}
	return list
}

// alike and within say when two trades are the way out and the way back.
const (
	alike  = 1.25
	within = 10 * daily
)

// matched is the part of the trades of a group that are followed, or preceded, by one of as
// many going out of the hands that these came into. Each counts for one other.
func (c *circle) matched(group []world.CharacterID) float64 {
	var in []*Trade
	for _, a := range group {
		for _, b := range group {
			if w := c.ways[arrow{a, b}]; w != nil {
				in = append(in, w.trades...)
			}
		}
	}
	slices.SortFunc(in, func(a, b *Trade) int { return cmp.Compare(a.At, b.At) })
	used, found := map[*Trade]bool{}, 0
	for _, t := range in {
		for _, back := range in {
			if back != t && !used[back] && back.Seller == t.Buyer && near(t, back) {
				used[back] = true
				found++
				break
			}
		}
	}
	return float64(found) / float64(len(in))
}

// near says whether two trades are of as many, and of about the same time.
func near(a, b *Trade) bool {
	apart := a.At - b.At
	return max(apart, -apart) <= within && float64(max(a.Quantity, b.Quantity)) <= alike*float64(min(a.Quantity, b.Quantity))
}

// components are the groups of a graph in which everybody is reached from everybody, of two
// or more, or of one who is reached from themselves (Tarjan 1972).
func components(next map[world.CharacterID][]world.CharacterID) (groups [][]world.CharacterID) {
	t := tarjan{next: next, index: map[world.CharacterID]int{}, low: map[world.CharacterID]int{}, on: map[world.CharacterID]bool{}}
	for _, who := range slices.Sorted(maps.Keys(next)) {
		if t.index[who] == 0 {
			t.visit(who)
		}
	}
	for _, g := range t.groups {
		if len(g) > 1 || slices.Contains(next[g[0]], g[0]) {
			slices.Sort(g)
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b []world.CharacterID) int { return cmp.Compare(a[0], b[0]) })
	return groups
}

type tarjan struct {
	next       map[world.CharacterID][]world.CharacterID
	index, low map[world.CharacterID]int
	on         map[world.CharacterID]bool
	stack      []world.CharacterID
	groups     [][]world.CharacterID
}

func (t *tarjan) visit(v world.CharacterID) {
	t.index[v] = len(t.index) + 1
	t.low[v] = t.index[v]
	t.stack, t.on[v] = append(t.stack, v), true
	for _, w := range t.next[v] {
		if t.index[w] == 0 {
			t.visit(w)
			t.low[v] = min(t.low[v], t.low[w])
		} else if t.on[w] {
			t.low[v] = min(t.low[v], t.index[w])
		}
	}
	if t.low[v] != t.index[v] {
		return
	}
	at := slices.Index(t.stack, v)
	group := slices.Clone(t.stack[at:])
	for _, w := range group {
		t.on[w] = false
	}
	t.stack, t.groups = t.stack[:at], append(t.groups, group)
}
