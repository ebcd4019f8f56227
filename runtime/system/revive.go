package system

import (
	"errors"
	"fmt"

	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// A system in which the core has failed goes on from its last image and what was recorded
// since: all but the tick that failed. To its scripts that is the end of a process that was
// killed; its players keep their connections.

// Last is what there is of a system that has just failed.
type Last struct {
	Image []byte
	Made  *code.Release // that it was made on
	Thaw  StateThaw
	// Kept says what has become of a player who is in the image, and who is now as they were
	// last saved.
	Kept func(was, now Character) (Character, Fate)
}

// errFailed is what tasks hear that waited for an answer of the outside.
var errFailed = errors.New("the system has failed, and went on before there was an answer")

// revive brings the system back as it was, with those who were in it. false: it cannot be,
// and is empty.
func (s *System) revive(players []*Player) (done bool) {
	if s.cfg.Last == nil {
		return false
	}
	door, left := s.door, append([]Message(nil), s.mail.batch[s.mail.next:]...)
	asked, called := s.asked.last, s.calls.last
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("the system cannot go on as it was", "error", fmt.Errorf("panic: %v", r))
			done = false
		}
		s.mail.batch, s.mail.next = left, 0
		s.asked.last, s.calls.last = max(s.asked.last, asked), max(s.calls.last, called)
		if !done {
			s.scripts.close()
			s.clear()
			s.door = door
		}
	}()
	last, err := s.cfg.Last(s)
	if err == nil && last.Made.Hash != s.cfg.Release().Hash {
		err = errors.New("its scripts have changed since")
	}
	if err == nil {
		s.mail.batch, s.mail.next = s.mail.batch[:0], 0
		err = s.thaw(last.Made, last.Image, last.Thaw, func(world.CharacterID) Client { return Nobody })
	}
	if err != nil {
		s.log.Warn("the system cannot go on as it was", "error", err)
		return false
	}
	s.door, s.scripts.down = door, nil
	s.commands.reset(s.people.order) // they wait in the inbox
	s.reunite(players, last.Kept)
	return true
}

// reunite gives the image of the system those who are in it now.
func (s *System) reunite(players []*Player, kept func(was, now Character) (Character, Fate)) {
	now := make(map[world.CharacterID]*Player, len(players))
	for _, p := range players {
		now[p.ID] = p
	}
	s.agreePeople(func(was Character) (Character, Fate) {
		if p := now[was.ID]; p != nil {
			return kept(was, p.saved)
		}
		return was, FateGone // they have left since
	})
	for _, p := range s.people.order {
		s.raiseDisconnected(p, ReasonRestart)
		p.client, p.held = nil, nil
	}
	s.settle()
	s.FailLost(errFailed)
	s.Resumed(true)
	for _, p := range players {
		switch back := s.people.byID[p.ID]; {
		case back == nil:
			s.admit(Enter{Character: p.saved, Client: p.client, Reason: ReasonRestore})
		case p.client != nil:
			s.takeOver(back, p.client)
		}
	}
	s.settle()
}
