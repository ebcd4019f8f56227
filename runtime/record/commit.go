package record

import (
	"fmt"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// committer brings the scripts of a system that is run again to other releases, as the
// releases of the shard did.
type committer struct {
	options func(program string) script.Options
	stagers map[string]*reload.Stager
	change  func(*code.Release) (*code.Release, error) // nil: none
	asks    bool                                       // what a shard would refuse is refused; what it did is done again all the same
}

// commit does a script.DeedCommit again, or what is done in its place.
func (c *committer) commit(st *script.State, d script.Deed) error {
	to := d.Release
	if c.change != nil {
		var err error
		if to, err = c.change(to); err != nil {
			return err
		}
	}
	if st.Release().Hash == to.Hash {
		return nil
	}
	g := c.stagers[st.Program()]
	if g == nil {
		g = reload.NewStager(c.options(st.Program()))
		c.stagers[st.Program()] = g
	}
	g.Back = d.Back
	roots := d.Roots
	if roots == nil {
		roots = st.Modules()
	}
	staged, err := g.Stage(st.Release(), to, roots)
	if err != nil {
		return fmt.Errorf("release %d does not follow release %d here: %w", to.Number, st.Release().Number, err)
	}
	if c.asks {
		if _, err := reload.Plan(st, staged); err != nil {
			return err
		}
	}
	if _, err := reload.Commit(st, staged); err != nil {
		return fmt.Errorf("release %d does not follow release %d here: %w", to.Number, st.Release().Number, err)
	}
	g.Adopt(staged, to.Hash)
	return nil
}
