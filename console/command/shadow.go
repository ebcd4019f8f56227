package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/record/shadow"
	"hotshard/runtime/release"
)

// Shadows says what a change would have made different: what was recorded is run again, once
// as it was and once with the change, and nothing of it reaches anybody.
type Shadows interface {
	ShadowPatch(ctx context.Context, p release.PatchRequest, a Against) (Shadowed, error)
	// ShadowRelease does it with a release; 0 is what waits in the queue.
	ShadowRelease(ctx context.Context, to int, a Against) (Shadowed, error)
}

// Against says what a change is held against.
type Against struct {
	During  time.Duration // how far back
	Systems []string      // none: those that run what changes, the busiest first
	Author  string
	Tell    func(string) // hears how it goes on
}

// Shadowed is what came of it.
type Shadowed struct {
	What    string // "a patch of combat.damage"
	Reports []*shadow.Report
	Left    []string // what was not run, and why: a line each
	Took    time.Duration
}

// Verdict is what came of it in a line.
func (d Shadowed) Verdict() string {
	if len(d.Reports) == 0 {
		return "nothing could be run"
	}
	different, said := 0, ""
	for _, r := range d.Reports {
		if n := r.Differences(); n > 0 {
			different += n
			if said == "" {
				said = fmt.Sprintf("%s: %s", systemName(r), r.Verdict())
			}
		}
	}
	if different == 0 {
		return "0 differences"
	}
	if len(d.Reports) > 1 {
		return fmt.Sprintf("%d differences in %s; %s", different, count(len(d.Reports), "system"), said)
	}
	return said
}

func systemName(r *shadow.Report) string { return strings.TrimPrefix(string(r.System), "@") }

var againstFlag = Flag{"--against", "DURATION", "run the last while of these @SYSTEMs again, as it was and with the change, and say what comes out differently; nothing is changed", nil}

// mostAgainst is how far back one can ask for.
const mostAgainst = time.Hour

// against reads the flag, with the systems that are named.
func against(s *Session, a Args) (Against, error) {
	during, err := ParseDuration(a.Given(againstFlag))
	switch {
	case err != nil:
		return Against{}, Refuse(CodeUsage, "%s: %v", againstFlag.Name, err)
	case during <= 0 || during > mostAgainst:
		return Against{}, Refuse(CodeUsage, "%s is how far back, up to %v, not %q", againstFlag.Name, mostAgainst, a.Given(againstFlag))
	case s.Shard.Shadows == nil:
		return Against{}, Refuse(CodeFailed, "nothing is recorded that it could be run against: start the shard without --no-record")
	}
	systems := a.Systems
	if len(systems) == 0 {
		systems = a.Canary
	}
	tell := func(string) {}
	if s.Interactive && !s.JSON {
		tell = func(line string) { _ = s.Emit(Result{Text: line}) } // who does not listen is no reason to stop
	}
	return Against{During: during, Systems: systems, Author: s.Who, Tell: tell}, nil
}

// shadowed shows what came of a shadow run.
func shadowed(d Shadowed, a Args) Result {
	if a.JSON {
		return Result{Table: shadowTable(d)}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "shadow run of %s, in %v; nothing was changed\n", d.What, d.Took.Round(10*time.Millisecond))
	for _, r := range d.Reports {
		b.WriteString("\n" + reportText(r))
	}
	for _, line := range d.Left {
		b.WriteString("\nleft out: " + line)
	}
	if len(d.Left) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\nverdict: %s\n", d.Verdict())
	return Result{Text: b.String()}
}

