package server

import (
	"context"
	"time"

	"hotshard/host/bus"
	"hotshard/host/mesh"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// What an operator does at one node of a cluster and is meant for all of them.

// kindAnnounce is a word of an operator, to all nodes.
const kindAnnounce bus.Kind = 65

// announceAll shows a text to everybody online, by whichever node they came in, and returns about
// how many they are.
func (s *Server) announceAll(text string) (n int, err error) {
	for _, one := range s.mesh.Nodes() {
		n += one.Home
	}
	return n, s.bus.Tell(kindAnnounce, []byte(text)) // this one hears it as well
}

func (s *Server) hearAnnounce(_ world.NodeID, text []byte) { s.announce(string(text)) }

// everywhereEvery is how soon a node knows of a ban that another has been told of.
const everywhereEvery = 2 * time.Second

// lookAround reads bans and mutes anew, now and then until ctx ends, puts out whom other nodes have
// banned, and looks whether the scripts on the disk are as they run, for the others to see.
func (s *Server) lookAround(ctx context.Context) {
	t := s.cfg.Clock.NewTicker(everywhereEvery)
	defer t.Stop()
	for {
		select {
		case now := <-t.Chan():
			s.readSanctions(ctx, now)
			s.mesh.SetDiffer(len(s.drift()))
			s.follower.differs(mesh.Member{}) // what nobody has told of
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) readSanctions(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, journalTimeout)
	defer cancel()
	if err := s.sanctions.read(ctx); err != nil {
		return // the store is away, and health says so
	}
	for id, v := range s.sanctions.current.Load().banned {
		if _, here := s.gate.Find(id); here && v.Holds(now) {
			s.gate.End(func(w gate.Who) bool { return w.Character == id }, wire.ClosingBanned, v.Sentence())
		}
	}
}
