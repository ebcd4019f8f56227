package server

import (
	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/world"
)

// StoreDeps is what scripts ask of a map and a store; who there is, and where, is for
// whoever runs the systems to say. A shard has it, and what runs its scripts without one.
func StoreDeps(m *world.Universe, routes *world.Router, s *store.Store) *bindings.Deps {
	return &bindings.Deps{Map: m, Routes: routes, Store: values{s}, Items: items{s}, Orders: orders{s}}
}
