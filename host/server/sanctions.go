package server

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"

	"hotshard/data/store"
	"hotshard/runtime/clock"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// sanctions are the bans and mutes in force. The store has them for good; what is
// asked at the door and on ticks is answered from memory.
type sanctions struct {
	store   *store.Store
	clock   clock.Clock
	mu      sync.Mutex // held while they are read anew, so that the last reading stays
	current atomic.Pointer[inForce]
}

// inForce is never changed, only replaced.
type inForce struct {
	all      []store.Sanction
	networks map[netip.Prefix]store.Sanction
	mutes    map[world.CharacterID]store.Sanction
}

func newSanctions(st *store.Store, clk clock.Clock) (*sanctions, error) {
	s := &sanctions{store: st, clock: clk}
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	return s, s.read(ctx)
}

// read takes them from the store after a change.
func (s *sanctions) read(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.store.Sanctions(ctx)
	if err != nil {
		return err
	}
	next := &inForce{all: all, networks: map[netip.Prefix]store.Sanction{}, mutes: map[world.CharacterID]store.Sanction{}}
	for _, v := range all {
		switch {
		case v.Account == 0:
			n, err := netip.ParsePrefix(v.Subject)
			if err != nil {
				return err
			}
			next.networks[n] = v
		case v.Kind == store.Mute:
			people, err := s.store.CharactersOf(ctx, v.Account)
			if err != nil {
				return err
			}
			for _, c := range people {
				next.mutes[c.ID] = v
			}
		}
	}
	s.current.Store(next)
	return nil
}

// admit refuses an address that is banned.
func (s *sanctions) admit(from netip.Addr) error {
	for n, v := range s.current.Load().networks {
		if n.Contains(from) && v.Holds(s.clock.Now()) {
			return wire.Errorf(wire.CodeBanned, "%s", v.Sentence())
		}
	}
	return nil
}

// Muted implements bindings.Mutes.
func (s *sanctions) Muted(p world.CharacterID) (string, bool) {
	v, ok := s.current.Load().mutes[p]
	if !ok || !v.Holds(s.clock.Now()) {
		return "", false
	}
	return v.Sentence(), true
}

// banned says whether an account may not play.
func (s *sanctions) banned(id store.AccountID) bool {
	for _, v := range s.current.Load().all {
		if v.Kind == store.Ban && v.Account == id && v.Account != 0 && v.Holds(s.clock.Now()) {
			return true
		}
	}
	return false
}
