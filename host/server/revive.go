package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/record"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// A shard that was killed has kept no images. What its systems recorded brings them back: the
// newest image of each, and what went in since, up to a second before the end. While that is
// run again nothing of it goes out: what was asked of the store was answered, and the answer is
// in the recording, or the task is told that nobody knows.

// mostRuns bounds how many crashes in a row are made good.
const mostRuns = 8

// runs are the runs whose recordings count at the next start, with this one.
func (s *Server) runs(before []string) []string {
	if s.recorder == nil {
		return nil // what was recorded before is older than what is played now
	}
	runs := append(slices.Clone(before), s.run)
	return runs[max(0, len(runs)-mostRuns):]
}

// lineage is what a system has had saved of its players since its image: whatever of that
// the store has, the system knows more.
type lineage map[world.CharacterID][]system.Character

func (l lineage) add(records []system.Character) {
	for _, r := range records {
		l[r.ID] = append(l[r.ID], r)
	}
}

func (l lineage) has(c system.Character) bool {
	return slices.ContainsFunc(l[c.ID], func(r system.Character) bool { return sameCharacter(r, c) })
}

// samePlace says whether a character is where they were, but for what flying does.
func samePlace(a, b system.Character) bool {
	if a.System != b.System || a.Station != b.Station || (a.Ship == nil) != (b.Ship == nil) {
		return false
	}
	return a.Ship == nil || a.Ship.Type == b.Ship.Type
}

// reviveAll brings back what runs of the shard that were killed have left.
func (c *recaller) reviveAll() {
	if len(c.last.runs) == 0 {
		return
	}
	all, err := record.Systems(RecordDir(c.s.cfg.Data))
	if err != nil {
		c.s.notice("the shard was killed, and what was recorded cannot be read: systems start from the store: %v", err)
		return
	}
	all = slices.DeleteFunc(all, func(a world.Address) bool {
		return c.s.resting.Resting(a) || slices.ContainsFunc(c.thawed, func(t *thawed) bool { return t.sys.Address() == a })
	})
	inParallel(all, func(a world.Address) {
		t, err := c.revive(a)
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case err != nil:
			c.lose(a, err)
		case t != nil:
			c.thawed = append(c.thawed, t)
			c.recalled.killed++
		}
	})
	slices.SortFunc(c.thawed, func(a, b *thawed) int { return strings.Compare(string(a.sys.Address()), string(b.sys.Address())) })
}

// revive brings a system back; nil for one that has ended in order, or is of another run.
func (c *recaller) revive(a world.Address) (*thawed, error) {
	rec, err := record.Open(RecordDir(c.s.cfg.Data), a)
	if err != nil {
		return nil, err
	}
	if rec.Ended || !slices.Contains(c.last.runs, rec.Meta.Run) {
		return nil, nil
	}
	if sum, err := mapSum(c.s.universe.Map(), a); err != nil || sum != rec.Meta.Place {
		return nil, errors.Join(errMap, err)
	}
	live, err := c.s.universe.Describe(a)
	if err != nil {
		return nil, err
	}
	saved := lineage{}
	run, err := c.again(rec, live, record.Options{Saved: saved.add})
	if err != nil {
		return nil, err
	}
	if p := run.Parted; p != nil {
		c.s.log.Warn("a system came back otherwise than it was recorded; it goes on as it came back", "system", a, "tick", p.Tick, "in", p.Parts)
	}
	c.s.log.Info("a system was brought back", "system", a, "until", run.At.UTC().Format(time.RFC3339Nano), "tick", run.Last, "ticks", run.Ticks)
	return &thawed{sys: run.Playback().Live(live), saved: saved}, nil
}

// again runs a recording from its newest image on. What cannot be run to its end is run up to
// where it can.
func (c *recaller) again(rec *record.Recording, live system.Config, o record.Options) (*record.Run, error) {
	setup := c.s.rerun(rec, live)
	run := rec.NewRun(setup, o)
	err := run.All()
	if err == nil {
		return run, nil
	}
	run.Close()
	if run.Ticks < 2 {
		return nil, err
	}
	c.s.log.Warn("what was recorded of a system does not run to its end", "system", rec.Meta.System, "tick", run.Last, "error", err)
	o.Until = run.Last
	run = rec.NewRun(setup, o)
	if err := run.All(); err != nil {
		run.Close()
		return nil, err
	}
	return run, nil
}

// lose says that a system starts from the store, and keeps its recording from being tried
// again.
func (c *recaller) lose(a world.Address, why error) {
	c.s.notice("%s could not be brought back after the crash, and starts from the store: %v", bare(string(a)), why)
	if err := record.SetAside(RecordDir(c.s.cfg.Data), a); err != nil {
		c.s.log.Warn("a recording that is of no use is in the way", "system", a, "error", err)
	}
}

// drop gives up a system that cannot go on.
func (c *recaller) drop(t *thawed, why error) {
	if t.path != "" {
		c.setAside(t.path, why)
		return
	}
	c.recalled.killed--
	c.lose(t.sys.Address(), fmt.Errorf("what runs now cannot follow: %w", why))
}
