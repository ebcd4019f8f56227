package release

import (
	"fmt"
	"time"

	"hotshard/runtime/script/code"
)

// Difference is one file whose content on disk is not what runs, and why.
type Difference struct{ Path, Why string }

// Drift compares what runs everywhere with what the disk holds. Nothing means
// that the shard would run the same after a fresh start.
func (c *Controller) Drift(disk map[string][]byte) []Difference {
	c.mu.Lock()
	defer c.mu.Unlock()
	onDisk := code.NewRelease(0, disk)
	var out []Difference
	for _, path := range c.live.Changed(onDisk) {
		out = append(out, Difference{path, c.whyDifferent(path, disk[path])})
	}
	for _, k := range c.canaries {
		for _, path := range k.paths() {
			out = append(out, Difference{path, fmt.Sprintf("canary: release %d runs on %v", k.number, k.units)})
		}
	}
	return out
}

func (c *Controller) whyDifferent(path string, disk []byte) string {
	hash := contentHash(path, disk)
	accepted := c.disk.Files[path]
	switch _, queued := c.queued[path]; {
	case queued && c.frozen != nil:
		return "queued: it waits for thaw"
	case queued:
		return "queued: it waits for promote"
	case c.cut[path] == hash:
		return "held: it is cut off on disk; save it whole, or reload accept " + path
	case disk == nil:
		return "held: it is gone from the disk and runs on"
	case accepted != nil && accepted.Hash == hash:
		for _, p := range c.patches {
			if p.Path == path && p.Status == PatchOpen && p.Canary == nil {
				return fmt.Sprintf("patched: #%d %s by %s, age %s", p.ID, p.Function, p.Author, c.cfg.Now().Sub(p.At).Round(time.Second))
			}
		}
	case c.refusal[path] == hash || c.waiting[path] != nil:
		return "refused: what runs is older"
	case len(disk) == 0:
		return "held: it is empty on disk"
	}
	return "the disk differs; reload reads it"
}

// Status counts what an operator watches.
type Status struct {
	Release int
	Hash    string   // of what runs, the same on every shard that runs the same
	Canary  int      // the release of the latest, 0 for none
	Units   []string // of all canaries
	Patches int      // open ones
	Queued  int
	Frozen  *Freeze // nil where changes are not frozen
}

// Status is how things stood after the last change. It never waits: while a
// release is staged or committed, operators can still look.
func (c *Controller) Status() Status { return *c.shown.Load() }

// show takes the figures for Status.
func (c *Controller) show() {
	s := Status{Release: c.live.Number, Hash: c.live.Hash, Queued: len(c.queued), Frozen: c.frozen}
	for _, p := range c.patches {
		if p.Status == PatchOpen {
			s.Patches++
		}
	}
	for _, k := range c.canaries {
		s.Canary = k.number
	}
	s.Units = sortedKeys(c.course.own)
	c.shown.Store(&s)
}
