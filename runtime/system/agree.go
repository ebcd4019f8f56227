package system

import "slices"

// Fate is what has become of a player while their system was bytes.
type Fate int

// What is kept of a player is what the system has, or it is not, or they may not play.
const (
	FateSame Fate = iota
	FateChanged
	FateGone
	FateNewer // they are where the system has them; what scripts keep of them has changed since
)

// ReasonChanged is why a player leaves of whom something else is kept than the system has.
const ReasonChanged = "changed"

// Agree holds what a thawed system has of its players against what is kept of them, which
// is what counts: whoever was changed leaves, and comes in again as they are kept, if that
// is in this system. It is called before the system runs; kept is told what was last
// saved. It returns how many of the players were others than the system thought.
func (s *System) Agree(kept func(was Character) (Character, Fate)) (changed int) {
	return s.agreePeople(kept) + s.agreeDoor(kept) + s.agreeMail(kept)
}

// agreePeople is Agree for those who are in.
func (s *System) agreePeople(kept func(was Character) (Character, Fate)) (changed int) {
	for _, p := range slices.Clone(s.people.order) {
		now, fate := kept(p.saved)
		if fate == FateSame {
			continue
		}
		changed++
		if fate == FateNewer {
			s.scripts.refill(p.Data, now.Data)
			p.saved.Data, p.saved.Release = now.Data, now.Release
			continue
		}
		s.expel(p)
		if fate == FateChanged && s.isHere(now) {
			s.admit(Enter{Character: now, Reason: ReasonRestore})
			s.settle()
		}
	}
	return changed
}

// expel takes a player out of whom nothing must be saved.
func (s *System) expel(p *Player) {
	p.client, p.held = nil, nil
	s.scripts.events.PlayerLeft(p.ID, ReasonChanged)
	if p.Ship != 0 {
		s.Remove(p.Ship)
	}
	s.people.remove(p)
	s.saves.part(p)
	s.tickets.drop(p)
	s.commands.drop(p)
	s.settle()
}

func (s *System) isHere(c Character) bool {
	return s.cfg.Static != nil && c.System == s.cfg.Static.ID
}

// agreeDoor is Agree for those who wait for a seat.
func (s *System) agreeDoor(kept func(Character) (Character, Fate)) (changed int) {
	for _, w := range slices.Clone(s.door.line) {
		if w.from != "" {
			continue
		}
		now, fate := kept(w.enter.Character)
		if fate == FateSame {
			continue
		}
		changed++
		if w.enter.Character = now; fate == FateGone || !s.isHere(now) {
			s.door.remove(w)
		}
	}
	return changed
}

// agreeMail is Agree for those who are on the way in.
func (s *System) agreeMail(kept func(Character) (Character, Fate)) (changed int) {
	left := s.mail.batch[:0]
	for _, m := range s.mail.batch {
		enter, ok := m.(Enter)
		if !ok {
			left = append(left, m)
			continue
		}
		now, fate := kept(enter.Character)
		if fate != FateSame {
			changed++
			enter.Character = now
		}
		if fate == FateGone || !s.isHere(now) && fate == FateChanged {
			s.stats.coming.Add(-1)
			continue
		}
		left = append(left, enter)
	}
	clear(s.mail.batch[len(left):])
	s.mail.batch = left
	return changed
}
