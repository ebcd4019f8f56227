package release

import (
	"context"
	"fmt"
	"time"

	"hotshard/runtime/script/code"
)

// debt is a way back that the store could not be told of: what is bad goes, also from
// a shard whose disk is full. The number it runs under is the next one the store will
// give, unless that has given more than the controller knows of.
type debt struct {
	to           *code.Release
	bad          int  // the release that was left
	number       int  // that the store has given since, 0 before
	paid         bool // it knows that this was live
	author, note string
	before       *debt
	again        time.Time
}

// debtPause is how long after a refusal the store is asked again.
const debtPause = 10 * time.Second

// number gives a release its number. warning is not nil where the store could not be
// told, and the release goes back to what was before.
func (c *Controller) number(s step) (number int, warning *code.Warning, err error) {
	if s.number != 0 {
		c.last = max(c.last, s.number)
		return s.number, nil, nil
	}
	if err = c.pay(); err == nil {
		number, err = c.cfg.Journal.Begin(s.to, s.author, s.note)
	}
	if err == nil {
		c.last = max(c.last, number)
		return number, nil, nil
	}
	if !c.units.goingBack {
		return 0, nil, err
	}
	live := c.units.live().Number
	c.owed = &debt{to: s.to, bad: live, author: s.author, note: s.note, before: c.owed, again: c.cfg.Clock.Now().Add(debtPause)}
	c.last = max(c.last, live) + 1
	return c.last, &code.Warning{Code: CodeUnwritten, Subject: fmt.Sprintf("release %d", c.last),
		Detail: fmt.Sprintf("the store could not be told: %v. It is told as soon as it can be; a restart before that begins with release %d again", err, c.owed.first())}, nil
}

// first is the release that the store takes for the live one.
func (d *debt) first() int {
	for d.before != nil {
		d = d.before
	}
	return d.bad
}

// pay tells the store of what runs, where it could not be told.
func (c *Controller) pay() error {
	if c.owed == nil {
		return nil
	}
	if err := c.payFrom(c.owed); err != nil {
		c.owed.again = c.cfg.Clock.Now().Add(debtPause)
		return err
	}
	c.last = max(c.last, c.owed.number)
	for d := c.owed; d != nil; d = d.before {
		c.history.markBad(d.bad, d.note)
	}
	c.owed = nil
	return nil
}

// payFrom tells the store of the ways back in their order, each as the release that it
// was: then its numbers are those that the shard has run under.
func (c *Controller) payFrom(d *debt) (err error) {
	if d.before != nil {
		if err = c.payFrom(d.before); err != nil {
			return err
		}
	}
	if d.number == 0 {
		if d.number, err = c.cfg.Journal.Begin(d.to, d.author, d.note); err != nil {
			return err
		}
	}
	if d.paid {
		return nil
	}
	err = c.cfg.Journal.Finish(d.number, StandingLive, d.note)
	d.paid = err == nil
	return err
}

// payLater is pay when it is time to try again. Where the store has given another
// number than the controller foresaw, what runs gets a number that both know.
func (c *Controller) payLater(ctx context.Context) (Outcome, bool) {
	d := c.owed
	if d == nil || c.cfg.Clock.Now().Before(d.again) || c.pay() != nil {
		return Outcome{}, false
	}
	live := c.units.live()
	o := Outcome{Verdict: Ignore, Release: live.Number, Author: d.author, Note: d.note}
	if live.Number != c.last {
		o = c.move(ctx, step{to: live, author: d.author, note: d.note, ground: c.ground()})
	}
	if o.Verdict == Apply {
		c.disk = c.disk.Numbered(o.Release)
	}
	o.Message = fmt.Sprintf("the store could not be told of the way back from release %d, and now knows it", d.first())
	return c.tell(o, d.author, d.note), true
}
