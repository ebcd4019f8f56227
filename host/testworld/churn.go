package testworld

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// meanTicks is how many ticks lie between two reloads, on average, and mostReloads
// how many there are in one test: each costs milliseconds.
const (
	meanTicks   = 25
	mostReloads = 3
)

// churn reloads scripts at random ticks: each time some files get a line more that
// changes nothing. What plays in the world must not notice.
type churn struct {
	world  *testWorld
	rand   *rand.Rand
	stager *reload.Stager
	left   int // ticks until the next reload
	count  int
}

func newChurn(w *testWorld) *churn {
	c := &churn{world: w, rand: rand.New(rand.NewPCG(w.setup.Seed, 2))}
	config := w.config(w.system.Address(), w.system.Static(), "", w.setup.Entry)
	o := config.Script
	o.Name, o.Seed, o.Release = string(w.system.Address()), config.Seed, w.setup.Release
	o.Bind = func(st *script.State) { config.Bind(w.system, st) }
	c.stager = reload.NewStager(o)
	c.left = c.rand.IntN(meanTicks)
	return c
}

// tick reloads when it is time to. A refusal or a warning is a fault of the test:
// nothing that matters was changed.
func (c *churn) tick() {
	if c.left--; c.left >= 0 || c.count == mostReloads {
		return
	}
	c.left = c.rand.IntN(2 * meanTicks)
	c.count++
	if err := c.reload(); err != nil {
		c.world.setup.OnFault(script.Fault{Origin: "reload", Message: err.Error()})
	}
}

func (c *churn) reload() error {
	st := c.world.system.State()
	from := st.Release()
	modules := st.Modules()
	changed := map[string][]byte{}
	for range 1 + c.rand.IntN(4) {
		path := code.ModulePath(modules[c.rand.IntN(len(modules))])
		line := fmt.Sprintf("local _reload%d = %d -- a line more\n", c.count, c.count)
		changed[path] = slices.Concat([]byte(line), from.Files[path].Source)
	}
	staged, err := c.stager.Stage(from, from.With(from.Number+1, changed), modules)
	if err != nil {
		return err
	}
	report, err := reload.Commit(st, staged)
	if err != nil {
		return err
	}
	c.stager.Adopt(staged)
	if len(report.Warnings) > 0 {
		return fmt.Errorf("%v", report.Warnings)
	}
	return nil
}
