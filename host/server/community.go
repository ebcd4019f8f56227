package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// community implements command.Community.
type community struct{ s *Server }

// find returns an account and its characters.
func (v community) find(ctx context.Context, who string) (store.Account, []store.Character, error) {
	a, err := v.s.store.FindAccount(ctx, who)
	if err != nil {
		return a, nil, plain(err)
	}
	people, err := v.s.store.CharactersOf(ctx, a.ID)
	return a, people, err
}

// plain is an answer of the store as an operator reads it.
func plain(err error) error {
	var se *store.Error
	if answerable(err) && errors.As(err, &se) {
		return errors.New(se.Message)
	}
	return err
}

// end ends the sessions of characters, and returns how many there were.
func (v community) end(people []store.Character, code, reason string) int {
	return v.s.gate.End(among(people), code, reason)
}

// Account implements command.Community.
func (v community) Account(ctx context.Context, who string) (command.Account, error) {
	a, people, err := v.find(ctx, who)
	if err != nil {
		return command.Account{}, err
	}
	out := command.Account{ID: int64(a.ID), Name: a.Name, Created: a.Created, LastLogin: a.LastLogin}
	for _, c := range people {
		out.Characters = append(out.Characters, c.Name)
		if _, in := v.s.universe.Where(c.ID); in {
			out.Online = append(out.Online, c.Name)
		}
	}
	if out.Networks, err = v.s.store.Origins(ctx, a.ID); err != nil {
		return out, err
	}
	all, err := v.s.store.SanctionsOf(ctx, a.ID)
	for _, s := range all {
		out.Sanctions = append(out.Sanctions, toSanction(s))
	}
	return out, err
}

func toSanction(s store.Sanction) command.Sanction {
	subject := s.Subject
	if n, err := netip.ParsePrefix(subject); s.Account == 0 && err == nil {
		subject = peer.Show(n)
	}
	return command.Sanction{ID: s.ID, Kind: string(s.Kind), Subject: subject, Reason: s.Reason, Author: s.Author,
		Created: s.Created, Until: s.Until, Ended: s.Lifted}
}

// Ban implements command.Community.
func (v community) Ban(ctx context.Context, who string, until time.Time, reason, author string) (command.Sanction, int, error) {
	if n, err := peer.ParseNetwork(who); err == nil {
		return v.banNetwork(ctx, n, until, reason, author)
	}
	s, people, err := v.impose(ctx, store.Ban, who, until, reason, author)
	if err != nil {
		return command.Sanction{}, 0, err
	}
	return toSanction(s), v.end(people, wire.ClosingBanned, s.Sentence()), nil
}

// widest is the largest network that can be banned: more is a slip, or a firewall's
// work.
const widest4, widest6 = 8, 16

func (v community) banNetwork(ctx context.Context, n netip.Prefix, until time.Time, reason, author string) (command.Sanction, int, error) {
	s, err := v.imposeOn(ctx, store.Ban, n, until, reason, author)
	if err != nil {
		return command.Sanction{}, 0, err
	}
	return toSanction(s), v.s.gate.End(func(w gate.Who) bool { return n.Contains(w.From) }, wire.ClosingBanned, s.Sentence()), nil
}

// imposeOn puts a sanction on a network.
func (v community) imposeOn(ctx context.Context, kind store.SanctionKind, n netip.Prefix, until time.Time, reason, author string) (store.Sanction, error) {
	least := widest4
	if n.Addr().Is6() {
		least = widest6
	}
	if n.Bits() < least {
		return store.Sanction{}, fmt.Errorf("%s is more than one %s may hold for: /%d at the widest", n, kind, least)
	}
	s, err := v.s.store.Impose(ctx, store.Sanction{Kind: kind, Subject: n.String(), Reason: reason, Author: author, Until: until})
	if err == nil {
		err = v.s.sanctions.read(ctx)
	}
	return s, plain(err)
}

