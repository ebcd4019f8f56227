package server

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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
	quiet   sync.Map // of who plays from where a network is muted: world.CharacterID, netip.Addr
}

// inForce is never changed, only replaced.
type inForce struct {
	all          []store.Sanction
	bans, mutes  networks
	banned, mute map[world.CharacterID]store.Sanction
}

// networks are sanctions on networks.
type networks struct {
	by   map[netip.Prefix]store.Sanction
	bits []int // lengths that there are
}

func (n *networks) add(v store.Sanction) error {
	p, err := netip.ParsePrefix(v.Subject)
	if err != nil {
		return err
	}
	if n.by == nil {
		n.by = map[netip.Prefix]store.Sanction{}
	}
	n.by[p] = v
	if !slices.Contains(n.bits, p.Bits()) {
		n.bits = append(n.bits, p.Bits())
	}
	return nil
}

// of is what holds for an address at a time.
func (n *networks) of(a netip.Addr, at time.Time) (store.Sanction, bool) {
	a = a.Unmap().WithZone("")
	for _, bits := range n.bits {
		p, err := a.Prefix(bits)
		if err != nil {
			continue // longer than an address of its kind
		}
		if v, ok := n.by[p]; ok && v.Holds(at) {
			return v, true
		}
	}
	return store.Sanction{}, false
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
	next := &inForce{all: all, banned: map[world.CharacterID]store.Sanction{}, mute: map[world.CharacterID]store.Sanction{}}
	for _, v := range all {
		where, whom := &next.bans, next.banned
		if v.Kind == store.Mute {
			where, whom = &next.mutes, next.mute
		}
		if v.Account == 0 {
			if err := where.add(v); err != nil {
				return err
			}
			continue
		}
		people, err := s.store.CharactersOf(ctx, v.Account)
		if err != nil {
			return err
		}
		for _, c := range people {
			whom[c.ID] = v
		}
	}
	s.current.Store(next)
	s.quiet.Range(func(who, from any) bool {
		if _, still := next.mutes.of(from.(netip.Addr), s.clock.Now()); !still {
			s.quiet.Delete(who)
		}
		return true
	})
	return nil
}

// admit refuses an address that is banned.
func (s *sanctions) admit(from netip.Addr) error {
	return s.refusal(s.current.Load().bans.of(from, s.clock.Now()))
}

func (s *sanctions) refusal(v store.Sanction, holds bool) error {
	if !holds {
		return nil
	}
	return wire.Errorf(wire.CodeBanned, "%s", v.Sentence())
}

// seat refuses whoever is banned, or comes from where everybody is, and notes whether
// everybody is muted there.
func (s *sanctions) seat(who world.CharacterID, from netip.Addr) error {
	now, current := s.clock.Now(), s.current.Load()
	if err := s.admit(from); err != nil {
		return err
	}
	if _, muted := current.mutes.of(from, now); muted {
		s.quiet.Store(who, from)
	} else {
		s.quiet.Delete(who)
	}
	v, ok := current.banned[who]
	return s.refusal(v, ok && v.Holds(now))
}

// shuns says whether an address is banned.
func (s *sanctions) shuns(from netip.Addr) bool {
	_, banned := s.current.Load().bans.of(from, s.clock.Now())
	return banned
}

// Muted implements bindings.Mutes.
func (s *sanctions) Muted(p world.CharacterID) (string, bool) {
	now, current := s.clock.Now(), s.current.Load()
	v, ok := current.mute[p]
	if !ok || !v.Holds(now) {
		from, here := s.quiet.Load(p)
		if !here {
			return "", false
		}
		if v, ok = current.mutes.of(from.(netip.Addr), now); !ok {
			return "", false
		}
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
