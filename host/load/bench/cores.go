package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"time"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// cores flies so many ships with one and with two workers, in turns, and prints
// how much faster two are, and that they come to the same bytes.
func cores(out io.Writer, ships int) error {
	if runtime.NumCPU() < 2 {
		fmt.Fprintln(out, "two cores against one: this machine has one")
		return nil
	}
	spaces := [2]*physics.Space{}
	for i := range spaces {
		var err error
		if spaces[i], err = crowd(i+1, ships); err != nil {
			return err
		}
	}
	const rounds, steps = 20, 10
	var took [2]time.Duration
	for range rounds {
		for i, s := range spaces {
			began := time.Now()
			for range steps {
				if err := s.Step(0.1); err != nil {
					return err
				}
			}
			took[i] += time.Since(began)
		}
	}
	same := "the same bytes"
	if !bytes.Equal(spaces[0].AppendState(nil), spaces[1].AppendState(nil)) {
		same = "DIFFERENT bytes"
	}
	fmt.Fprintf(out, "physics, %d ships: %.0f us a step on one core, %.0f on two: %.2f times as fast, %s\n", ships,
		float64(took[0].Microseconds())/rounds/steps, float64(took[1].Microseconds())/rounds/steps,
		float64(took[0])/float64(took[1]), same)
	return nil
}

// crowd is a space full of ships that orbit each other.
func crowd(workers, ships int) (*physics.Space, error) {
	s := physics.New(physics.Config{Seed: 1, Workers: workers})
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range ships {
		at := world.Vec3{X: 40e3 * rng.Float64(), Y: 40e3 * rng.Float64(), Z: 40e3 * rng.Float64()}
		if err := s.Add(physics.Spec{ID: world.FirstDynamicID + world.EntityID(i), Pos: at, Mass: 1.1e6, Agility: 3.3, MaxSpeed: 290, Radius: 30}); err != nil {
			return nil, err
		}
	}
	for i := range ships {
		id, other := world.FirstDynamicID+world.EntityID(i), world.FirstDynamicID+world.EntityID((i+7)%ships)
		if err := s.Orbit(id, other, 1000+4000*rng.Float64()); err != nil {
			return nil, err
		}
	}
	return s, nil
}
