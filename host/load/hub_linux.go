package load

import "hotshard/runtime/world"

// hub is a port: most are docked. Every half minute each does something: one time
// in a hundred it says a line that all hear, one in ten it goes out for a while,
// otherwise it asks who is here or where something is.
type hub struct{ s *side }

// hubEvery is how often somebody in a hub does something, on average.
const hubEvery = 30e9

func (h hub) placed(p *player) {
	if p.docked == 0 && p.ship != 0 {
		p.after(5e9 + h.s.within(10e9))
		return
	}
	p.target = p.docked
	h.s.arrive(p)
	p.after(h.s.within(2 * hubEvery))
}

func (h hub) act(p *player) {
	if !h.s.asking {
		return
	}
	p.after(h.s.within(2 * hubEvery))
	switch n := h.s.loop.rng.IntN(100); {
	case p.docked == 0 && p.target == 0: // it came back into a ship in space
		p.order("who", nil)
	case p.docked == 0:
		p.order("dock", h.s.id("station", p.target))
		p.after(5e9)
	case n == 0:
		p.order("say", []byte(`"text":"buying engines, selling guns"`))
	case n < 10:
		p.order("undock", nil)
	case n < 40:
		p.order("fit", []byte{})
	default:
		p.order("find", []byte(`"text":"a"`))
	}
}

func (h hub) answer(p *player, what, code string) {
	if what == "dock" && code != "" {
		p.order("approach", h.s.id("id", p.target))
	}
}

func (hub) lock(*player, world.EntityID, bool, bool) {}
