package universe

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// ticking is a galaxy with a system that has something to do in each tick.
func ticking(t *testing.T) (*galaxy, *system.System) {
	t.Helper()
	g := newGalaxy(t, map[string]string{"main.lua": `every(0.1, function() beats = (beats or 0) + 1 end)`})
	s, err := g.Start(world.SystemAddress("Alpha"))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	return g, s
}

// TestAPauseIsNoTime stops a galaxy for an hour: nothing moves meanwhile, and it goes on
// where it stood, at its pace.
func TestAPauseIsNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s := ticking(t)
		all, err := g.Pause(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		before := s.Stats()
		time.Sleep(time.Hour)
		if now := s.Stats(); now.Tick != before.Tick || now.Tick == 0 {
			t.Errorf("it has gone on from tick %d to %d", before.Tick, now.Tick)
		}
		if errs := all.Each(2, func(s *system.System) error { return errors.New("asked " + string(s.Address())) }); len(errs) != len(all.Systems()) {
			t.Errorf("asked all, got %v", errs)
		}
		if errs := all.Each(1, func(*system.System) error { panic("a fault") }); len(errs) == 0 || !strings.Contains(errs[0].Error(), "a fault") {
			t.Errorf("a panic comes to %v", errs)
		}
		all.Resume()
		time.Sleep(2 * time.Second)
		if now := s.Stats(); now.Tick <= before.Tick || now.Dilation != 1 || now.MaxMs > 1000 {
			t.Errorf("the pause has cost it: %+v", now)
		}
		if err := g.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// TestWhatIsHandedOverEndsWhereItStands: no tick, no word to scripts, and who comes is told.
func TestWhatIsHandedOverEndsWhereItStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s := ticking(t)
		all, err := g.Pause(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		before := s.Stats().Tick
		if late := all.Newcomers(); len(late) > 0 {
			t.Errorf("%s is new", late[0].Address())
		}
		if err := all.HandOver(context.Background()); err != nil {
			t.Fatal(err)
		}
		if now := s.Stats().Tick; now != before {
			t.Errorf("it has gone on from tick %d to %d", before, now)
		}
		if _, err := g.Start(world.SystemAddress("Alpha")); !errors.Is(err, ErrClosed) {
			t.Errorf("afterwards one can be started: %v", err)
		}
	})
}

// TestWhoDoesNotStandStillIsNotWaitedFor lets everybody go on where one hangs.
func TestWhoDoesNotStandStillIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s := ticking(t)
		free := make(chan struct{})
		if err := s.Post(system.Between(func(*system.System) { <-free })); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := g.Pause(ctx); err == nil || !strings.Contains(err.Error(), "Alpha") {
			t.Errorf("it stands still: %v", err)
		}
		before := s.Stats().Tick
		close(free)
		time.Sleep(time.Second)
		if now := s.Stats().Tick; now <= before {
			t.Errorf("it has not gone on from tick %d", before)
		}
		if err := g.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
