package surveillance

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hotshard/runtime/world"
)

// Who sells for real money gives much, to several people, who give nothing back, with whom
// there is no other tie, and gives away most of what ever came in. A gift is what was handed
// over, or what a trade was away from any price that is usual: a stone bought for a fortune.
//
// Honest people give, too: friends back and forth, over many days, to people who know each
// other; corporations to all their members, who bring them something; old hands small sums
// to beginners; lotteries much to few, of what they got of many. Whoever pays ten times the
// price by a slip gives a stranger something, once; and who leaves the game gives all away in a day.
const (
	farOff    = 4.0      // spreads from the usual price from which on a trade is a gift
	twice     = math.Ln2 // and at least so far, as a logarithm
	public    = 24       // people somebody gives to or gets from, who is a pirate, a lottery or a quartermaster
	looksSold = 0.7      // of a gift's score
	buyers    = 3        // whom somebody sells to, at least
	largeFrom = 1.0      // of a gift among all gifts between two, in spreads above the middle
	largeAt   = 2.0
)

// tie is what went from one character to another.
type tie struct {
	from, to  world.CharacterID
	given     float64 // for nothing, in hundredths
	back      float64 // given by the other
	days      map[int64]bool
	traded    int // usual trades between the two
	evidence  Evidence
	large     float64 // grades
	oneSided  float64
	strange   float64
	withOther int // people both have to do with
}

// net is what one gave more than came back.
func (t *tie) net() float64 { return t.given - t.back }

type arrow struct{ from, to world.CharacterID }

// network is who gives what to whom, and what everybody has got.
type network struct {
	ties   map[arrow]*tie
	around map[world.CharacterID]map[world.CharacterID]bool // who gives to or gets from whom
	income map[world.CharacterID]float64                    // sales, gifts, and what the world gave
	spent  map[world.CharacterID]float64                    // on the market
	crowd  map[world.CharacterID]int                        // who gave what is not much
	out    map[world.CharacterID][]*tie
}

func (d *Detector) network() *network {
	n := &network{map[arrow]*tie{}, map[world.CharacterID]map[world.CharacterID]bool{}, map[world.CharacterID]float64{}, map[world.CharacterID]float64{}, map[world.CharacterID]int{}, map[world.CharacterID][]*tie{}}
	for i := range d.transfers {
		t := &d.transfers[i]
		worth := d.worth(t)
		if t.From == World {
			n.income[t.To] += worth
		} else if worth > 0 && t.From != t.To {
			tie := n.give(t.From, t.To, worth, t.At)
			tie.evidence.entry(t.Entry, worth)
		}
	}
	for i := range d.trades {
		d.tradeTie(n, &d.trades[i])
	}
	n.connect()
	return n
}

// money is the type that prices are in: it is worth itself.
const money = "Money"

func (d *Detector) worth(t *Transfer) float64 {
	if t.Type == money {
		return float64(t.Quantity)
	}
	return d.fair.at(t.Type, "", t.At).worth(t.Quantity)
}

// tradeTie counts a trade: as income, and as a gift by as much as it is off.
func (d *Detector) tradeTie(n *network, t *Trade) {
	paid := float64(t.Price) * float64(t.Quantity)
	n.income[t.Seller] += paid
	n.spent[t.Buyer] += paid
	if !character(t.Buyer) || !character(t.Seller) || t.Buyer == t.Seller {
		return
	}
	p, log, spreads := d.fair.nearest(t)
	if math.Abs(spreads) < farOff || math.Abs(log) < twice {
		for _, a := range []arrow{{t.Buyer, t.Seller}, {t.Seller, t.Buyer}} {
			if tie := n.ties[a]; tie != nil {
				tie.traded++
			}
		}
		return
	}
	from, to := t.Buyer, t.Seller
	if log < 0 {
		from, to = to, from
	}
	gift := math.Abs(paid - p.worth(t.Quantity))
	n.give(from, to, gift, t.At).evidence.note(t, gift)
	if log < 0 {
		return
	}
	n.income[t.Seller] -= gift // counted by give
}

func (n *network) give(from, to world.CharacterID, worth float64, at int64) *tie {
	t := n.ties[arrow{from, to}]
	if t == nil {
		t = &tie{from: from, to: to, days: map[int64]bool{}}
		n.ties[arrow{from, to}] = t
	}
	t.given += worth
	t.days[at/daily] = true
	n.income[to] += worth
	for _, who := range [][2]world.CharacterID{{from, to}, {to, from}} {
		if n.around[who[0]] == nil {
			n.around[who[0]] = map[world.CharacterID]bool{}
		}
		n.around[who[0]][who[1]] = true
	}
	return t
}

// connect grades the ties.
func (n *network) connect() {
	var sizes []float64
	for a, t := range n.ties {
		if back := n.ties[arrow{a.to, a.from}]; back != nil {
			t.back = back.given
		}
		sizes = append(sizes, math.Log(t.given))
	}
	if len(sizes) == 0 {
		return
	}
	mid := median(slices.Clone(sizes))
	for i := range sizes {
		sizes[i] = math.Abs(sizes[i] - mid)
	}
	spread := math.Max(0.5, toSigma*median(sizes))
	for _, a := range slices.SortedFunc(maps.Keys(n.ties), compareArrows) {
		t := n.ties[a]
		t.grade(n, mid, spread)
		n.out[t.from] = append(n.out[t.from], t)
		if t.large == 0 {
			n.crowd[t.to]++
		}
	}
}

