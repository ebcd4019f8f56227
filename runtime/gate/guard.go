package gate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// guard counts what is tried at the door by network: wrong passwords, also by the
// name they were tried on, and new accounts.
type guard struct {
	guesses  *peer.Limiter[netip.Prefix]
	names    *peer.Limiter[guessed]
	accounts *peer.Limiter[netip.Prefix]
}

// guessed is a name on which a network has tried passwords.
type guessed struct {
	network netip.Prefix
	name    string
}

// suspicious is how many wrong passwords of a network, within minutes, look like
// guessing.
const suspicious = 10

// nameGuesses are those that a network has for one account.
var nameGuesses = peer.Limit{Burst: 10, Every: 30 * time.Second}

func newGuard(cfg Config) guard {
	return guard{
		guesses:  peer.NewLimiter[netip.Prefix](cfg.Guesses),
		names:    peer.NewLimiter[guessed](nameGuesses),
		accounts: peer.NewLimiter[netip.Prefix](cfg.Registrations),
	}
}

// alarms say when what is refused is worth a line of the log.
type alarms struct{ sockets, guesses, accounts, banned peer.Alarm }

// exempt says whether an address is not held to the limits that count its network
// as a whole: that of the machine itself, where load players and tests come from.
func (g *Gate) exempt(a netip.Addr) bool {
	return peer.Local(a) && !g.cfg.LimitLocal && !g.cfg.Proxies.Trusts(a)
}

// guarded checks a password, where the client has tries left and when there is a
// slot for it. A right one is never counted; whoever has signed in from the same
// network before keeps their lane, whatever others guess there.
func (g *Gate) guarded(c *client, name string, check func(context.Context) error) error {
	n := peer.Network(c.from)
	who := guessed{n, strings.ToLower(name)}
	where := inOrder
	if g.guard.guesses.Used(n, g.cfg.Clock.Now()) >= suspicious || g.guard.names.Used(who, g.cfg.Clock.Now()) > 0 {
		where = latestFirst
		if g.cfg.Accounts.Known(g.ctx, c.from, name) {
			where = knownHere
		}
	}
	refused := func() error {
		if where == knownHere {
			return nil
		}
		return g.overGuesses(c, who)
	}
	if err := refused(); err != nil {
		return err
	}
	err := g.inTurn(c, where, func(ctx context.Context) error {
		if err := refused(); err != nil { // others of the network have guessed meanwhile
			return err
		}
		return check(ctx)
	})
	if refusal := (*wire.Error)(nil); errors.As(err, &refusal) && refusal.Code == wire.CodeBadCredentials {
		g.wrong(c, who)
	}
	return err
}

// overGuesses refuses those of whom too many passwords were wrong.
func (g *Gate) overGuesses(c *client, who guessed) error {
	wait := g.guard.names.Wait(who, g.cfg.Clock.Now())
	if !g.exempt(c.from) {
		wait = max(wait, g.guard.guesses.Wait(who.network, g.cfg.Clock.Now()))
	}
	if wait == 0 {
		return nil
	}
	g.cfg.Refusals.Add(peer.Guesses)
	return wire.Errorf(wire.CodeRateLimited, "Too many wrong passwords came from your address. Please try again in %s.", spoken(wait))
}

// wrong counts a wrong password.
func (g *Gate) wrong(c *client, who guessed) {
	now := g.cfg.Clock.Now()
	g.guard.names.Add(who, now)
	g.guard.guesses.Add(who.network, now)
	if g.alarms.guesses.Note(who.network, now) {
		g.cfg.Log.Warn("passwords are being guessed", "from", peer.Show(who.network), "address", c.from, "name", who.name, "wrong", suspicious)
	}
}

// registered makes an account, where the client's network has one left.
func (g *Gate) registered(c *client, make func(context.Context) error) error {
	n := peer.Network(c.from)
	if !g.exempt(c.from) && !g.guard.accounts.Take(n, g.cfg.Clock.Now()) {
		g.cfg.Refusals.Add(peer.Registrations)
		if g.alarms.accounts.Note(n, g.cfg.Clock.Now()) {
			g.cfg.Log.Warn("many accounts are made", "from", peer.Show(n), "address", c.from, "limit", g.cfg.Registrations.Burst)
		}
		return wire.Errorf(wire.CodeRateLimited, "Too many accounts were made from your address. Please try again in %s.",
			spoken(g.guard.accounts.Wait(n, g.cfg.Clock.Now())))
	}
	return g.inTurn(c, inOrder, make)
}

// inTurn runs a call into Accounts when there is a slot for it.
func (g *Gate) inTurn(c *client, where place, call func(context.Context) error) error {
	n := peer.Network(c.from)
	turn := g.turns()
	if !g.lanes.enter(turn, n, where) {
		if errors.Is(context.Cause(turn), errHeld) {
			return errHeld
		}
		return wire.Errorf(wire.CodeBusy, "Many players are signing in. Please try again in a moment.")
	}
	defer g.lanes.leave()
	if c.out.gone() {
		return wire.Errorf(wire.CodeBusy, "The connection is gone.") // nobody reads it: the work is for those who wait still
	}
	return call(g.ctx)
}

// spoken is a time to wait as a player reads it: rounded up.
func spoken(d time.Duration) string {
	if d <= 2*time.Minute {
		return fmt.Sprintf("%.0f s", math.Ceil(d.Seconds()))
	}
	return fmt.Sprintf("%.0f minutes", math.Ceil(d.Minutes()))
}
