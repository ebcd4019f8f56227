package simulation

import (
	"fmt"
	"math"
	"slices"

	"hotshard/data/ledger"
	"hotshard/data/store"
	"hotshard/runtime/world"
)

// hub is where people of a region live: a station with belts around.
type hub struct {
	system  *world.SolarSystem
	station world.EntityID
}

// hubs are one of each region that has one, two at most: trade needs somewhere to go.
func (w *World) hubs() (list []hub) {
	seen := map[string]bool{}
	order := make([]*world.SolarSystem, len(w.m.Systems))
	for i := range w.m.Systems {
		order[i] = &w.m.Systems[i]
	}
	slices.SortStableFunc(order, func(a, b *world.SolarSystem) int { return -compare(a.Security, b.Security) })
	for _, s := range order {
		ports := stations(s)
		if seen[s.Region] || len(ports) == 0 || len(celestials(s, world.KindBelt)) == 0 || len(list) == 2 {
			continue
		}
		seen[s.Region] = true
		list = append(list, hub{s, ports[0].ID})
	}
	return list
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// stake is what those begin with who need more than a beginner's purse, in hundredths.
const stake = 20_000_000

// populate lets everybody in, spread over the hubs, and begin one after the other.
func (w *World) populate() error {
	hubs := w.hubs()
	if len(hubs) == 0 {
		return fmt.Errorf("the map of seed %d has no system with a station and a belt: take another seed", w.cfg.Seed)
	}
	for _, kind := range []struct {
		name  string
		n     int
		stake int64
		life  func(*Agent)
	}{
		{"Miner", w.cfg.Miners, 0, mine}, {"Trader", w.cfg.Traders, stake, trade}, {"Hauler", w.cfg.Haulers, stake / 4, haul}, {"Maker", w.cfg.Makers, stake, build},
	} {
		for i := range kind.n {
			at := hubs[i%len(hubs)]
			a, err := w.join(fmt.Sprintf("%s %d", kind.name, i+1), at.system, at.station)
			if err != nil {
				return err
			}
			a.home, a.dock = at.system, at.station
			if kind.stake > 0 {
				if err := a.begin(kind.stake); err != nil {
					return err
				}
			}
			a.live(kind.life, a.between(5, 300))
		}
	}
	return nil
}

// begin gives a stake.
func (a *Agent) begin(hundredths int64) error {
	_, err := a.w.store.GiveItems(a.w.background(), store.Why{Cause: ledger.FaucetGrant, Content: "a stake"},
		store.Item{Owner: a.id, Location: ledger.Wallet, Type: ledger.Money, Quantity: hundredths})
	return err
}

// in is the system an agent is in, and at the station there, 0 in space.
func (a *Agent) in() *world.SolarSystem { return a.w.people.at[a.id].in.Static() }

func (a *Agent) station() world.EntityID {
	if p := a.w.people.at[a.id].in.Player(a.id); p != nil {
		return p.Station
	}
	return 0
}

// until waits until something is so, looking now and then; false where it takes too long.
func (a *Agent) until(every float64, times int, so func() bool) bool {
	for range times {
		if so() {
			return true
		}
		a.sleep(every)
	}
	return so()
}

// land docks at a station of the system one is in.
func (a *Agent) land(at world.EntityID) bool {
	if a.station() == at {
		return true
	}
	if a.station() != 0 && !a.ok("undock", nil) {
		return false
	}
	for range 5 { // who is shot on the way begins again
		a.do("dock", args{"station": float64(at)})
		if a.until(10, 60, func() bool { return a.station() != 0 }) {
			break
		}
	}
	return a.station() == at
}

// travel goes to another system, by autopilot.
func (a *Agent) travel(to *world.SolarSystem) bool {
	for range 6 {
		if a.in() == to {
			return true
		}
		if a.station() != 0 {
			a.do("undock", nil)
		}
		a.do("route", args{"to": to.Name})
		a.do("autopilot", args{"on": true})
		was := a.in()
		a.until(20, 60, func() bool { return a.in() == to || a.in() != was && a.station() != 0 })
	}
	return a.in() == to
}

// go to a station, wherever it is.
func (a *Agent) visit(to *world.SolarSystem, at world.EntityID) bool {
	return (a.in() == to || a.travel(to)) && a.land(at)
}

// listed is what a type's file says it is worth, in hundredths.
func (a *Agent) listed(thing string) float64 { return a.w.figure(thing, "price") }

// figure is a figure of a type.
func (w *World) figure(thing, name string) float64 {
	t := w.types.Get(thing)
	if t == nil {
		return 0
	}
	f := t.Field(name)
	if f == nil {
		return 0
	}
	n, _ := f.Value.(float64)
	return n
}

// group is what sort of thing a type is.
func (w *World) group(thing string) string {
	if t := w.types.Get(thing); t != nil {
		return t.Group
	}
	return ""
}

// ore says whether a type is dug out of belts.
func (w *World) ore(thing string) bool {
	t := w.types.Get(thing)
	return t != nil && t.Category == "ore"
}

// price is the price nearest to a number: whole, with four significant figures.
func price(n float64) float64 {
	unit := 1.0
	for n/unit >= 1e4 {
		unit *= 10
	}
	return math.Max(1, math.Floor(n/unit+0.5)*unit)
}

// offer is a standing order.
type offer struct {
	price, quantity float64
	system          string
	station         world.EntityID
}

// book is the best sale and the best purchase of a type in the region, each nil for none.
func (a *Agent) book(thing string) (sale, purchase *offer) {
	page := a.table("market_book", args{"type": thing})
	return best(page["sells"]), best(page["buys"])
}

func best(side world.Value) *offer {
	list, _ := side.([]world.Value)
	if len(list) == 0 {
		return nil
	}
	o, _ := list[0].(map[string]world.Value)
	station, _ := o["station"].(float64)
	price, _ := o["price"].(float64)
	quantity, _ := o["quantity"].(float64)
	name, _ := o["system"].(string)
	return &offer{price, quantity, name, world.EntityID(station)}
}

// stack is so many of a type.
type stack struct {
	thing    string
	quantity float64
}

// hangar is what one has in the station one is in.
func (a *Agent) hangar() []stack { return stacks(a.table("hangar", nil)["items"]) }

func stacks(v world.Value) (out []stack) {
	list, _ := v.([]world.Value)
	for _, one := range list {
		t, _ := one.(map[string]world.Value)
		thing, _ := t["type"].(string)
		n, _ := t["quantity"].(float64)
		out = append(out, stack{thing, n})
	}
	return out
}

// wallet is the money one has, in hundredths.
func (a *Agent) wallet() float64 {
	n, _ := a.table("wallet", nil)["balance"].(float64)
	return n
}

// sell lets a stack stand, or sells it at once to who pays nearly what it is worth.
func (a *Agent) sell(s stack, least, most float64) {
	each := a.listed(s.thing)
	if each <= 0 || s.quantity < 1 {
		return
	}
	_, purchase := a.book(s.thing)
	ask := price(each * a.between(least, most))
	if purchase != nil && purchase.price >= each*least {
		ask = purchase.price
	}
	a.do("market_sell", args{"type": s.thing, "quantity": s.quantity, "price": ask, "days": 1.0 + float64(a.IntN(3))})
}
