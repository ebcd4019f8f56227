package cluster

import (
	"hash/fnv"
	"slices"
	"time"

	"hotshard/runtime/world"
)

// renewal is one under way.
type renewal struct {
	ask
	held []world.Fence
}

// lapse stops what plays on a lease that is over by our own clock.
func (n *Node) lapse() {
	for _, s := range n.order {
		if n.now >= s.until && (s.phase == playing || s.phase == freezing) {
			n.halt(s, "its lease is over")
		}
	}
}

// halt has a subject stand, and asks to be its owner again: where nobody has been since,
// what is in memory is still true, and it goes on.
func (n *Node) halt(s *subject, why string) {
	n.do(Stop{s.address})
	if s.move != nil {
		n.send(s.move.peer, Withdrawn{s.move.id})
	}
	n.reclaim(s, why)
}

// reclaim asks to be the owner again of a subject that stands. The answer is the truth about
// what others have made of it: granted, nobody has had it, and nobody can take it any more
// by what we have said before; denied, somebody has.
func (n *Node) reclaim(s *subject, why string) {
	if s.move != nil {
		s.move.why = why
	}
	s.phase, s.from = halted, ""
	n.ask(s)
}

// mostAsks is how many unanswered requests of a subject are remembered.
const mostAsks = 16

// ask asks the table for what the subject's phase wants.
func (n *Node) ask(s *subject) {
	number := n.number()
	if len(s.asks) == mostAsks {
		s.asks = slices.Delete(s.asks, 1, 2) // the first says since when it may have been granted
	}
	s.asks, s.at = append(s.asks, ask{number, n.now}), n.now+n.cfg.Retry
	if s.phase == letting {
		n.do(Release{number, world.Fence{Subject: s.address, Epoch: s.epoch}})
		return
	}
	n.do(Acquire{number, s.address, s.epoch, s.from})
}

// askedFor finds the subject that a number was given for, and when.
func (n *Node) askedFor(number uint64) (*subject, time.Duration) {
	for _, s := range n.order {
		for _, a := range s.asks {
			if a.number == number {
				return s, a.sent
			}
		}
	}
	return nil, 0
}

func (n *Node) granted(e Granted) {
	if s, sent := n.askedFor(e.Ask); s != nil && s.phase != letting {
		n.own(s, e.Epoch, sent)
	}
}

// own begins to play in an epoch. The lease counts from before it was asked for: by then the
// database cannot have begun to count it.
func (n *Node) own(s *subject, epoch world.Epoch, sent time.Duration) {
	s.epoch, s.until, s.asks, s.from = epoch, n.until(sent), nil, ""
	switch {
	case s.leaving:
		n.forget(s)
		s.phase = letting
		n.ask(s)
	case n.now >= s.until: // the answer has taken longer than the lease
		n.ask(s)
	default:
		n.run(s)
	}
}

// until is how long is played on a lease that was asked for at a time.
func (n *Node) until(sent time.Duration) time.Duration { return sent + n.cfg.Lease - n.cfg.Margin }

// run lets a subject play that is owned.
func (n *Node) run(s *subject) {
	run := Run{Fence: world.Fence{Subject: s.address, Epoch: s.epoch}}
	was, m := s.phase, s.move
	s.phase, s.at, s.move = playing, never, nil
	switch was {
	case halted:
		run.From = Kept
	case taking:
		run.From, run.Move, s.came = Arrived, m.id, m.id
	}
	n.do(run)
	switch {
	case was == taking:
		n.send(m.peer, Taken{m.id})
	case m != nil:
		n.send(m.peer, Withdrawn{m.id})
		n.do(Moved{m.id, s.address, m.peer, m.why})
	}
}

func (n *Node) denied(e Denied) {
	s, _ := n.askedFor(e.Ask)
	if s == nil || s.phase == letting {
		return
	}
	if e.Row.Owner == n.me && e.Row.Epoch == s.epoch+1 {
		// One of our own requests was done, and its answer lost: nobody else was between.
		n.own(s, e.Row.Epoch, s.asks[0].sent)
		return
	}
	switch s.phase {
	case asking:
		n.taught(s, e.Row)
	case halted:
		n.lose(s, e.Row)
	case taking:
		n.decline(s, "somebody else has it")
	}
}

// taught goes on with what the table has said of a subject that we want.
func (n *Node) taught(s *subject, row Row) {
	if row.free(n.me) && row.Epoch != s.epoch && !s.leaving {
		s.epoch, s.asks = row.Epoch, nil
		n.ask(s)
		return
	}
	n.remove(s)
	if s.wanted {
		n.do(Owned{row})
	}
}

