package system

import (
	"testing"
	"time"
)

// Each tick is counted once, by the first bound that it kept.
func TestTallyOfTicks(t *testing.T) {
	var tally Tally
	for _, took := range []time.Duration{0, TickBounds[0], TickBounds[0] + 1, TickBounds[len(TickBounds)-1], time.Hour} {
		tally.ticked(took, took > time.Second)
	}
	got := tally.Totals()
	if got.Ticks() != 5 || got.Late != 1 || got.Busy != time.Hour+TickBounds[len(TickBounds)-1]+2*TickBounds[0]+1 {
		t.Errorf("%+v", got)
	}
	if got.Took[0] != 2 || got.Took[1] != 1 || got.Took[len(TickBounds)-1] != 1 || got.Took[len(TickBounds)] != 1 {
		t.Errorf("by bound: %v", got.Took)
	}
}
