package system

import (
	"fmt"
	"runtime"

	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// Survey walks what the system keeps as people think of it: what its scripts keep, who is
// there with what, and what flies where. It belongs to the system's goroutine, between two
// ticks.
func (s *System) Survey(leaf func(script.Leaf)) error {
	if s.scripts.state == nil {
		return ErrNotRunning
	}
	s.scripts.state.Survey(leaf, s.survey)
	return nil
}

func (s *System) survey(v *script.Survey) {
	if s.cfg.Module == "" {
		v.Tell("system.hz", fmt.Sprint(s.time.hz))
		v.Tell("system.cap", fmt.Sprint(s.door.cap))
	}
	for _, p := range s.people.order {
		path := fmt.Sprintf("players[%d]", p.ID)
		v.Tell(path+".name", p.Name)
		v.Tell(path+".station", fmt.Sprint(p.Station))
		v.Tell(path+".ship", fmt.Sprint(p.Ship))
		v.Walk(path+".data", p.Data)
	}
	for _, id := range sortedKeys(s.entities.byID) {
		s.entities.survey(v, id)
	}
}

func (c *entities) survey(v *script.Survey, id world.EntityID) {
	e := c.byID[id]
	path := fmt.Sprintf("space[%d]", id)
	v.Tell(path+".is", fmt.Sprintf("%s %s %q of %d", e.Kind, e.Type, e.Name, e.Owner))
	v.Tell(path+".engine", fmt.Sprintf("%g kg, agility %g, %g m/s, warp %g", e.spec.Mass, e.spec.Agility, e.spec.Speed, e.spec.Warp))
	if st, ok := c.space.Get(id); ok {
		v.Tell(path+".course", fmt.Sprintf("%v to %d %s at %.9g m, hidden %v", st.Mode, st.Target, placed(st.Point), st.Range, st.Hidden))
		v.Tell(path+".place", placed(st.Pos)+", "+placed(st.Vel)+"/s")
	}
}

func placed(v world.Vec3) string { return fmt.Sprintf("(%.9g, %.9g, %.9g) m", v.X, v.Y, v.Z) }

// workers are over how many goroutines a large fight spreads: one that is run again beside
// those that play stays on one.
func (s *System) workers() int {
	if s.observer() != nil {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}
