package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/runtime/world"
)

// production is a store that makes no accounts by itself.
func production(t *testing.T, c *clock) *Store {
	opt := testOptions()
	opt.AutoCreate = false
	if c != nil {
		opt.Now = c.now
	}
	return openAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
}

func TestRegisterAndLogin(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	first := Character{System: 7, Station: 60, Pos: world.Vec3{X: 1e12, Y: -0.1, Z: 3}, Ship: "Velator", Data: `{"a":1}`}
	c, err := s.Register(bg, "Anna O'Neill", "correct horse", first)
	must(t, err)
	want := first
	want.ID, want.Account, want.Name, want.Created, want.LastSeen = c.ID, c.Account, "Anna O'Neill", clock.t, clock.t
	if c != want || c.ID == 0 || c.Account == 0 {
		t.Errorf("registered %+v, want %+v", c, want)
	}
	clock.advance(time.Hour)
	in, err := s.Login(bg, "anna o'NEILL", "correct horse", Character{})
	must(t, err)
	if in != c {
		t.Errorf("logged in as %+v, want %+v", in, c)
	}
}

// Nobody learns from an error whether an account exists.
func TestWrongPasswordAndUnknownAccountAreTheSame(t *testing.T) {
	s := production(t, nil)
	player(t, s, "Anna")
	_, wrong := s.Login(bg, "Anna", "not it", Character{})
	_, unknown := s.Login(bg, "Berta", "not it", Character{})
	_, long := s.Login(bg, "Anna", strings.Repeat("x", 1000), Character{})
	for _, err := range []error{wrong, unknown, long} {
		wants(t, err, ErrCredentials, "the name or the password is wrong")
		if err.Error() != wrong.Error() {
			t.Errorf("%q is not %q", err, wrong)
		}
	}
}

func TestNames(t *testing.T) {
	s := production(t, nil)
	player(t, s, "Anna")
	for name, kind := range map[string]Kind{
		"ab": ErrName, strings.Repeat("a", 25): ErrName, "": ErrName, "Ann\u0430": ErrName, "a\x00b": ErrName, "anna;": ErrName,
		" Anna": ErrName, "Anna ": ErrName, "An  na": ErrName, "   ": ErrName,
		"aNNA": ErrNameTaken,
	} {
		_, err := s.Register(bg, name, "long enough", Character{})
		if !errors.Is(err, kind) {
			t.Errorf("%q: %v, want %s", name, err, kind)
		}
	}
	for _, name := range []string{"abc", "A_b-c d'e 9", strings.Repeat("z", 24)} {
		player(t, s, name)
	}
	// An account whose character's name is taken is not made either.
	_, err := s.Register(bg, "Other", "long enough", Character{Name: "ANNA"})
	wants(t, err, ErrNameTaken, `"ANNA"`)
	_, err = s.Login(bg, "Other", "long enough", Character{})
	wants(t, err, ErrCredentials)
}

func TestPasswordRules(t *testing.T) {
	s := production(t, nil)
	for _, p := range []string{"", "1234567", strings.Repeat("x", 257)} {
		_, err := s.Register(bg, "Anna", p, Character{})
		wants(t, err, ErrPassword, "8 to 256")
	}
	dev := open(t)
	_, err := dev.Register(bg, "Anna", "x", Character{})
	must(t, err)
	_, err = dev.Register(bg, "Berta", "", Character{})
	wants(t, err, ErrPassword)
}

func TestAutoCreate(t *testing.T) {
	s := open(t)
	c, err := s.Login(bg, "Anna", "x", Character{System: 5})
	must(t, err)
	again, err := s.Login(bg, "Anna", "x", Character{System: 6})
	must(t, err)
	if again != c || c.System != 5 {
		t.Errorf("first %+v, then %+v", c, again)
	}
	_, err = s.Login(bg, "Anna", "y", Character{})
	wants(t, err, ErrCredentials)
	_, err = s.Login(bg, "?", "y", Character{})
	wants(t, err, ErrName)
}

// The same new player twice at once is one account.
func TestAutoCreateRace(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	var got [8]Character
	for i := range got {
		wg.Go(func() {
			var err error
			got[i], err = s.Login(bg, "Anna", "x", Character{})
			fine(t, err)
		})
	}
	wg.Wait()
	for _, c := range got {
		if c.ID != got[0].ID {
			t.Errorf("characters %d and %d", c.ID, got[0].ID)
		}
	}
}

