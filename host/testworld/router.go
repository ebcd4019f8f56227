package testworld

import (
	"fmt"
	"strings"

	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// router is the rest of the shard, as the system of a test sees it: services are
// started when they are first asked; other systems take messages and players,
// and nobody hears of them again.
type router testWorld

// Send delivers to the system itself or to a service.
func (r *router) Send(to world.Address, m system.Message) error {
	if to == r.system.Address() {
		return r.system.Post(m)
	}
	if name, ok := strings.CutPrefix(string(to), "@"); ok {
		if r.setup.Map.ByName(name) == nil {
			return fmt.Errorf("there is no system called %s", name)
		}
		return nil
	}
	s, err := r.service(to)
	if err != nil {
		return err
	}
	return s.Post(m)
}

// service returns a running service, starting it first if need be.
func (r *router) service(to world.Address) (*system.System, error) {
	for _, s := range r.services {
		if s.Address() == to {
			return s, nil
		}
	}
	module := "services." + string(to)
	if r.setup.Release.Files[code.ModulePath(module)] == nil {
		return nil, fmt.Errorf("there is no service called %s", to)
	}
	s := system.New((*testWorld)(r).config(to, nil, module, []string{module}))
	if err := s.Start(r.now); err != nil {
		return nil, fmt.Errorf("%s does not run: %w", to, err)
	}
	r.services = append(r.services, s)
	return s, nil
}

// Jump lets the player go: the system they jump to is not part of the test.
func (r *router) Jump(world.SystemID, system.Enter) error { return nil }

// Crowd says that there is room: the system they jump to is not part of the test.
func (r *router) Crowd(world.SystemID) system.Crowd { return system.Crowd{} }

// Left needs no doing.
func (r *router) Left(world.CharacterID) {}

// Forward answers a command that came after its player had jumped.
func (r *router) Forward(_ world.CharacterID, m system.Message) {
	if c, ok := m.(system.Command); ok {
		c.Client.Reply(c.ID, nil, fmt.Errorf("the player is no longer in %s", r.system.Static().Name))
	}
}

// Unloaded needs no doing.
func (r *router) Unloaded(*system.System) {}

// forgetful is the saver of a world that ends with its test.
type forgetful struct{}

// Save does nothing.
func (forgetful) Save([]system.Character) {}
