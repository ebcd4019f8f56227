package command

import (
	"fmt"
	"time"
)

// CodeFrozen is the code of what is refused while changes of code are frozen.
const CodeFrozen = "R-FROZEN"

// frozen refuses what changes code while changes are frozen, before anybody is asked
// for a name or a second person.
func frozen(s *Session, c *Command, a Args) error {
	id := s.Shard.Identify()
	if !id.Frozen || c.Reloads == nil || !c.Reloads(a) {
		return nil
	}
	return refuse(CodeFrozen, "%s is refused: %s. Nothing changes until thaw", c.Name, frozenBy(id))
}

// frozenBy says who froze changes, when and why.
func frozenBy(id Identity) string {
	why := id.FrozenWhy
	if why == "" {
		why = "no reason given"
	}
	return fmt.Sprintf("frozen by %s since %s (%s ago): %s", id.FrozenBy, id.FrozenAt.Format("15:04:05 MST"), Spoken(time.Since(id.FrozenAt)), why)
}

// anyway says that a command reloads however it is asked for; reallyDone, that it does
// unless it only plans.
func anyway(Args) bool       { return true }
func reallyDone(a Args) bool { return !a.Plan }
