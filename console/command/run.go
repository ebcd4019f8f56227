package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
)

// RunFor runs one line for a session and hands the parts of an answer that goes
// on to emit, whose error ends the command.
func (r *Registry) RunFor(ctx context.Context, s *Session, line string, emit func(Result) error) (Result, error) {
	own := *s
	own.emit = emit
	return r.Run(ctx, &own, line)
}

// Run runs one line. Every error is, or wraps, a *Refusal or is a failure of the
// shard to do what was asked.
func (r *Registry) Run(ctx context.Context, s *Session, line string) (Result, error) {
	words, err := split(line)
	if len(words) == 0 {
		return Result{}, err
	}
	if s.Allowed != nil {
		if err := s.Allowed(); err != nil {
			return Result{}, refused(ctx, s, line, Refuse(CodeRole, "%v", err))
		}
	}
	c, rest := r.find(words)
	switch {
	case c == nil && err != nil:
		return Result{}, Refuse(CodeUsage, "%v", err)
	case c == nil:
		return Result{}, Refuse(CodeUnknown, "%s", r.unknown(s, words))
	case c.Offered != nil && !c.Offered(s.Shard):
		return Result{}, Refuse(CodeUnknown, "this shard does not offer %s", c.Name)
	case err != nil && !c.Code:
		return Result{}, Refuse(CodeUsage, "%v", err)
	case c.Role > s.Role:
		return Result{}, refused(ctx, s, line, Refuse(CodeRole, "%s takes the role %s; you are %s", c.Name, c.Role, s.Role))
	}
	r.presence.saw(s, line)
	args, err := parse(c, line, rest)
	if err != nil {
		return Result{}, Refuse(CodeUsage, "%v\nusage: %s", err, strings.TrimSpace(c.Name+" "+c.Args))
	}
	if err := frozen(s, c, args); err != nil {
		return Result{}, refused(ctx, s, line, err)
	}
	if args.Confirm == "" {
		args.Confirm = s.Confirm
	}
	if c.Check != nil {
		if err := c.Check(ctx, s, args); err != nil {
			return Result{}, refused(ctx, s, line, err)
		}
	}
	own := *s // the flag is this line's, not the session's
	s = &own
	s.JSON = s.JSON || args.JSON
	args.JSON = s.JSON
	var result Result
	if node := s.away(ctx, c, args); node != "" {
		result, err = s.over(ctx, node, line, args.Confirm) // it is written down there
	} else {
		result, err = r.run(ctx, s, c, args, line)
	}
	result.AsJSON = s.JSON
	return result, err
}

// refused writes down that something was tried that may not be, and returns why.
func refused(ctx context.Context, s *Session, line string, why error) error {
	if s.Shard.Audit == nil {
		return why
	}
	e := s.entry(line)
	e.Outcome = refusedWith + why.Error()
	if err := writeDown(ctx, s, e); err != nil {
		slog.Warn("console: a refusal could not be written down", "who", s.Who, "command", brief(line), "err", err)
	}
	return why
}

// What the audit log has as the outcome of a command that has not run yet, and before
// the reason of one that was refused.
const (
	askedFor    = "asked for"
	refusedWith = "refused: "
)

// run runs a command that may be run. If it changes anything, the audit log says so
// before, and after it what became of it; colleagues are told.
func (r *Registry) run(ctx context.Context, s *Session, c *Command, args Args, line string) (Result, error) {
	if !c.Changes {
		return c.do(ctx, s, args)
	}
	unwritten := s.intend(ctx, c, line)
	if unwritten != nil && !c.Rescue {
		return Result{}, fmt.Errorf("%w; nothing was done", unwritten)
	}
	result, outcome, err := r.change(ctx, s, c, args, line)
	if !c.Quiet {
		r.presence.tell(s, fmt.Sprintf("%s: %s: %s", s.Who, brief(line), brief(outcome)))
	}
	if s.Shard.Audit == nil {
		return result, err
	}
	e := s.entry(line)
	e.Outcome = outcome
	if werr := writeDown(ctx, s, e); unwritten == nil && !c.Final {
		unwritten = werr
	}
	switch {
	case unwritten != nil && err == nil && c.Rescue: // it was done, and is no failure
		result.Text = strings.TrimLeft(result.Text+"\n"+unwritten.Error(), "\n")
	case unwritten != nil:
		err = errors.Join(err, unwritten)
	}
	return result, err
}

// do runs the command. A panic in it is its own failure and nobody else's.
func (c *Command) do(ctx context.Context, s *Session, a Args) (r Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("console: a command panicked", "command", c.Name, "panic", p, "stack", string(debug.Stack()))
			r, err = Result{}, Refuse(CodeFailed, "the command failed inside the server: %v (the log has the details)", p)
		}
	}()
	r, err = c.Run(ctx, s, a)
	return r, asRefusal(err)
}

// intend writes down what is about to be done.
func (s *Session) intend(ctx context.Context, c *Command, line string) error {
	if s.Shard.Audit == nil {
		return nil
	}
	e := s.entry(line)
	e.Outcome = askedFor
	return writeDown(ctx, s, e)
}

// change runs a command that changes something, as far as one person may, and says
// how it went.
func (r *Registry) change(ctx context.Context, s *Session, c *Command, args Args, line string) (Result, string, error) {
	two := s.Shard.Identify().FourEyes && !s.approved
	acting := *s
	if two {
		acting.Shard = s.Shard.guarded()
	}
	result, err := c.do(ctx, &acting, args)
	if two && errors.Is(err, errTwo) {
		var n int
		if n, err = r.approvals.ask(s, line, s.now()); err == nil {
			result = text("that takes a second person: a colleague can approve %d within %v", n, approvalTime)
			return result, fmt.Sprintf("waits for a second person: approve %d", n), nil
		}
	}
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return result, refusedWith + err.Error(), err
	case err != nil:
		return result, err.Error(), err
	case result.Failed != "":
		return result, result.Failed, nil
	}
	if result.Noted != "" {
		return result, "done; " + result.Noted, nil
	}
	return result, "done", nil
}

// writeDown writes an audit entry even when the operator has broken off: what was
// done was done.
func writeDown(ctx context.Context, s *Session, e AuditEntry) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.Shard.Audit.Record(ctx, e); err != nil {
		return fmt.Errorf("the audit log could not be written: %w", err)
	}
	return nil
}

// confirm refuses what could hurt many in production until the operator has
// typed the shard's name.
func confirm(s *Session, a Args, what string) error {
	id := s.Shard.Identify()
	if !id.Production || a.Confirm == id.Name {
		return nil
	}
	if a.Confirm != "" {
		return Refuse(CodeConfirm, "this shard is called %s, not %s: %s needs its own name", id.Name, a.Confirm, what)
	}
	return Refuse(CodeConfirm, "%s on %s, a production shard: type its name to go on (--confirm NAME)", what, id.Name)
}
