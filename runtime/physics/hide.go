package physics

import "hotshard/runtime/world"

// Hide takes a body out of the sight of all others, or shows it again. What follows it
// loses it with the next Step (TargetLost), missiles on their way to it end, and nobody
// can aim at it or finds it near them. It flies on, follows whom it likes, and is in a
// bubble like everybody: who may see it is told by State.Hidden. Errors: UnknownBody,
// Immobile (a celestial).
func (s *Space) Hide(id world.EntityID, hidden bool) error {
	i, err := s.engine("hide", id)
	if err != nil {
		return err
	}
	b := &s.info[i]
	if b.hidden == hidden {
		return nil
	}
	b.hidden = hidden
	if !hidden {
		s.hiding--
		s.tell(Event{Kind: Shown, ID: id})
		return nil
	}
	s.hiding++
	for f := b.firstFollower; f != none; f = b.firstFollower {
		s.loseTarget(f)
	}
	s.tell(Event{Kind: Hidden, ID: id})
	return nil
}

// Hiding is how many bodies are hidden.
func (s *Space) Hiding() int { return s.hiding }
