package system

import (
	"slices"

	"hotshard/runtime/world"
)

// people are the players who are in the system.
type people struct {
	byID  map[world.CharacterID]*Player
	order []*Player // in the order of arrival
}

func newPeople() people { return people{byID: make(map[world.CharacterID]*Player)} }

func (c *people) add(p *Player) {
	c.byID[p.ID] = p
	c.order = append(c.order, p)
}

func (c *people) remove(p *Player) {
	delete(c.byID, p.ID)
	c.order = without(c.order, p)
}

// has says whether this very player, and not one of before, is in the system.
func (c *people) has(p *Player) bool { return c.byID[p.ID] == p }

func (c *people) count() int { return len(c.order) }

// without removes p and keeps the order.
func without(ps []*Player, p *Player) []*Player {
	if i := slices.Index(ps, p); i >= 0 {
		return slices.Delete(ps, i, i+1)
	}
	return ps
}