func TestLoginTakesTheCharacterLastSeen(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	anna := player(t, s, "Anna")
	clock.advance(time.Minute)
	berta, err := s.CreateCharacter(bg, Character{Account: anna.Account, Name: "Berta"})
	must(t, err)
	in, err := s.Login(bg, "anna", "long enough", Character{})
	must(t, err)
	if in.ID != berta.ID {
		t.Errorf("logged in as %s", in.Name)
	}
	clock.advance(time.Minute)
	must(t, s.SaveCharacters(bg, []Character{{ID: anna.ID, Name: "Anna"}}))
	in, err = s.Login(bg, "anna", "long enough", Character{})
	must(t, err)
	if in.ID != anna.ID {
		t.Errorf("logged in as %s", in.Name)
	}
}

// A changed cost is taken up at the next login, and the password goes on to fit.
func TestHashIsRenewed(t *testing.T) {
	s := open(t)
	player(t, s, "Anna")
	must(t, s.Close())
	opt := testOptions()
	opt.HashCost = HashCost{MemoryKiB: 16, Passes: 2}
	s = openAt(t, s.Path(), opt)
	for range 2 {
		_, err := s.Login(bg, "Anna", "long enough", Character{})
		must(t, err)
		acc, _, err := s.accountByName(bg, "test", "Anna")
		must(t, err)
		if !strings.HasPrefix(acc.password, "$argon2id$v=19$m=16,t=2,p=1$") {
			t.Errorf("the hash was not made anew")
		}
	}
	_, err := s.Login(bg, "Anna", "something else", Character{})
	wants(t, err, ErrCredentials)
}

func TestDefaultHashCost(t *testing.T) {
	var opt Options
	opt.fill()
	if opt.HashCost != (HashCost{MemoryKiB: 19456, Passes: 2}) {
		t.Errorf("%+v", opt.HashCost)
	}
	if opt.AutoCreate {
		t.Error("an empty Options makes accounts")
	}
}

// Salts differ, so equal passwords cannot be seen in the file.
func TestSalted(t *testing.T) {
	h := newHasher(HashCost{MemoryKiB: 8, Passes: 1})
	a, err := h.hash(bg, "same")
	must(t, err)
	b, err := h.hash(bg, "same")
	must(t, err)
	if a == b {
		t.Error("two hashes of one password are equal")
	}
}

// Who waits for a free hasher may stop waiting.
func TestHashesAreBounded(t *testing.T) {
	h := newHasher(HashCost{MemoryKiB: 8, Passes: 1})
	for range hashSlots {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if _, err := h.hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("told %v", err)
	}
}

// Whatever goes wrong, the password and its hash stay out of what is said.
func TestErrorsTellNoSecrets(t *testing.T) {
	s := open(t)
	const secret = "hunter2hunter2"
	_, err := s.Register(bg, "Anna", secret, Character{})
	must(t, err)
	acc, _, err := s.accountByName(bg, "test", "Anna")
	must(t, err)
	var errs []error
	try := func(_ Character, err error) { errs = append(errs, err) }
	try(s.Register(bg, "Anna", secret, Character{}))
	try(s.Register(bg, "?", secret, Character{}))
	try(s.Login(bg, "Anna", secret+"x", Character{}))
	if !onPostgres {
		limitPages(t, s, 0)
		big := Character{Data: `"` + strings.Repeat("x", 100_000) + `"`}
		try(s.Register(bg, "Berta", secret, big))
		limitPages(t, s, 1000)
	}
	must(t, s.change(bg, "test", func(t *tx) error {
		_, err := t.exec(rehashAccount, acc.password[:len(acc.password)/2], acc.id)
		return err
	}))
	try(s.Login(bg, "Anna", secret, Character{}))
	wants(t, errs[len(errs)-1], ErrCorrupt, "set a new password")
	must(t, s.Close())
	try(s.Login(bg, "Anna", secret, Character{}))
	for _, err := range errs {
		if err == nil {
			t.Error("one of them went well")
			continue
		}
		for _, s := range []string{secret, acc.password, "argon2", acc.password[len(acc.password)/3:]} {
			if strings.Contains(err.Error(), s) {
				t.Errorf("%q tells %q", err, s)
			}
		}
	}
}

// A stored hash that is not one of ours is refused without much work.
func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AA$AA")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := parsePHC(s)
		if !ok {
			return
		}
		if p.cost.MemoryKiB > maxMemoryKiB || p.cost.Passes == 0 || p.cost.Passes > maxPasses || len(p.sum) > 64 {
			t.Errorf("%q asks for %+v", s, p.cost)
		}
		if again, ok := parsePHC(p.String()); !ok || again.cost != p.cost {
			t.Errorf("%q does not come back", s)
		}
	})
}
