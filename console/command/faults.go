package command

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Errors tells of faults in scripts.
type Errors interface {
	// Groups returns faults by function and release, latest first.
	Groups(ctx context.Context, system string) ([]ErrorGroup, error)
}

// ErrorGroup is every fault with one message in one function of one release.
type ErrorGroup struct {
	Function  string // m.f
	In        string // what was running, of the last one: "command ship", "event tick"
	Where     string // m@41:12
	Release   int    // that brought the function its code
	Patch     int    // that did, 0 for none
	Cause     string // another change it is held against: "release 7 (patch #3)"
	Message   string
	Count     int
	First     time.Time
	Last      time.Time
	Systems   []string
	Player    string // of the last one
	Traceback string // of the last one
}

func init() {
	register([]Command{{
		Name: "errors", There: true, Args: "[@SYSTEM] [FUNCTION]", Short: "faults of scripts by function and release; with a function, or a command by its name (command.ship), their tracebacks",
		Example: "errors @Jita market.buy", Flags: []Flag{limitFlag}, Takes: []Kind{FunctionWord},
		Offered: func(s Shard) bool { return s.Errors != nil }, Run: runErrors,
	}})
}

func runErrors(ctx context.Context, s *Session, a Args) (Result, error) {
	system := ""
	if len(a.Systems) > 0 {
		var err error
		if system, err = a.System(); err != nil {
			return Result{}, Refuse(CodeUsage, "%v", err)
		}
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	groups, err := s.Shard.Errors.Groups(ctx, system)
	if err != nil {
		return Result{}, err
	}
	var kept []ErrorGroup
	for _, g := range groups {
		if (a.Word(0) == "" || g.about(a.Word(0))) && (a.Limit == 0 || len(kept) < a.Limit) {
			kept = append(kept, g)
		}
	}
	t := &Table{Columns: columns("function", "in", "release", "patch", "cause", "count", "first:time", "last:time", "where", "message", "systems", "player", "traceback"),
		None: "no errors"}
	var traces []string
	for _, g := range kept {
		t.Rows = append(t.Rows, []any{g.Function, g.In, g.Release, g.Patch, g.Cause, g.Count, moment(g.First), moment(g.Last), g.Where, g.Message, list(g.Systems), g.Player, g.Traceback})
		traces = append(traces, fmt.Sprintf("%s r%d%s, %d times, last in %s: %s\n%s", g.Function, g.Release, causedBy(g), g.Count, some(g.Systems, 3), g.Message, g.Traceback))
	}
	if a.JSON {
		return Result{Table: t}, nil
	}
	if a.Word(0) != "" && len(kept) > 0 {
		return Result{Text: strings.Join(traces, "\n\n")}, nil
	}
	t.Columns = t.Columns[:len(t.Columns)-1] // a traceback does not fit into a table
	if len(kept) > 0 {
		t.Note = "errors FUNCTION shows the tracebacks"
	}
	return Result{Table: t}, nil
}

// about says whether the errors are of a function, or of a command or event by the
// name that scripts register it under: command.ship. That is also what their
// functions are called inside of a file: pilot:command.ship.
func (g ErrorGroup) about(name string) bool {
	_, inner, _ := strings.Cut(g.Function, ":")
	kind, what, registered := strings.Cut(g.In, " ")
	return g.Function == name || inner == name || registered && kind+"."+what == name
}

// causedBy names the change that an error is held against, where it is another one
// than the function's own.
func causedBy(g ErrorGroup) string {
	if g.Cause == "" {
		return ""
	}
	return ", caused by " + g.Cause
}
