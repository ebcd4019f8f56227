package universe

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"hotshard/runtime/system"
)

// Paused is a universe in which nothing moves: each of its systems and services stands
// between two ticks, on its own goroutine, and waits for what Each asks. Resume or HandOver
// ends that.
type Paused struct {
	u     *Universe
	stand []*standing
	over  sync.Once
}

// standing is one that is paused.
type standing struct {
	s    *system.System
	here chan struct{}             // closed when it stands
	do   chan func(*system.System) // what it is asked; closed when it goes on
}

// Pause has everything that runs stand still between two ticks. What one has for another
// is in the other's inbox by then. Where players are told in turns, that is at the end of a
// tick in which all are: these come first, and the others play on until then. Where somebody
// does not come to a stand before ctx ends, nobody does: the error names them.
func (u *Universe) Pause(ctx context.Context) (*Paused, error) {
	p := &Paused{u: u}
	for known, crowds := map[*system.System]bool{}, true; ; crowds = false { // one that has not come yet may start another
		var more []*standing
		for _, s := range u.Actors() {
			if !known[s] && (!crowds || s.Stats().Players >= system.DefaultCohortsFrom) {
				known[s] = true
				if st := stop(s); st != nil {
					more = append(more, st)
				}
			}
		}
		if len(more) == 0 && !crowds {
			return p, nil
		}
		p.stand = append(p.stand, more...)
		for _, st := range more {
			select {
			case <-st.here:
			case <-ctx.Done():
				p.Resume()
				return nil, fmt.Errorf("%s does not come to the end of its tick: %w", st.s.Address(), ctx.Err())
			}
		}
	}
}

// stop has a system stand as soon as it can; nil for one that has ended.
func stop(s *system.System) *standing {
	st := &standing{s: s, here: make(chan struct{}), do: make(chan func(*system.System))}
	err := s.Post(system.Between(func(s *system.System) {
		s.StandTold(func() {
			close(st.here)
			for do := range st.do {
				do(s)
			}
		})
	}))
	if err != nil {
		return nil
	}
	return st
}

// Systems lists who stands, by address.
func (p *Paused) Systems() []*system.System {
	out := make([]*system.System, len(p.stand))
	for i, st := range p.stand {
		out[i] = st.s
	}
	return out
}

// Each runs a function on the goroutine of each, so many at once, and returns their errors.
// A panic in it is the system's, which then starts from its last save, as ever.
func (p *Paused) Each(atOnce int, do func(*system.System) error) []error {
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for _, st := range p.stand {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			if err := st.ask(do); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return errs
}

// ask runs a function on the system's goroutine.
func (st *standing) ask(do func(*system.System) error) error {
	err := fmt.Errorf("%s has broken down", st.s.Address())
	done := make(chan struct{})
	st.do <- func(s *system.System) {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%s: %v", s.Address(), r)
			}
		}()
		err = do(s)
	}
	<-done
	return err
}

// Resume lets everybody go on, as if nothing had been.
func (p *Paused) Resume() {
	p.over.Do(func() {
		for _, st := range p.stand {
			close(st.do)
		}
	})
}

// HandOver ends everybody where they stand, without another tick: another process goes on
// with what they were. It returns when all have ended, or ctx has.
func (p *Paused) HandOver(ctx context.Context) error {
	p.u.close()
	p.Each(max(1, len(p.stand)), func(s *system.System) error {
		s.HandedOver()
		return nil
	})
	p.Resume()
	return p.u.ended(ctx)
}

// Newcomers says who has started since the Pause, or is about to, of whom it knows nothing.
func (p *Paused) Newcomers() []*system.System {
	known := p.Systems()
	p.u.mu.RLock()
	defer p.u.mu.RUnlock()
	return append(slices.DeleteFunc(p.u.list(), func(s *system.System) bool { return slices.Contains(known, s) }), p.u.wakers()...)
}
