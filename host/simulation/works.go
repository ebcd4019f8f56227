package simulation

import (
	"maps"
	"math"
	"slices"

	"hotshard/runtime/script/catalogue"
)

// build is the life of a maker: buys what a blueprint needs, builds, and sells it.
func build(a *Agent) {
	plans := a.w.plans()
	if len(plans) == 0 {
		return
	}
	for {
		plan := plans[a.IntN(len(plans))]
		runs := 1 + float64(a.IntN(5))
		if !a.until(600, 24, func() bool { return a.gather(plan, runs) }) {
			continue
		}
		if !a.ok("licence", args{"blueprint": plan.Name, "runs": runs}) || !a.ok("build", args{"blueprint": plan.Name, "runs": runs}) {
			a.sleep(600)
			continue
		}
		a.sleep(a.w.figure(plan.Name, "time")*runs + 5)
		a.until(60, 30, func() bool { return a.ok("deliver", nil) })
		for _, s := range a.hangar() {
			if s.thing == a.w.product(plan) {
				a.sell(s, 0.95, 1.3)
			}
		}
	}
}

// gather says whether all that a plan needs is there, and bids for what is missing.
func (a *Agent) gather(plan *catalogue.Type, runs float64) bool {
	has := map[string]float64{}
	for _, s := range a.hangar() {
		has[s.thing] = s.quantity
	}
	needs, all := a.w.needs(plan), true
	for _, thing := range slices.Sorted(maps.Keys(needs)) {
		each, _ := needs[thing].(float64)
		if missing := each*runs - has[thing]; missing > 0 {
			all = false
			a.do("market_buy", args{"type": thing, "quantity": missing, "price": price(a.listed(thing) * a.between(1, 1.3)), "range": "station", "days": 1.0})
		}
	}
	return all
}

// hauled are the groups of what corporations of the world make and want.
var hauled = map[string]bool{"provision": true, "household": true, "luxury": true, "science": true, "industry": true}

// haul is the life of a hauler: finds what corporations make in one station and want in
// another, and brings it there.
func haul(a *Agent) {
	var goods []string
	for _, t := range a.w.types.List("") {
		if hauled[t.Group] {
			goods = append(goods, t.Name)
		}
	}
	for {
		a.sleep(a.between(30, 300))
		thing := goods[a.IntN(len(goods))]
		sale, purchase := a.book(thing)
		if sale == nil || purchase == nil || purchase.price < sale.price*1.1 || sale.station == purchase.station {
			continue
		}
		a.carry(thing, sale, purchase)
	}
}

// carry buys in one place, goes to the other and sells there.
func (a *Agent) carry(thing string, sale, purchase *offer) {
	from, to := a.w.m.ByName(sale.system), a.w.m.ByName(purchase.system)
	if from == nil || to == nil || !a.visit(from, sale.station) {
		return
	}
	volume := math.Max(0.01, a.w.figure(thing, "volume"))
	n := math.Floor(math.Min(a.room()/volume, math.Min(math.Min(sale.quantity, purchase.quantity), a.wallet()*0.8/sale.price)))
	if n < 1 || !a.ok("market_buy", args{"type": thing, "quantity": n, "price": sale.price, "range": "station", "days": 1.0}) {
		return
	}
	if !a.ok("move", args{"from": "hangar", "to": "hold", "type": thing, "quantity": n}) || !a.visit(to, purchase.station) {
		return
	}
	a.do("move", args{"from": "hold", "to": "hangar"})
	for _, s := range a.hangar() {
		if s.thing == thing {
			a.do("market_sell", args{"type": thing, "quantity": s.quantity, "price": price(purchase.price * 0.9), "days": 1.0})
		}
	}
}

// room is what goes into the hold of the ship one flies, in m3.
func (a *Agent) room() float64 {
	flies, _ := a.table("ships", nil)["flies"].(args)
	name, _ := flies["type"].(string)
	return a.w.figure(name, "cargo")
}
