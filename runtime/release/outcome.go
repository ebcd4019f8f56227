package release

import (
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// Verdict is what became of a batch.
type Verdict string

// The verdicts, as the conformance suite writes them; Queued is production's.
const (
	Apply  Verdict = "apply"
	Refuse Verdict = "refuse"
	Ignore Verdict = "ignore"
	Hold   Verdict = "hold"
	Queue  Verdict = "queue"
)

// Outcome is one step's result, for the log, the page and the console.
type Outcome struct {
	Verdict  Verdict
	Code     string // of a refusal or hold
	Subject  string
	Message  string // one sentence with file and line
	Release  int    // that is live afterwards
	Files    []string
	Warnings []code.Warning
	Broken   []string                // files that are on the disk and refused, after this step
	Report   reload.Report           // of the State that had most to say
	Changes  []reload.FunctionChange // what it changes, by name
	Hashes   map[string]string       // of the files afterwards, "" for one that is gone
	Units    int                     // States that were changed
	Asleep   bool                    // none of them has loaded any of it: those that will are not awake
	Frames   int                     // suspended frames in all of them that finish in old code
	Pause    time.Duration           // of the State that stood still for longest
	Canary   []string                // those of a canary; nil: all
	Author   string
	Note     string
	At       time.Time
	Took     time.Duration
	Shadow   string // whether a shadow run was made of what is promoted, and what it said; "" where nobody asks

	passing bool // a refusal that is not the files' fault
}

// Past is the verdict as a report says it: "applied", "refused".
func (v Verdict) Past() string {
	switch v {
	case Apply:
		return "applied"
	case Refuse:
		return "refused"
	case Hold:
		return "held"
	case Queue:
		return "queued"
	}
	return "ignored"
}

// Sentence is what became of it without the warnings: its own message, where it has
// one.
func (o Outcome) Sentence() string {
	if o.Message != "" {
		return o.Message
	}
	o.Warnings = nil
	return o.String()
}

func (o Outcome) String() string {
	var b strings.Builder
	switch o.Verdict {
	case Apply:
		fmt.Fprintf(&b, "release %d live: %s", o.Release, strings.Join(o.Files, ", "))
		fmt.Fprintf(&b, " (%d changed, %d added, %d removed", o.Report.Functions+len(o.Report.Values), o.Report.Added, o.Report.Removed)
		if len(o.Report.Restarted) > 0 {
			fmt.Fprintf(&b, ", task %s restarted", strings.Join(o.Report.Restarted, ", "))
		}
		switch n := o.Report.Taken; {
		case n == 1:
			b.WriteString(", 1 value taken")
		case n > 1:
			fmt.Fprintf(&b, ", %d values taken", n)
		}
		if o.Asleep {
			b.WriteString("; no system that runs it is awake")
		}
		b.WriteByte(')')
		b.WriteString(values(o.Report.Values))
	case Refuse, Hold:
		verb := "refused"
		if o.Verdict == Hold {
			verb = "held"
		}
		message := strings.TrimSuffix(o.Message, ".")
		if !strings.HasSuffix(message, "?") {
			message += "."
		}
		fmt.Fprintf(&b, "%s %s: %s Nothing changed; still at release %d", verb, o.Code, message, o.Release)
	case Queue:
		fmt.Fprintf(&b, "queued for promote: %s", strings.Join(o.Files, ", "))
	default:
		b.WriteString("nothing to do")
		if o.Message != "" {
			fmt.Fprintf(&b, ": %s: %s", strings.Join(o.Files, ", "), o.Message)
		}
	}
	for _, w := range o.Warnings {
		fmt.Fprintf(&b, "\n  %s", w)
	}
	return b.String()
}

// toldValues is how many changed values an outcome spells out.
const toldValues = 10

// values says which figures and constants have changed, and how.
func values(changes []code.ValueChange) string {
	var b strings.Builder
	for i, c := range changes {
		if i == toldValues {
			fmt.Fprintf(&b, "; and %d more", len(changes)-i)
			break
		}
		fmt.Fprintf(&b, "; %s", c)
	}
	return b.String()
}

// refused turns an error of staging or planning into an outcome.
func refused(err error) Outcome {
	o := Outcome{Verdict: Refuse, Code: code.RHost, Message: err.Error()}
	if r, ok := err.(*code.Refusal); ok {
		o.Code, o.Subject, o.Message = r.Code, r.Subject, r.Text()
	}
	return o
}
