package command

import (
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/release"
)

// outcomes shows what became of changes: sentences for people, a list for
// machines. A refusal among them makes the command fail.
func outcomes(s *Session, a Args, got ...release.Outcome) Result {
	var r Result
	var lines []string
	t := &Table{Columns: columns("verdict", "release", "code", "message", "files", "warnings", "systems", "took_ms:ms", "at:time", "shadow")}
	for _, o := range got {
		lines = append(lines, sentence(o))
		if o.Verdict == release.Refuse {
			r.Failed = sentence(o)
		}
		warnings := make([]string, len(o.Warnings))
		for i, w := range o.Warnings {
			warnings[i] = w.String()
		}
		t.Rows = append(t.Rows, []any{o.Verdict.Past(), o.Release, o.Code, o.Sentence(), list(o.Files), warnings, o.Units, millis(o.Took), moment(o.At), o.Shadow})
		r.Noted = o.Shadow
	}
	if a.JSON {
		r.Table = t
		return r
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("nothing to apply: release %d is what is on disk", s.Shard.Identify().Release)}
	}
	r.Text = strings.Join(lines, "\n")
	return r
}

// sentence is an outcome for people, with a line for each warning.
func sentence(o release.Outcome) string {
	var b strings.Builder
	b.WriteString(o.Verdict.Past())
	applied := o.Verdict == release.Apply
	if applied {
		fmt.Fprintf(&b, " r%d", o.Release)
	}
	if o.Code != "" {
		b.WriteString(" " + o.Code)
	}
	b.WriteString(": " + o.Sentence())
	if applied && o.Units > 0 {
		fmt.Fprintf(&b, " (%s", count(o.Units, "system"))
		if o.Took > 0 {
			fmt.Fprintf(&b, ", %v", o.Took.Round(time.Millisecond))
		}
		b.WriteString(")")
	}
	for _, w := range o.Warnings {
		b.WriteString("\n  " + w.String())
	}
	if o.Shadow != "" && applied {
		b.WriteString("\n  " + o.Shadow)
	}
	return b.String()
}

// some lists the first few names and counts the rest.
func some(names []string, few int) string {
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// planned shows a plan, an outcome that has not happened: the functions as a table,
// the rest as sentences.
func planned(o release.Outcome, a Args) Result {
	t := &Table{Columns: columns("function", "change", "old_hash:hash", "new_hash:hash", "closures", "frames", "timers", "callers"), None: "no function changes"}
	timers := 0
	for _, f := range o.Changes {
		t.Rows = append(t.Rows, []any{f.Name, f.Change, f.OldHash, f.NewHash, f.Closures, f.Frames, f.Timers, list(f.Callers)})
		timers += f.Timers
	}
	r := Result{Table: t}
	refused := o.Verdict == release.Refuse
	if refused {
		r.Failed = sentence(o)
	}
	if a.JSON {
		return r
	}
	lines := []string{fmt.Sprintf("on r%d, %s, %s; nothing was changed", o.Release, count(o.Units, "system"), count(timers, "timer"))}
	if refused {
		lines = append(lines, "it would be refused: "+sentence(o))
	}
	for _, v := range o.Report.Values {
		lines = append(lines, "  state "+v.String())
	}
	if o.Shadow != "" {
		lines = append(lines, "  "+o.Shadow)
	}
	if o.Report.Taken > 0 {
		lines = append(lines, fmt.Sprintf("  state %d values take what the new source says", o.Report.Taken))
	}
	if o.Report.Kept > 0 {
		lines = append(lines, fmt.Sprintf("  state %d values keep what is live", o.Report.Kept))
	}
	for _, w := range o.Warnings {
		lines = append(lines, "  "+w.String())
	}
	t.Note = strings.Join(lines, "\n")
	return r
}
