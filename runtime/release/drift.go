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
	for _, path := range c.units.live().Changed(onDisk) {
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
	if why := c.intake.why(path, hash, c.freeze.on()); why != "" {
		return why
	}
	accepted := c.disk.Files[path]
	switch p := c.patches.on(path); {
	case disk == nil:
		return "held: it is gone from the disk and runs on"
	case accepted != nil && accepted.Hash == hash && p != nil:
		return fmt.Sprintf("patched: #%d %s by %s, age %s", p.ID, p.Function, p.Author, c.cfg.Clock.Now().Sub(p.At).Round(time.Second))
	case accepted != nil && accepted.Hash == hash:
	case c.intake.refused(path, hash):
		return "refused: what runs is older"
	case len(disk) == 0:
		return "held: it is empty on disk"
	}
	return "the disk differs; reload reads it"
}