// impose puts a sanction on an account.
func (v community) impose(ctx context.Context, kind store.SanctionKind, who string, until time.Time, reason, author string) (store.Sanction, []store.Character, error) {
	a, people, err := v.find(ctx, who)
	if err != nil {
		return store.Sanction{}, nil, err
	}
	s, err := v.s.store.Impose(ctx, store.Sanction{Kind: kind, Account: a.ID, Subject: a.Name, Reason: reason, Author: author, Until: until})
	if err == nil {
		err = v.s.sanctions.read(ctx)
	}
	return s, people, plain(err)
}

// Mute implements command.Community.
func (v community) Mute(ctx context.Context, who string, until time.Time, reason, author string) (command.Sanction, error) {
	if n, err := peer.ParseNetwork(who); err == nil {
		s, err := v.imposeOn(ctx, store.Mute, n, until, reason, author)
		if err == nil {
			v.told(func(w gate.Who) bool {
				here := n.Contains(w.From)
				if here {
					v.s.sanctions.quiet.Store(w.Character, w.From)
				}
				return here
			}, s.Sentence())
		}
		return toSanction(s), err
	}
	s, people, err := v.impose(ctx, store.Mute, who, until, reason, author)
	if err == nil {
		v.told(among(people), s.Sentence())
	}
	return toSanction(s), err
}

// told tells players who are there, in a sentence.
func (v community) told(who func(gate.Who) bool, text string) {
	v.s.gate.Tell(who, wire.NewEvent("notice", map[string]world.Value{"text": text + "."}))
}

// among suits those who play one of some characters.
func among(people []store.Character) func(gate.Who) bool {
	return func(w gate.Who) bool {
		return slices.ContainsFunc(people, func(c store.Character) bool { return c.ID == w.Character })
	}
}

// Sanctions implements command.Community.
func (v community) Sanctions(context.Context) ([]command.Sanction, error) {
	var out []command.Sanction
	for _, s := range v.s.sanctions.current.Load().all {
		if s.Holds(v.s.cfg.Clock.Now()) {
			out = append(out, toSanction(s))
		}
	}
	return out, nil
}

// Lift implements command.Community.
func (v community) Lift(ctx context.Context, kind, who, author string) (command.Sanction, error) {
	n, nerr := peer.ParseNetwork(who)
	number, _ := strconv.ParseInt(strings.TrimPrefix(who, "#"), 10, 64)
	account, _ := v.s.store.FindAccount(ctx, who) // nobody, where it is a network or a number
	for _, s := range v.s.sanctions.current.Load().all {
		if string(s.Kind) != kind || !s.Holds(v.s.cfg.Clock.Now()) {
			continue
		}
		switch {
		case s.ID == number, nerr == nil && s.Account == 0 && s.Subject == n.String(), account.ID != 0 && s.Account == account.ID,
			s.Account != 0 && strings.EqualFold(s.Subject, who):
			if err := v.s.store.Lift(ctx, s.ID, author); err != nil {
				return command.Sanction{}, plain(err)
			}
			if err := v.s.sanctions.read(ctx); err != nil {
				return command.Sanction{}, err
			}
			return toSanction(s), v.mayAgain(ctx, s)
		}
	}
	return command.Sanction{}, fmt.Errorf("no %s of %s is in force; %s list shows those that are", kind, who, kind)
}

// mayAgain tells those who were muted that they are not any more.
func (v community) mayAgain(ctx context.Context, s store.Sanction) error {
	if s.Kind != store.Mute {
		return nil
	}
	suits := func(w gate.Who) bool { n, err := netip.ParsePrefix(s.Subject); return err == nil && n.Contains(w.From) }
	if s.Account != 0 {
		people, err := v.s.store.CharactersOf(ctx, s.Account)
		if err != nil {
			return err
		}
		suits = among(people)
	}
	v.told(func(w gate.Who) bool {
		_, muted := v.s.sanctions.Muted(w.Character)
		return suits(w) && !muted
	}, "You may speak again")
	return nil
}

