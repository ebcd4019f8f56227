package system

import (
	"fmt"
	"slices"

	"hotshard/runtime/world"
)

// heeded is a thing, or a player with whatever ship they fly, of which some players
// are told every tick however many are around, and however far it is.
type heeded struct{ by []*Player }

// heed is what a player heeds, and why.
type heed struct {
	about string
	at    *heeded
	thing world.EntityID    // one of the two
	who   world.CharacterID // is 0
}

// How much a player can heed: so many things and players about one matter, and so
// many matters.
const (
	MostHeeded  = 256
	MostMatters = 8
)

// Heed says what the player is to be told of every tick about some matter, instead of
// what it was about that matter before; nothing lets it be. What is not in the system
// is left out, and what leaves it is heeded no more.
func (s *System) Heed(p *Player, about string, things []world.EntityID, players []world.CharacterID) error {
	if n := len(things) + len(players); n > MostHeeded {
		return fmt.Errorf("%d things and players to heed about %q: %d at most, those that matter most", n, about, MostHeeded)
	}
	if matters := p.matters(about); matters > MostMatters {
		return fmt.Errorf("%q is another matter to heed, and there are %d already: end one by heeding nothing about it", about, matters-1)
	}
	p.unheed(func(h heed) bool { return h.about == about })
	for _, id := range things {
		if e := s.entities.byID[id]; e != nil {
			p.heed(heed{about: about, at: &e.heeded, thing: id})
		}
	}
	for _, id := range players {
		if q := s.people.byID[id]; q != nil {
			p.heed(heed{about: about, at: &q.heeded, who: id})
		}
	}
	return nil
}

// matters counts about how many matters the player heeds something, with one more.
func (p *Player) matters(with string) int {
	all := []string{with}
	for _, h := range p.heeds {
		if !slices.Contains(all, h.about) {
			all = append(all, h.about)
		}
	}
	return len(all)
}

func (p *Player) heed(h heed) {
	p.heeds = append(p.heeds, h)
	h.at.by = append(h.at.by, p)
}

// unheed ends what the player heeds and the test says.
func (p *Player) unheed(test func(heed) bool) {
	p.heeds = slices.DeleteFunc(p.heeds, func(h heed) bool {
		if !test(h) {
			return false
		}
		h.at.by = without(h.at.by, p)
		return true
	})
}

// gone ends that anybody heeds it.
func (h *heeded) gone() {
	for len(h.by) > 0 {
		h.by[0].unheed(func(one heed) bool { return one.at == h })
	}
}
