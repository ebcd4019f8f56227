package universe

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// beds keep in memory who rests.
type beds struct {
	mu    sync.Mutex
	made  map[world.Address]*code.Release
	image map[world.Address][]byte
	slow  time.Duration // to write, and to read
	woken int
}

func (b *beds) keep(s *system.System, _ time.Time) (func(), error) {
	image, err := s.Image()
	if err != nil {
		return nil, err
	}
	time.Sleep(b.slow)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made[s.Address()], b.image[s.Address()] = s.State().Release(), image
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.image, s.Address())
	}, nil
}

// Resting implements Rests.
func (b *beds) Resting(a world.Address) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.image[a] != nil
}

// Wake implements Rests.
func (b *beds) Wake(s *system.System, enter func()) {
	b.mu.Lock()
	image, made := b.image[s.Address()], b.made[s.Address()]
	delete(b.image, s.Address())
	b.mu.Unlock()
	if image == nil {
		return
	}
	time.Sleep(b.slow)
	if s.GoOn(made, image, reload.Thaw) == nil {
		b.woken++
	}
	enter()
}

// TestWhoRestsIsWokenBySomebodyWhoComes has a player come while their system is just being
// written down, and again when it rests: they find it as it was, and nothing they said is lost.
func TestWhoRestsIsWokenBySomebodyWhoComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := idle(t, &people{saved: map[world.CharacterID]system.Character{}}, map[string]string{
			"main.lua": source + "\ncount = 0 function command.count() count = count + 1 return count end",
		})
		b := &beds{made: map[world.Address]*code.Release{}, image: map[world.Address][]byte{}, slow: 3 * time.Second}
		g.cfg.Rests, g.cfg.System.Rest = b, b.keep
		visit := func(want float64) {
			c := newClient()
			g.Enter(1, c)
			g.say(1, c, 1, "count", nil)
			while(10 * time.Second)
			if c.replies[1] != want || c.errs[1] != nil {
				t.Errorf("count is %v (%v), not %v", c.replies[1], c.errs[1], want)
			}
			g.Leave(1, "logout")
		}
		visit(1)
		time.Sleep(9*time.Minute + 53*time.Second) // it is being written
		visit(2)
		while(20 * time.Minute)
		if len(g.Actors()) != 0 || !b.Resting("@Alpha") {
			t.Fatalf("%d systems run, and it rests: %v", len(g.Actors()), b.Resting("@Alpha"))
		}
		visit(3)
		if b.woken == 0 || len(g.waking)+len(g.ending) != 0 {
			t.Errorf("woken %d times; %d are waking, %d ending", b.woken, len(g.waking), len(g.ending))
		}
	})
}
