package system

import (
	"testing"
	"time"
)

func TestAGlanceSeesTheTicksSinceTheLast(t *testing.T) {
	var c counters
	if g := c.glance(0); g != (Glance{Dilation: 1}) {
		t.Errorf("before the first tick: %+v", g)
	}
	c.ticked(1, 9*time.Millisecond, false)
	c.ticked(2, 2*time.Millisecond, false)
	first := c.glance(0)
	if first.Ticks != 2 || first.Longest != 9*time.Millisecond || first.Busy != 11*time.Millisecond {
		t.Errorf("after two: %+v", first)
	}
	c.ticked(3, time.Millisecond, false)
	if g := c.glance(first.Ticks); g.Longest != time.Millisecond || g.Busy != 12*time.Millisecond {
		t.Errorf("after one more: %+v", g)
	}
	if g := c.glance(3); g.Longest != 0 {
		t.Errorf("where nothing has ticked since: %+v", g)
	}
	if g := c.glance(99); g.Longest != 0 {
		t.Errorf("of a system that has started anew: %+v", g)
	}
	for range 3 * recentTicks {
		c.ticked(4, 3*time.Millisecond, false)
	}
	if g := c.glance(1); g.Longest != 3*time.Millisecond {
		t.Errorf("of more ticks than are kept: %+v", g)
	}
}
