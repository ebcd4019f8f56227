package simulation

import (
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/world"
)

// Kind is what an entry of a history tells.
type Kind string

// The kinds.
const (
	Grant    Kind = "acquires"          // in Epoch, in the table
	Free     Kind = "lets go"           // in the table
	Play     Kind = "plays"             // players see a tick
	Write    Kind = "writes"            // accepted: the Nth of the subject, and M is all money there is then
	Answered Kind = "is answered"       // that write N of all was done
	Jump     Kind = "sends a character" // accepted, To where
	Begin    Kind = "begins"            // anew, or with what it has in memory; N is how many writes that knows of, M its hash where it has moved
	Freeze   Kind = "is frozen"         // with the hash M
	MoveOver Kind = "move is over"
	Leap     Kind = "clock leaps" // what was believed of leases is wrong from here on, for the length of one
	Late     Kind = "has a request that comes late"
	Fault    Kind = "FAULT"
	Mended   Kind = "mended"
	InTable  Kind = "at the end, in the table"  // money N, and M under way to it; or a Character; or a write
	InMemory Kind = "at the end, in the memory" // money N; or a Character
)

// Entry is one thing that happened, in true time and in the order of it.
type Entry struct {
	At        time.Duration
	Kind      Kind
	Node      world.NodeID
	Subject   world.Address
	Epoch     world.Epoch
	N, M      int64
	ID        uint64 // of a write, among all
	Character int    // from 1 on
	To        world.Address
	Text      string
}

// String is a line for people.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%9.4f  %-12s %-4s %s", e.At.Seconds(), e.Node, e.Subject, e.Kind)
	if e.Epoch != 0 {
		fmt.Fprintf(&b, " in epoch %d", e.Epoch)
	}
	if e.Character != 0 {
		fmt.Fprintf(&b, ", character %d", e.Character)
	}
	if e.To != "" {
		fmt.Fprintf(&b, " to %s", e.To)
	}
	if e.ID != 0 {
		fmt.Fprintf(&b, ", write %d", e.ID)
	}
	if e.N != 0 || e.M != 0 {
		fmt.Fprintf(&b, " (%d, %d)", e.N, e.M)
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Story is what of a history matters for a problem: its subject's entries and the faults,
// with ticks left out that change nothing, up to the problem and no further back than most
// lines.
func Story(history []Entry, p Problem, most int) string {
	var lines []string
	last := map[world.Address]Entry{}
	for i, e := range history {
		if i > p.Index {
			break
		}
		if e.Kind != Fault && e.Kind != Mended && e.Kind != Leap && e.Kind != Late && e.Subject != p.Subject && p.Subject != "" {
			continue
		}
		if e.Kind == Play && i != p.Index {
			if was := last[e.Subject]; was.Node == e.Node && was.Epoch == e.Epoch {
				continue
			}
			last[e.Subject] = e
		}
		lines = append(lines, e.String())
	}
	if len(lines) > most {
		lines = append([]string{fmt.Sprintf("           ... %d lines before", len(lines)-most)}, lines[len(lines)-most:]...)
	}
	return strings.Join(lines, "\n")
}
