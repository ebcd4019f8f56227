package system

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/runtime/script/reload"
)

// bed keeps what rests, in memory.
type bed struct {
	image []byte
	due   time.Time
	kept  int
	taken int // back again
	err   error
}

func (b *bed) keep(s *System, due time.Time) (func(), error) {
	if b.err != nil {
		return nil, b.err
	}
	image, err := s.Image()
	if err == nil {
		b.image, b.due = image, due
		b.kept++
	}
	return func() { b.taken++ }, err
}

// tired has a system rest after five minutes.
func tired(b *bed) func(*Config) {
	return func(c *Config) { c.UnloadAfter, c.Rest = 5*time.Minute, b.keep }
}

func TestWhoIsNotUsedRestsAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const source = `
			beats, slept = 0, 0
			every(10, function() beats = beats + 1 end)
			after(3600, function() late = true end)
			task.spawn(function() while true do sleep(1800) slept = slept + 1 end end)`
		b := new(bed)
		sys, s := run(t, source, tired(b))
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if s.gone() != 1 || b.kept != 1 {
			t.Fatalf("unloaded %d, kept %d", s.gone(), b.kept)
		}
		equal(t, "events", s.take(), []string{"started"}) // and it does not stop
		if left := time.Until(b.due); left < 23*time.Minute || left > 25*time.Minute {
			t.Errorf("it has to be back in %v: a task sleeps for half an hour", left)
		}
		if err := sys.Post(Do(func(*System) {})); !errors.Is(err, ErrGone) {
			t.Errorf("a message to one that rests: %v", err)
		}

		time.Sleep(3 * time.Hour)
		again := New(sys.cfg)
		if err := again.GoOn(sys.cfg.Release(), b.image, reload.Thaw); err != nil {
			t.Fatal(err)
		}
		go again.Run()
		time.Sleep(15 * time.Second)
		synctest.Wait()
		_ = again.Post(Between(func(s *System) {
			global := func(name string) string { return s.State().L().GetGlobal(name).String() }
			if beats := global("beats"); !slices.Contains([]string{"31", "32"}, beats) || global("slept") != "1" || global("late") != "true" {
				t.Errorf("%s beats, slept %s times, late: %s; what repeats comes once for all of a rest", beats, global("slept"), global("late"))
			}
			if want := (3*time.Hour + 6*time.Minute).Seconds(); s.Now() < want {
				t.Errorf("its game time is %.0f s, and %.0f have passed", s.Now(), want)
			}
		}))
		synctest.Wait()
		again.Stop("the test")
	})
}

func TestWhoIsNeededDoesNotRest(t *testing.T) {
	for name, source := range map[string]string{
		"what is due soon":    `every(1, function() end) task.spawn(function() while true do sleep(20) end end)`,
		"an answer to come":   `task.spawn(function() core.store() end)`,
		"what the disk lacks": ``,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(bed)
				if name == "what the disk lacks" {
					b.err = errors.New("the disk is full")
				}
				_, s := run(t, source, tired(b))
				time.Sleep(20 * time.Minute)
				synctest.Wait()
				if s.gone() != 0 || b.kept != 0 {
					t.Errorf("unloaded %d, kept %d", s.gone(), b.kept)
				}
			})
		})
	}
}

func TestRestSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bed)
		sys, s := run(t, "", func(c *Config) { c.UnloadAfter, c.Rest = time.Hour, b.keep })
		time.Sleep(time.Minute)
		sys.RestSoon()
		time.Sleep(time.Second)
		synctest.Wait()
		if s.gone() != 1 || b.kept != 1 || !b.due.IsZero() {
			t.Errorf("unloaded %d, kept %d, due %v", s.gone(), b.kept, b.due)
		}
	})
}
