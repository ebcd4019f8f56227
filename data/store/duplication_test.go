package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// The ways in which worlds like this one have doubled things, tried on this one.

// everybody counts what the characters have of a type.
func everybody(t testing.TB, s *Store, thing string, who ...world.CharacterID) (n int64) {
	t.Helper()
	for _, id := range who {
		list, err := s.Items(bg, id)
		must(t, err)
		for _, i := range list {
			if i.Type == thing {
				n += i.Quantity
			}
		}
	}
	return n
}

func rightBooks(t testing.TB, s *Store) {
	t.Helper()
	if got := books(t, s); !strings.HasPrefix(got, "audit: ok") {
		t.Error(got)
	}
}

// Two systems at whose border somebody stands both believe that the cargo is theirs, and
// both move it on. One of them is refused, every time.
func TestTwoSystemsDoNotBothMoveACargo(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	for round := range 20 {
		must(t, s.ChangeItems(bg, test, Item{a, "hold", "Ore", 10}))
		var moved atomic.Int64
		var wg sync.WaitGroup
		for _, system := range []string{"@Alpha", "@Beta"} {
			wg.Go(func() {
				err := s.MoveItems(bg, Why{Cause: "jump", Actor: a, System: system}, Item{a, "hold", "Ore", 10}, a, "hold in "+system)
				if err == nil {
					moved.Add(1)
				} else if !errors.Is(err, ErrNotEnough) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if moved.Load() != 1 || everybody(t, s, "Ore", a) != int64(10*(round+1)) {
			t.Fatalf("round %d: moved by %d systems, and there are %d", round, moved.Load(), everybody(t, s, "Ore", a))
		}
	}
	rightBooks(t, s)
}

// Gold is handed over, and then the giver's character cannot be saved: at the next sign-in
// the gold is where it went, for it was never part of what is saved.
func TestAFailedSaveBringsNoGoldBack(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna"), player(t, s, "Berta")
	must(t, s.ChangeItems(bg, test, Item{a.ID, ledger.Wallet, ledger.Money, 100}))
	must(t, s.MoveItems(bg, test, Item{a.ID, ledger.Wallet, ledger.Money, 100}, b.ID, ledger.Wallet))
	a.Data = `{"wallet": 100` // cut off
	wants(t, s.SaveCharacters(bg, []Character{a}), ErrInvalid)
	again, err := s.Login(bg, "Anna", "long enough", Character{})
	must(t, err)
	if n, _ := s.Wallet(bg, again.ID); n != 0 || everybody(t, s, ledger.Money, a.ID, b.ID) != 100 {
		t.Errorf("Anna has %d again", n)
	}
	rightBooks(t, s)
}

// A factory that is wrong makes things from nothing. It cannot do so unseen: whatever it
// makes above what it uses stands under its name, from the first piece on.
func TestWhatAFactoryMakesFromNothingHasAName(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	must(t, s.ChangeItems(bg, Why{Cause: "mining"}, Item{a, "hangar", "Ore", 1000}))
	for range 10 {
		must(t, s.ChangeItems(bg, Why{Cause: "factory", Actor: a}, Item{a, "hangar", "Ore", -5}, Item{a, "hangar", "Ore", 7}))
	}
	lines, err := s.History(bg, HistoryQuery{Type: "Ore", Limit: 1000})
	must(t, err)
	made := int64(0)
	for _, l := range lines {
		if l.Holding.Holder == (ledger.Holder{Kind: ledger.Faucet, Name: "factory"}) {
			made -= l.Quantity
		}
	}
	if made != 20 {
		t.Errorf("the books say that the factory has made %d from nothing", made)
	}
	rightBooks(t, s)
}

// A request that comes again and again, also while the first is under way, and from two
// connections at once, is one.
func TestRepeatedPacketsAreOne(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna").ID, player(t, s, "Berta").ID
	must(t, s.ChangeItems(bg, test, Item{a, "hangar", "Ore", 1000}))
	var wg sync.WaitGroup
	for key := range 20 {
		for range 5 {
			wg.Go(func() {
				_, err := s.Transact(bg, Why{Cause: "gift", Actor: a, Key: fmt.Sprint("gift ", key), Content: "10 Ore"},
					Move{Item{a, "hangar", "Ore", 0}.holding(), Item{b, "hangar", "Ore", 0}.holding(), 10})
				fine(t, err)
			})
		}
	}
	wg.Wait()
	if n := everybody(t, s, "Ore", b); n != 200 {
		t.Errorf("20 gifts of 10 are %d", n)
	}
	rightBooks(t, s)
}

// Who trades with somebody and drops in the middle has traded or not, and both sides agree:
// here the goods are gone before the money comes.
func TestAPartnerWhoDropsTakesNothingAlong(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna").ID, player(t, s, "Berta").ID
	must(t, s.ChangeItems(bg, test, Item{a, "hangar", "Ore", 10}, Item{b, ledger.Wallet, ledger.Money, 50}))
	c, err := s.Character(bg, b)
	must(t, err)
	swap := func() error {
		return s.ChangeItems(bg, Why{Cause: "swap", Actor: a}, Item{a, "hangar", "Ore", -10}, Item{b, "hangar", "Ore", 10},
			Item{b, ledger.Wallet, ledger.Money, -50}, Item{a, ledger.Wallet, ledger.Money, 50})
	}
	release := hold(s)
	left, swapped := make(chan error, 1), make(chan error, 1)
	go func() { left <- s.DeleteAccount(bg, c.Account) }()
	queued(s, 1)
	go func() { swapped <- swap() }()
	queued(s, 2)
	release()
	must(t, <-left)
	if err := <-swapped; err == nil {
		t.Error("traded with somebody who is gone")
	}
	if n := everybody(t, s, "Ore", a); n != 10 {
		t.Errorf("Anna has %d Ore of 10", n)
	}
	rightBooks(t, s)
}

// A hold is emptied into a wreck while somebody unloads it: whoever comes second finds
// nothing, and there is as much as before.
func TestAHoldThatIsEmptiedTwice(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	wreck := ledger.Holding{Holder: ledger.Holder{Kind: ledger.Keeper, Name: "wrecks"}, Location: "wreck 1", Type: "Ore"}
	const rounds = 20
	for range rounds {
		must(t, s.ChangeItems(bg, test, Item{a, "hold", "Ore", 10}))
		steps := []Step{
			Move{Item{a, "hold", "Ore", 0}.holding(), wreck, 10},
			Move{Item{a, "hold", "Ore", 0}.holding(), Item{a, "hangar", "Ore", 0}.holding(), 10},
		}
		var done atomic.Int64
		var wg sync.WaitGroup
		for _, step := range steps {
			wg.Go(func() {
				if _, err := s.Transact(bg, test, step); err == nil {
					done.Add(1)
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 {
			t.Fatalf("%d of two moved one cargo", done.Load())
		}
	}
	kept, err := s.Kept(bg, "wrecks", "wreck 1")
	must(t, err)
	n := everybody(t, s, "Ore", a)
	for _, i := range kept {
		n += i.Quantity
	}
	if n != 10*rounds {
		t.Errorf("there are %d of %d", n, 10*rounds)
	}
	rightBooks(t, s)
}

// crate is a container with 10 Ore in it that floats: the steps by which scripts move it,
// whole or what is in it.
type crate struct {
	s      *Store
	number int
}

var adrift = ledger.Holder{Kind: ledger.Keeper, Name: "wrecks"}

func (c crate) key() PutValue {
	return PutValue{"scripts", fmt.Sprint("adrift 1 ", c.number), map[string]world.Value{"type": "Crate"}}
}

func (c crate) inside() string { return fmt.Sprint("box ", c.number) }

// takeUp is what a pilot does who takes it up whole: expecting it there, with all that is in it.
func (c crate) takeUp(who world.CharacterID) []Step {
	key := c.key()
	gone := key
	gone.Value = nil
	thing := func(h ledger.Holder, place, kind string) ledger.Holding {
		return ledger.Holding{Holder: h, Location: place, Type: kind}
	}
	return []Step{
		ExpectValue(key), gone,
		Move{thing(adrift, fmt.Sprintf("adrift 1/case %d", c.number), "Crate"), thing(ledger.Of(who), fmt.Sprintf("hold/case %d", c.number), "Crate"), 1},
		Move{thing(adrift, c.inside(), "Ore"), thing(ledger.Of(who), c.inside(), "Ore"), 10},
	}
}

// open is what a pilot does who takes some of what is in it.
func (c crate) open(who world.CharacterID, n int64) []Step {
	return []Step{Move{ledger.Holding{Holder: adrift, Location: c.inside(), Type: "Ore"}, Item{who, "hold", "Ore", 0}.holding(), n}}
}

// A container is taken up whole by two systems that both believe it floats with them, while
// a third has it open and takes things out: one of them moves it, and whoever else does
// anything has done it before that.
func TestAContainerThatMovesWhileItIsOpen(t *testing.T) {
	s := open(t)
	who := []world.CharacterID{player(t, s, "Anna").ID, player(t, s, "Berta").ID, player(t, s, "Cleo").ID}
	for round := range 20 {
		c := crate{s, round + 1}
		float := []Step{c.key(),
			Change{ledger.Holding{Holder: adrift, Location: fmt.Sprintf("adrift 1/case %d", c.number), Type: "Crate"}, 1},
			Change{ledger.Holding{Holder: adrift, Location: c.inside(), Type: "Ore"}, 10}}
		_, err := s.Transact(bg, test, float...)
		must(t, err)
		var moved atomic.Int64
		var wg sync.WaitGroup
		for i, steps := range [][]Step{c.takeUp(who[0]), c.takeUp(who[1]), c.open(who[2], 10)} {
			wg.Go(func() {
				_, err := s.Transact(bg, Why{Cause: "jettison", Actor: who[i], System: fmt.Sprint("@", i)}, steps...)
				if err == nil {
					moved.Add(1)
				} else if !errors.Is(err, ErrNotEnough) && !errors.Is(err, ErrConflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if moved.Load() != 1 {
			t.Fatalf("round %d: %d of three had it", round, moved.Load())
		}
		rightBooks(t, s)
	}
}