func compareArrows(x, y arrow) int {
	return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to))
}

func (t *tie) grade(n *network, mid, spread float64) {
	t.large = grade((math.Log(t.given)-mid)/spread, largeFrom, largeAt)
	t.oneSided = grade(t.net()/(t.given+t.back), 0.5, 0.95)
	for who := range n.around[t.from] {
		if n.around[t.to][who] && len(n.around[who]) <= public {
			t.withOther++
		}
	}
	// Few days, no common acquaintances, no trade otherwise, and nobody who gets something of everybody, as pirates do.
	t.strange = min(grade(float64(-len(t.days)), -4, -2), grade(float64(-t.withOther), -2, 0), grade(float64(-t.traded), -8, -1), grade(float64(-len(n.around[t.to])), -public, -public/2))
}

// sold is how much a tie looks like a gift that was paid for.
func (t *tie) sold() float64 { return together(t.large, t.oneSided, t.strange*t.strange) }

// sales lists those who give to strangers all they have, and those who get it.
func (d *Detector) sales() []Suspect {
	n := d.network()
	hubs := map[world.CharacterID]float64{}
	var list []Suspect
	for _, who := range slices.Sorted(maps.Keys(n.out)) {
		score, ties := n.hub(who)
		hubs[who] = score
		if score > 0 {
			list = append(list, hubCase(who, score, ties)...)
		}
	}
	return append(list, n.suppliers(hubs)...)
}

// hub grades a giver: how many there are who look like buyers, and which part of all that
// came in went to them.
func (n *network) hub(who world.CharacterID) (float64, []*tie) {
	var ties []*tie
	given, squares, sum, days := 0.0, 0.0, 0.0, map[int64]bool{}
	for _, t := range n.out[who] {
		if s := t.sold(); s > looksSold {
			ties, sum = append(ties, t), sum+s
			given, squares = given+t.net(), squares+t.net()*t.net()
			maps.Copy(days, t.days)
		}
	}
	if len(ties) < buyers {
		return 0, nil
	}
	// What goes round in trade comes in again and again: only what stays was there to be given.
	share := given / math.Max(n.income[who]-n.spent[who], given)
	private := grade(float64(-n.crowd[who]), -20, -8) // who holds a lottery gives much to few, too, and gets little of many
	often := grade(float64(len(days)), 1, 2)          // who quits gives all in a day
	even := grade(given*given/squares, 1.8, 2.6)      // how many they are, where the largest count most
	usual := min(sum/float64(len(ties)), private, often, even)
	// Few buyers of all one has, or many of whatever part.
	few, many := min(grade(sum, 2.1, 2.9), grade(share, 0.4, 0.8)), min(grade(sum, 3.8, 4.8), grade(share, 0.08, 0.25))
	return together(math.Max(few, many), usual), ties
}

func hubCase(who world.CharacterID, score float64, ties []*tie) []Suspect {
	hub := Suspect{Who: who, Kind: Sale, Score: score}
	sum := 0.0
	for _, t := range ties {
		hub.With = append(hub.With, t.to)
		hub.Evidence.add(&t.evidence)
		sum += t.net()
	}
	hub.Why = fmt.Sprintf("gave %.0f to %d people it has nothing else to do with, and nothing came back", sum/100, len(ties))
	list := []Suspect{hub}
	for _, t := range ties {
		list = append(list, Suspect{Who: t.to, Kind: Sale, Score: math.Sqrt(score * t.sold()), With: []world.CharacterID{who}, Evidence: t.evidence,
			Why: fmt.Sprintf("got %.0f for nothing of a stranger who gives to %d", t.net()/100, len(ties))})
	}
	return list
}

// links is how long a chain is of those who give to one who sells: bots, whoever gathers what
// they dig, a mule.
const links = 3

// suppliers are those who give one who sells, or one who gives to such, most of what they
// have.
func (n *network) suppliers(hubs map[world.CharacterID]float64) (list []Suspect) {
	arrows := slices.SortedFunc(maps.Keys(n.ties), compareArrows)
	for range links {
		found := map[world.CharacterID]float64{}
		for _, a := range arrows {
			if hubs[a.to] < hubFrom || hubs[a.from] >= hubFrom {
				continue
			}
			t := n.ties[a]
			most := t.net() / math.Max(n.income[a.to], t.net()) // of what the other has
			had := math.Max(math.Max(n.income[a.from], n.spent[a.from]), t.net())
			score := together(hubs[a.to], grade(t.net()/had, 0.25, 0.6), grade(most, 0.01, 0.06), t.oneSided, t.large, t.strange*t.strange)
			found[a.from] = math.Max(found[a.from], score)
			list = append(list, Suspect{Who: a.from, Kind: Sale, Score: score, With: []world.CharacterID{a.to}, Evidence: t.evidence,
				Why: fmt.Sprintf("gave most of what it has, %.0f, to one who gives it on to strangers", t.net()/100)})
		}
		for who, score := range found {
			hubs[who] = math.Max(hubs[who], score)
		}
	}
	return list
}

// add adds other evidence.
func (e *Evidence) add(o *Evidence) {
	e.Trades += o.Trades
	e.Sum += o.Sum
	e.Entries = append(e.Entries, o.Entries[:min(len(o.Entries), mostEvidence-len(e.Entries))]...)
	e.Orders = append(e.Orders, o.Orders[:min(len(o.Orders), mostEvidence-len(e.Orders))]...)
}
