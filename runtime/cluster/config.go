package cluster

import (
	"fmt"
	"time"
)

// Config is how patient a node is. The zero value of each is its default; all nodes of a
// cluster have the same.
type Config struct {
	// Lease is how long a subject is owned after an acquisition or a renewal; 3 s. Margin is
	// how much earlier its owner stops by its own clock, which may be slower than the
	// database's, and in the middle of a tick; 250 ms.
	Lease, Margin time.Duration
	// Renew is how often leases are renewed; 800 ms.
	Renew time.Duration
	// Look is how often a node looks for subjects whose owners are dead; 500 ms. Who has
	// seen one waits Grace, in which its owner may come back with what it has in memory, and
	// up to Spread more, another time on each node; 400 ms each.
	Look, Grace, Spread time.Duration
	// Retry is how long the table's answer is waited for before it is asked again; 400 ms.
	Retry time.Duration
	// Patience is how long a step of a move may take; 1 s.
	Patience time.Duration
}

// Filled returns the Config with its defaults.
func (c Config) Filled() Config {
	for _, f := range []struct {
		v *time.Duration
		d time.Duration
	}{
		{&c.Lease, 3 * time.Second}, {&c.Margin, 250 * time.Millisecond}, {&c.Renew, 800 * time.Millisecond},
		{&c.Look, 500 * time.Millisecond}, {&c.Grace, 400 * time.Millisecond}, {&c.Spread, 400 * time.Millisecond},
		{&c.Retry, 400 * time.Millisecond}, {&c.Patience, time.Second},
	} {
		if *f.v == 0 {
			*f.v = f.d
		}
	}
	return c
}

// Check says what does not fit together.
func (c Config) Check() error {
	c = c.Filled()
	for name, d := range map[string]time.Duration{"lease": c.Lease, "margin": c.Margin, "renew": c.Renew, "look": c.Look, "retry": c.Retry, "patience": c.Patience} {
		if d < time.Millisecond {
			return fmt.Errorf("the cluster's %s is %s: it is at least 1ms", name, d)
		}
	}
	if c.Grace < 0 || c.Spread < 0 {
		return fmt.Errorf("the cluster's grace and spread are at least 0, and not %s and %s", c.Grace, c.Spread)
	}
	if usable := c.Lease - c.Margin; 3*c.Renew > usable {
		return fmt.Errorf("a lease of %s, less a margin of %s, is to be renewed every %s: renew at least three times in it, so that one lost renewal stops nothing", c.Lease, c.Margin, c.Renew)
	}
	return nil
}
