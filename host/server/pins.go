package server

import (
	"context"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/world"
)

// pinsKey is where the store keeps, in shardSpace, which systems are pinned to which node of a
// cluster.
const pinsKey = "pins"

// readPins takes the pins from the store.
func (s *Server) readPins(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, journalTimeout)
	defer cancel()
	pins, err := s.storedPins(ctx)
	if err == nil {
		s.mesh.SetPins(pins)
	}
	return err
}

func (s *Server) storedPins(ctx context.Context) (map[world.Address]string, error) {
	v, err := s.store.Get(ctx, shardSpace, pinsKey)
	if err != nil {
		return nil, err
	}
	kept, _ := v.(map[string]world.Value)
	pins := map[world.Address]string{}
	for a, node := range kept {
		pins[world.Address(a)], _ = node.(string)
	}
	return pins, nil
}

// pinned is mesh.Config.Pinned.
func (s *Server) pinned() {
	s.errands.run(func() {
		if err := s.readPins(context.Background()); err != nil {
			s.log.Warn("which systems are pinned is not known anew", "error", err)
		}
	})
}

// pin writes down where something is to begin, "" for anywhere, and tells all nodes.
func (s *Server) pin(ctx context.Context, a world.Address, node string) error {
	pins, err := s.storedPins(ctx)
	if err != nil {
		return err
	}
	pins[a] = node
	if node == "" {
		delete(pins, a)
	}
	kept := map[string]world.Value{}
	for a, node := range pins {
		kept[string(a)] = node
	}
	if err := s.store.Put(store.Free(ctx), shardSpace, pinsKey, kept); err != nil {
		return err
	}
	s.mesh.SetPins(pins)
	return s.mesh.TellPins()
}

// hearFor is how long a node that has just come listens to who else is there: each tells of itself
// twice as often at least.
const hearFor = 2 * time.Second
