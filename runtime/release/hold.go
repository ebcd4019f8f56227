package release

import (
	"errors"

	"hotshard/runtime/script/code"
)

// Course is what a controller runs, for another one that goes on with it.
type Course struct {
	Disk    *code.Release // what was accepted from the disk
	Live    *code.Release // with the patches over it, which is what systems run
	Patches []*Patch
	Frozen  *Freeze
}

// Hold runs f while no code changes. It is an error where there is more than one release:
// a canary belongs to this controller.
func (c *Controller) Hold(f func(Course) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.canaries) > 0 {
		return errors.New("a canary runs: promote it, or roll it back, first (canaries shows it)")
	}
	return f(Course{Disk: c.disk, Live: c.units.live(), Patches: c.patches.openExcept(""), Frozen: c.freeze.current})
}
