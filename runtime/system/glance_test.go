package system

import (
	"testing"
	"time"
)

func TestAGlanceSeesTheTicksSinceTheLast(t *testing.T) {
	var c counters
	now := time.Unix(1_800_000_000, 0)
	if g := c.glance(0, now); g != (Glance{Dilation: 1}) {
		t.Errorf("before the first tick: %+v", g)
	}
	c.ticked(1, 9*time.Millisecond, false)
	c.ticked(2, 2*time.Millisecond, false)
	first := c.glance(0, now)
	if first.Ticks != 2 || first.Longest != 9*time.Millisecond || first.Busy != 11*time.Millisecond {
		t.Errorf("after two: %+v", first)
	}
	c.ticked(3, time.Millisecond, false)
	if g := c.glance(first.Ticks, now); g.Longest != time.Millisecond || g.Busy != 12*time.Millisecond {
		t.Errorf("after one more: %+v", g)
	}
	if g := c.glance(3, now); g.Longest != 0 {
		t.Errorf("where nothing has ticked since: %+v", g)
	}
	if g := c.glance(99, now); g.Longest != 0 {
		t.Errorf("of a system that has started anew: %+v", g)
	}
	for range 3 * recentTicks {
		c.ticked(4, 3*time.Millisecond, false)
	}
	if g := c.glance(1, now); g.Longest != 3*time.Millisecond {
		t.Errorf("of more ticks than are kept: %+v", g)
	}
	c.since.Store(now.Add(-2 * time.Second).UnixNano())
	before := c.busy.Load()
	if g := c.glance(c.ticks.Load(), now); g.Longest != 2*time.Second || g.Busy != time.Duration(before)+2*time.Second {
		t.Errorf("in the middle of a long tick: %+v", g)
	}
}
