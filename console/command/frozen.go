package command

import (
	"cmp"

	"hotshard/runtime/release"
)

// frozen refuses what changes code while changes are frozen, before anybody is asked
// for a name or a second person.
func frozen(s *Session, c *Command, a Args) error {
	f := s.Shard.Identify().Frozen
	if f == nil || c.Reloads == nil || !c.Reloads(a) {
		return nil
	}
	return Refuse(release.CodeFrozen, "%s is refused: frozen by %s since %s (%s ago): %s. Nothing changes until thaw",
		c.Name, f.By, f.At.Format("15:04:05 MST"), Spoken(s.now().Sub(f.At)), cmp.Or(f.Why, "no reason given"))
}

// frozenCells says in four cells whether changes are frozen, by whom, why and since
// when.
func frozenCells(id Identity) []any {
	if id.Frozen == nil {
		return []any{false, "", "", nil}
	}
	return []any{true, id.Frozen.By, id.Frozen.Why, moment(id.Frozen.At)}
}

// anyway says that a command reloads however it is asked for; reallyDone, that it does
// unless it only plans.
func anyway(Args) bool       { return true }
func reallyDone(a Args) bool { return !a.Plan && !a.Has(againstFlag) }