// Rename implements command.Community.
func (v community) Rename(ctx context.Context, who, name, _ string) (string, error) {
	a, people, err := v.find(ctx, who)
	if err != nil {
		return "", err
	}
	if len(people) == 0 {
		return "", fmt.Errorf("%s has no character", a.Name)
	}
	c := people[0]
	for _, p := range people {
		if strings.EqualFold(p.Name, who) {
			c = p
		}
	}
	if err := v.s.store.Rename(ctx, c, name); err != nil {
		return "", plain(err)
	}
	v.end([]store.Character{c}, wire.ClosingKicked, "Your name is "+name+" now. Please come in again under it.")
	return c.Name, v.gone(ctx, []store.Character{c})
}

// passwordLetters are those that nobody takes for each other.
const passwordLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// ResetPassword implements command.Community.
func (v community) ResetPassword(ctx context.Context, who, _ string) (string, error) {
	a, people, err := v.find(ctx, who)
	if err != nil {
		return "", err
	}
	password := randomPassword()
	if err := v.s.store.SetPassword(ctx, a.ID, password); err != nil {
		return "", plain(err)
	}
	v.end(people, wire.ClosingKicked, "Your password was reset.")
	return password, nil
}

// randomPassword is 16 letters, some 79 bits.
func randomPassword() string {
	b := make([]byte, 0, 16)
	for len(b) < cap(b) {
		var r [1]byte
		rand.Read(r[:])
		if i := int(r[0]); i < 256/len(passwordLetters)*len(passwordLetters) {
			b = append(b, passwordLetters[i%len(passwordLetters)])
		}
	}
	return string(b)
}

// leaveTime is how long somebody may take to leave the game.
const leaveTime = 10 * time.Second

// Delete implements command.Community.
func (v community) Delete(ctx context.Context, who, author string) error {
	a, people, err := v.find(ctx, who)
	if err != nil {
		return err
	}
	// Nobody comes in between the end of the session and that of the account.
	ban, err := v.shutOut(ctx, a, people, author)
	if err != nil {
		return err
	}
	err = v.gone(ctx, people)
	if err != nil {
		err = fmt.Errorf("%w; nothing was deleted", err)
	} else {
		err = plain(v.s.store.DeleteAccount(ctx, a.ID))
	}
	return errors.Join(err, v.letIn(context.WithoutCancel(ctx), ban, err == nil, author))
}

// deleteTime is how long nobody may come in with an account that is being deleted.
const deleteTime = time.Minute

// shutting is the ban of an account that is being deleted.
type shutting struct {
	store.Sanction
	before bool // the account was banned already
}

// shutOut ends the sessions of an account and bans it for as long as its deletion takes.
// A ban that lasts longer than that does as well, and stays what it is.
func (v community) shutOut(ctx context.Context, a store.Account, people []store.Character, author string) (shutting, error) {
	now := v.s.cfg.Clock.Now()
	until := now.Add(deleteTime)
	before := false
	for _, s := range v.s.sanctions.current.Load().all {
		if s.Kind != store.Ban || s.Account != a.ID || !s.Holds(now) {
			continue
		}
		if before = true; s.Holds(until) {
			v.end(people, wire.ClosingBanned, s.Sentence())
			return shutting{s, before}, nil
		}
	}
	s, _, err := v.impose(ctx, store.Ban, a.Name, until, "the account is being deleted", author)
	if err == nil {
		v.end(people, wire.ClosingBanned, s.Sentence())
	}
	return shutting{s, before}, err
}

// letIn lifts the ban of a deletion that is over. Where nothing was deleted, whoever was
// banned before stays so: at most deleteTime longer than was meant.
func (v community) letIn(ctx context.Context, ban shutting, deleted bool, author string) error {
	if ban.before && !deleted {
		return nil
	}
	if err := v.s.store.Lift(ctx, ban.ID, author); err != nil && !errors.Is(err, store.ErrNotFound) {
		return plain(err)
	}
	return v.s.sanctions.read(ctx)
}

// gone waits until characters have left the game and are saved: a save that came
// later would be of somebody who is not there.
func (v community) gone(ctx context.Context, people []store.Character) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	for _, c := range people {
		for v.in(c.ID) {
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
				return fmt.Errorf("%s does not leave the game: %w", c.Name, ctx.Err())
			}
		}
	}
	return v.s.saves.flush()
}

func (v community) in(id world.CharacterID) bool {
	_, in := v.s.universe.Where(id)
	return in
}
