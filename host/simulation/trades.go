package simulation

import (
	"math"

	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/world"
)

// mineral is the group of what ore is refined into.
const mineral = "mineral"

// mine is the life of a miner: out to a belt, dig until the hold is full, back, refine, sell.
func mine(a *Agent) {
	belts := celestials(a.home, world.KindBelt)
	for {
		if !a.visit(a.home, a.dock) {
			a.sleep(60)
			continue
		}
		a.sellOre()
		a.do("fit", args{"modules": []world.Value{"Small Mining Laser", "Afterburner"}})
		a.do("undock", nil)
		if a.reach(float64(belts[a.IntN(len(belts))].ID)) {
			a.dig()
		}
	}
}

// reach warps to a belt and begins to dig; false where that takes too long.
func (a *Agent) reach(belt float64) bool {
	a.do("warp", args{"id": belt})
	tries := 0
	return a.until(15, 30, func() bool {
		if a.ok("activate", args{"slot": 1.0, "id": belt}) {
			return true
		}
		if tries++; tries%8 == 0 && !a.ok("warp", args{"id": belt}) { // it is near, and yet too far
			a.do("approach", args{"id": belt})
		}
		return false
	})
}

// dig waits until the hold does not fill any more.
func (a *Agent) dig() {
	before := -1.0
	for range 40 {
		a.sleep(45)
		now := 0.0
		for _, s := range stacks(a.table("hold", nil)["items"]) {
			now += s.quantity
		}
		if now <= before {
			return
		}
		before = now
	}
}

// sellOre refines what was dug and sells what came of it.
func (a *Agent) sellOre() {
	if len(stacks(a.table("hold", nil)["items"])) > 0 {
		a.do("move", args{"from": "hold", "to": "hangar"})
	}
	for _, s := range a.hangar() {
		if a.w.ore(s.thing) && s.quantity >= a.w.figure(s.thing, "portion") {
			a.do("refine", args{"type": s.thing})
		}
	}
	for _, s := range a.hangar() {
		if a.w.group(s.thing) == mineral {
			a.sell(s, 0.9, 1.1)
		}
	}
}

// trade is the life of a trader, who never leaves the station: buys for less than a thing is
// worth and sells for more.
func trade(a *Agent) {
	things := a.w.traded()
	for {
		a.sleep(a.between(120, 1200))
		thing := things[a.IntN(len(things))]
		if a.Float64() < 0.5 {
			a.buySome(thing)
			continue
		}
		for _, s := range a.hangar() {
			if a.Float64() < 0.5 {
				a.sell(s, 1.0, 1.2)
			}
		}
		if a.Float64() < 0.2 {
			a.tidy()
		}
	}
}

// buySome takes what is offered where that is cheap, or lets an order stand.
func (a *Agent) buySome(thing string) {
	each, sale := a.listed(thing), (*offer)(nil)
	sale, _ = a.book(thing)
	bid := price(each * a.between(0.85, 1.0))
	if sale != nil && sale.price <= each*1.1 {
		bid = sale.price
	}
	n := math.Floor(a.wallet() * a.between(0.01, 0.05) / bid)
	if n >= 1 {
		a.do("market_buy", args{"type": thing, "quantity": n, "price": bid, "range": "station", "days": 1.0 + float64(a.IntN(3))})
	}
}

// tidy changes the price of an order that stands, or cancels it.
func (a *Agent) tidy() {
	v, _ := a.do("market_orders", nil)
	list, _ := v.([]world.Value)
	for _, one := range list {
		o, _ := one.(map[string]world.Value)
		left, _ := o["left"].(float64)
		if ended := o["reason"]; ended != nil && ended != "" || left == 0 || a.Float64() < 0.5 {
			continue
		}
		was, _ := o["price"].(float64)
		if a.Float64() < 0.3 {
			a.do("market_cancel", args{"order": o["order"]})
		} else {
			a.do("market_change", args{"order": o["order"], "price": price(was * a.between(0.95, 1.05))})
		}
		return
	}
}

// traded are the types that traders know: minerals, and what is made of them alone.
func (w *World) traded() (names []string) {
	for _, t := range w.types.List("") {
		if t.Group == mineral {
			names = append(names, t.Name)
		}
	}
	for _, t := range w.plans() {
		names = append(names, w.product(t))
	}
	return names
}

// plans are the blueprints that need nothing but minerals.
func (w *World) plans() (list []*catalogue.Type) {
	for _, t := range w.types.List("") {
		if t.Category == "blueprint" && len(list) < 12 && w.simple(t) {
			list = append(list, t)
		}
	}
	return list
}

func (w *World) simple(t *catalogue.Type) bool {
	needs := w.needs(t)
	for name := range needs {
		if w.group(name) != mineral {
			return false
		}
	}
	return len(needs) > 0
}

func (w *World) needs(t *catalogue.Type) map[string]world.Value {
	f := t.Field("needs")
	if f == nil {
		return nil
	}
	needs, _ := f.Value.(map[string]world.Value)
	return needs
}

func (w *World) product(t *catalogue.Type) string {
	name, _ := t.Field("product").Value.(string)
	return name
}
