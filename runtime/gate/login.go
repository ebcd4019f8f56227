package gate

import (
	"context"
	"errors"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// The limits of what is sent to sign in.
const (
	maxName     = 64  // bytes
	maxPassword = 256 // bytes
	maxFailures = 5   // refused logins on one socket
)

// text returns a member of the arguments that is a string, not empty and at most
// so long.
func text(args world.Value, key string, most int) (string, bool) {
	fields, _ := args.(map[string]world.Value)
	s, ok := fields[key].(string)
	return s, ok && s != "" && len(s) <= most
}

// free says whether nobody is signed in on the connection, and replies if so.
func (c *client) free(req wire.Request) bool {
	if c.session.Load() == nil {
		return true
	}
	c.refuse(req.ID, wire.Errorf(wire.CodeSignedIn, "You are signed in already."))
	return false
}

// login carries out login and register.
func (c *client) login(req wire.Request) {
	if !c.free(req) {
		return
	}
	name, hasName := text(req.Args, "name", maxName)
	password, hasPassword := text(req.Args, "password", maxPassword)
	if !hasName || !hasPassword {
		c.refuse(req.ID, wire.Errorf(wire.CodeBadRequest,
			"Give a name of at most %d bytes and a password of at most %d.", maxName, maxPassword))
		return
	}
	c.phase.CompareAndSwap(phasePending, phaseSigning)
	pass, err := c.admitted(func() (Pass, error) { return c.gate.identify(c, req.Command, name, password) })
	c.signedIn(req, pass, err)
}

// signedIn goes on with an attempt to sign in.
func (c *client) signedIn(req wire.Request, pass Pass, err error) {
	if err == nil {
		c.gate.signIn(c, req.ID, pass)
		return
	}
	c.phase.CompareAndSwap(phaseSigning, phasePending)
	c.turnDown(req, err)
}

// admitted asks who it is where the address may sign in at all.
func (c *client) admitted(who func() (Pass, error)) (Pass, error) {
	if err := c.gate.cfg.Accounts.Admit(c.from); err != nil {
		if n := peer.Network(c.from); c.gate.alarms.banned.Note(n, c.gate.cfg.Clock.Now()) {
			c.gate.cfg.Log.Info("an address that is banned tries to sign in", "from", peer.Show(n))
		}
		return Pass{}, err
	}
	return who()
}

// identify checks a password, or makes an account.
func (g *Gate) identify(c *client, command, name, password string) (pass Pass, err error) {
	if command == "register" {
		return pass, g.registered(c, func(ctx context.Context) (err error) {
			pass, err = g.cfg.Accounts.Register(ctx, c.from, name, password)
			return err
		})
	}
	return pass, g.guarded(c, name, func(ctx context.Context) (err error) {
		pass, err = g.cfg.Accounts.Login(ctx, c.from, name, password)
		return err
	})
}

// turnDown answers an attempt to sign in that came to nothing.
func (c *client) turnDown(req wire.Request, err error) {
	if errors.Is(err, errHeld) {
		c.later = true
		return
	}
	refusal := c.shown(err)
	c.refuse(req.ID, refusal)
	c.refused(refusal)
}

// password carries out password: somebody who is signed in sets another one.
func (c *client) password(req wire.Request) {
	s := c.session.Load()
	if s == nil {
		c.refuse(req.ID, wire.Errorf(wire.CodeNotSignedIn, "Please sign in first."))
		return
	}
	old, hasOld := text(req.Args, "old", maxPassword)
	password, has := text(req.Args, "password", maxPassword)
	if !hasOld || !has {
		c.refuse(req.ID, wire.Errorf(wire.CodeBadRequest, "Give the old password, and a new one of at most %d bytes.", maxPassword))
		return
	}
	var pass Pass
	err := c.gate.guarded(c, s.name, func(ctx context.Context) (err error) {
		pass, err = c.gate.cfg.Accounts.Password(ctx, s.id, old, password)
		return err
	})
	if err != nil {
		c.turnDown(req, err)
		return
	}
	c.gate.replace(s, c, pass.Token)
	c.Reply(req.ID, map[string]world.Value{"token": pass.Token}, nil)
}

// refused counts logins that were turned down; who only guesses is closed.
func (c *client) refused(refusal *wire.Error) {
	if refusal.Code == wire.CodeBusy || refusal.Code == wire.CodeInternal {
		return
	}
	if c.failures++; c.failures >= maxFailures {
		c.turnOut(wire.CodeBadCredentials, "Too many refused attempts to sign in.")
	}
}

// resume carries out resume.
func (c *client) resume(req wire.Request) {
	if !c.free(req) {
		return
	}
	token, ok := text(req.Args, "token", maxName)
	if !ok {
		c.refuse(req.ID, wire.Errorf(wire.CodeBadRequest, "Give the token of the welcome event."))
		return
	}
	c.phase.CompareAndSwap(phasePending, phaseSigning)
	done := false
	pass, err := c.admitted(func() (Pass, error) {
		if done = c.gate.resume(c, req.ID, token); done {
			return Pass{}, nil
		}
		if c.gate.worthless(token) {
			return Pass{}, wire.Errorf(wire.CodeBadToken, "That session is over. Please sign in again.")
		}
		return c.gate.cfg.Accounts.Resume(c.gate.ctx, c.from, token)
	})
	if !done {
		c.signedIn(req, pass, err)
	}
}