// lose forgets a subject that has had another owner.
func (n *Node) lose(s *subject, row Row) {
	n.do(Drop{s.address})
	n.remove(s)
	if m := s.move; m != nil {
		if row.Owner == m.peer {
			m.why = ""
		}
		n.do(Moved{m.id, s.address, m.peer, m.why})
	}
}

// forget has nothing of a subject in memory any more.
func (n *Node) forget(s *subject) {
	switch s.phase {
	case taking:
		n.do(Discard{s.move.id})
		n.send(s.move.peer, No{s.move.id, "it is not wanted any more"})
	case halted:
		n.do(Drop{s.address})
		if m := s.move; m != nil {
			n.do(Moved{m.id, s.address, m.peer, "it is not wanted any more"})
		}
	}
	s.move = nil
}

// renew asks for all leases at once.
func (n *Node) renew() {
	n.renewAt = n.now + n.cfg.Renew
	var held []world.Fence
	for _, s := range n.order {
		if s.phase == playing || s.phase == freezing || s.phase == handed {
			held = append(held, world.Fence{Subject: s.address, Epoch: s.epoch})
		}
	}
	n.renewals = slices.DeleteFunc(n.renewals, func(r renewal) bool { return n.now >= n.until(r.sent) })
	if len(held) == 0 {
		return
	}
	r := renewal{ask{n.number(), n.now}, held}
	n.renewals = append(n.renewals, r)
	n.do(Renew{r.number, held})
}

func (n *Node) renewed(e Renewed) {
	i := slices.IndexFunc(n.renewals, func(r renewal) bool { return r.number == e.Ask })
	if i < 0 {
		return
	}
	r := n.renewals[i]
	n.renewals = slices.Delete(n.renewals, i, i+1)
	for _, f := range r.held {
		s := n.subjects[f.Subject]
		if s == nil || s.epoch != f.Epoch || s.phase != playing && s.phase != freezing && s.phase != handed {
			continue
		}
		if slices.ContainsFunc(e.Lost, func(row Row) bool { return row.Subject == f.Subject }) {
			n.refused(f)
			continue
		}
		s.until = max(s.until, n.until(r.sent))
	}
}

// refused stops what was told that its epoch is over.
func (n *Node) refused(f world.Fence) {
	s := n.subjects[f.Subject]
	if s == nil || s.epoch != f.Epoch {
		return
	}
	switch s.phase {
	case playing, freezing:
		n.halt(s, "it was lost")
	case handed:
		n.reclaim(s, "it was lost")
	}
}

func (n *Node) want(a world.Address) {
	s := n.subjects[a]
	if s == nil {
		s = n.add(a, asking)
		s.wanted = true
		n.ask(s)
		return
	}
	s.wanted, s.leaving = true, false
	switch s.phase {
	case waiting:
		s.phase = asking
		n.ask(s)
	case playing:
		n.do(Owned{Row{a, n.me, s.epoch, true}})
	}
}

func (n *Node) letGo(a world.Address) {
	s := n.subjects[a]
	if s == nil {
		return
	}
	s.wanted = false
	switch s.phase {
	case playing:
		n.do(Stop{a})
		n.stay(s, "it is not wanted any more")
		s.phase, s.asks = letting, nil
		n.ask(s)
	case waiting, invited:
		n.remove(s)
	default:
		s.leaving = s.phase != letting
	}
}

func (n *Node) released(number uint64) {
	s, _ := n.askedFor(number)
	if s == nil || s.phase != letting {
		return
	}
	n.do(Drop{s.address})
	n.remove(s)
	if s.wanted {
		n.want(s.address)
	}
}

// looked notes whose owners are dead. It is asked for later: the owner may only have been
// paused, and come back with all it has in memory; and one node is enough.
func (n *Node) looked(e Looked) {
	for _, row := range e.Orphans {
		s := n.subjects[row.Subject]
		if s == nil {
			s = n.add(row.Subject, waiting)
		} else if s.phase != invited {
			continue
		}
		s.phase, s.move, s.epoch, s.at = waiting, nil, row.Epoch, n.now+n.cfg.Grace+n.spread(row.Subject, e.Places[row.Subject])
	}
}

// spread is another time for each node and subject: none for the node that is to have it.
func (n *Node) spread(a world.Address, p Place) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(n.me))
	h.Write([]byte(a))
	d := n.cfg.Spread * time.Duration(h.Sum32()%1024) / 1024
	switch p {
	case Mine:
		return 0
	case Elsewhere:
		return (n.cfg.Spread + d) / 2
	}
	return d
}
