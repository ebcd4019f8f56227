package gate

import (
	"context"

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
	c.Reply(req.ID, nil, wire.Errorf(wire.CodeSignedIn, "You are signed in already."))
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
		c.Reply(req.ID, nil, wire.Errorf(wire.CodeBadRequest,
			"Give a name of at most %d bytes and a password of at most %d.", maxName, maxPassword))
		return
	}
	c.phase.CompareAndSwap(phasePending, phaseSigning)
	var id world.CharacterID
	err := c.gate.account(func(ctx context.Context) (err error) {
		if req.Command == "register" {
			id, err = c.gate.cfg.Accounts.Register(ctx, name, password)
			return err
		}
		id, name, err = c.gate.cfg.Accounts.Login(ctx, name, password)
		return err
	})
	if err == nil {
		c.gate.signIn(c, req.ID, id, name)
		return
	}
	c.phase.CompareAndSwap(phaseSigning, phasePending)
	refusal := c.shown(err)
	c.Reply(req.ID, nil, refusal)
	c.refused(refusal)
}

// account runs a call into Accounts when there is a slot for it.
func (g *Gate) account(call func(context.Context) error) error {
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > int64(g.cfg.LoginsAtOnce+g.cfg.LoginQueue) {
		return wire.Errorf(wire.CodeBusy, "Many players are signing in. Please try again in a moment.")
	}
	select {
	case g.slots <- struct{}{}:
	case <-g.ctx.Done():
		return wire.Errorf(wire.CodeBusy, "The server is shutting down.")
	}
	defer func() { <-g.slots }()
	return call(g.ctx)
}

// refused counts logins that were turned down; who only guesses is closed.
func (c *client) refused(refusal *wire.Error) {
	if refusal.Code == wire.CodeBusy || refusal.Code == wire.CodeInternal {
		return
	}
	if c.failures++; c.failures >= maxFailures {
		c.end(wire.CodeBadCredentials, "Too many refused attempts to sign in.")
	}
}

// resume carries out resume.
func (c *client) resume(req wire.Request) {
	if !c.free(req) {
		return
	}
	token, ok := text(req.Args, "token", maxName)
	if !ok {
		c.Reply(req.ID, nil, wire.Errorf(wire.CodeBadRequest, "Give the token of the welcome event."))
		return
	}
	c.gate.resume(c, req.ID, token)
}