func shadowTable(d Shadowed) *Table {
	t := &Table{Columns: columns("system", "differences", "verdict", "from:time", "until:time", "first_tick", "last_tick", "ticks", "players", "stopped", "as_recorded", "cause", "groups", "functions",
		"lua_steps_before", "lua_steps_after", "took_ms:ms", "took_before_ms:ms", "notes"), None: "nothing could be run"}
	for _, r := range d.Reports {
		t.Rows = append(t.Rows, []any{systemName(r), r.Differences(), r.Verdict(), moment(r.Began), moment(r.Until), uint64(r.First), uint64(r.Last), r.Ticks, r.Players, r.Stopped, r.Unlike == "",
			r.Cause, r.Groups, r.Timings, r.LuaWas, r.LuaNow, millis(r.TookNow), millis(r.TookWas), list(r.Notes)})
	}
	for _, line := range d.Left {
		name, why, _ := strings.Cut(line, ": ")
		row := make([]any, len(t.Columns))
		row[0], row[2], row[len(row)-1] = name, "not run", []string{why}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// mostGroups is how many groups are told to people.
const mostGroups = 40

// reportText is a report for people.
func reportText(r *shadow.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s to %s, %d ticks, %s\n", systemName(r), r.Began.Local().Format(time.TimeOnly), r.Until.Local().Format(time.TimeOnly), r.Ticks, count(r.Players, "player"))
	if r.Unlike != "" {
		fmt.Fprintf(&b, "  note: %s\n", r.Unlike)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "  note: %s\n", note)
	}
	fmt.Fprintf(&b, "  %s\n", r.Verdict())
	if c := r.Cause; c != nil {
		causeText(&b, c)
	}
	for i := range r.Groups {
		if i == mostGroups {
			fmt.Fprintf(&b, "  and %d more groups; --json has them all\n", len(r.Groups)-i)
			break
		}
		groupText(&b, &r.Groups[i])
	}
	for _, t := range r.Timings {
		fmt.Fprintf(&b, "  %-8s %s: %.0f calls and %.0f, %.1f steps a call and %.1f, %v a call and %v\n", "time", t.Function, t.CallsWas, t.CallsNow, t.StepsWas, t.StepsNow,
			t.TookWas.Round(100*time.Nanosecond), t.TookNow.Round(100*time.Nanosecond))
	}
	fmt.Fprintf(&b, "  %-8s %d steps of Lua in all and %d\n", "time", r.LuaWas, r.LuaNow)
	return b.String()
}

func causeText(b *strings.Builder, c *shadow.Cause) {
	fmt.Fprintf(b, "  first at tick %d (%s)%s: %s %s\n", c.Tick, c.At.Local().Format("15:04:05.000"), during(c.Origin, c.Player, c.Function, c.Where), c.Kind, clip(c.Name))
	wasAndIs(b, c.Was, c.Now)
	b.WriteString("  what follows may be its consequence\n")
}

// during says in what something happened: ", in combat.damage (combat.lua:12), command fire by Amy".
func during(origin, player, function, where string) string {
	out := ""
	if function != "" {
		out = ", in " + function
		if where != "" {
			out += " (" + where + ")"
		}
	}
	if origin != "" {
		out += ", " + origin
	}
	if player != "" {
		out += " by " + player
	}
	return out
}

func groupText(b *strings.Builder, g *shadow.Group) {
	fmt.Fprintf(b, "  %-8s %s", g.Kind, clip(g.Name))
	switch g.Kind {
	case shadow.KindSlow:
		fmt.Fprintf(b, ": %s, and %s\n", g.Was, g.Now)
		return
	case shadow.KindStopped:
		b.WriteByte('\n')
		return
	case shadow.KindState, shadow.KindSet:
		fmt.Fprintf(b, ": %s", g.How())
		if g.Where != g.Name {
			fmt.Fprintf(b, ", such as %s", clip(g.Where))
		}
		b.WriteByte('\n')
	default:
		fmt.Fprintf(b, ": %s, first at tick %d%s\n", g.How(), g.Tick, during(g.Origin, g.Player, g.Function, ""))
	}
	if g.Kind == shadow.KindError {
		for line := range strings.SplitSeq(g.Trace, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				fmt.Fprintf(b, "             %s\n", line)
			}
		}
		return
	}
	wasAndIs(b, g.Was, g.Now)
}

func wasAndIs(b *strings.Builder, was, is string) {
	for _, line := range [][2]string{{"was", was}, {"is", is}} {
		text := line[1]
		if text == "" {
			text = "nothing"
		}
		fmt.Fprintf(b, "           %-4s%s\n", line[0], clip(text))
	}
}

func runShadowPatch(ctx context.Context, s *Session, a Args, p release.PatchRequest) (Result, error) {
	of, err := against(s, a)
	if err != nil {
		return Result{}, err
	}
	d, err := s.Shard.Shadows.ShadowPatch(ctx, p, of)
	if err != nil {
		return Result{}, err
	}
	return shadowed(d, a), nil
}

func runShadowRelease(ctx context.Context, s *Session, a Args, to int) (Result, error) {
	of, err := against(s, a)
	if err != nil {
		return Result{}, err
	}
	d, err := s.Shard.Shadows.ShadowRelease(ctx, to, of)
	if err != nil {
		return Result{}, err
	}
	return shadowed(d, a), nil
}
