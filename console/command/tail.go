package command

import (
	"context"
	"regexp"
	"time"
)

// Log is the live log.
type Log interface {
	// Tail calls line for each record from now on until ctx ends or line
	// returns an error. It must not slow the shard: records are dropped for a
	// reader that does not keep up, and the next one says how many.
	Tail(ctx context.Context, line func(LogLine) error) error
}

// LogLine is one record of the log.
type LogLine struct {
	At      time.Time
	Level   string // debug, info, warn, error
	System  string
	Module  string
	Text    string
	Dropped int // records lost before this one
}

func init() {
	register([]Command{{
		Name: "tail", Args: "[@SYSTEM] [PATTERN]", Short: "the log as it is written, until Ctrl-C; PATTERN is a regular expression",
		Example: "tail @Jita 'market|fee' --for 1m", Flags: []Flag{forFlag},
		Offered: func(s Shard) bool { return s.Log != nil }, Run: runTail,
	}})
}

func runTail(ctx context.Context, s *Session, a Args) (Result, error) {
	pattern, err := regexp.Compile(a.Word(0))
	if err != nil {
		return Result{}, Refuse(CodeUsage, "%v", err)
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	if a.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.For)
		defer cancel()
	}
	err = s.Shard.Log.Tail(ctx, func(l LogLine) error {
		if len(a.Systems) > 0 && !in(a.Systems, l.System) || !pattern.MatchString(l.Text) {
			return nil
		}
		return s.Emit(logged(l, a.JSON))
	})
	if ctx.Err() != nil {
		return Result{}, nil // that is how it ends
	}
	return Result{}, err
}

func logged(l LogLine, asJSON bool) Result {
	if asJSON {
		t := &Table{One: true, Columns: columns("at:time", "level", "system", "module", "text", "dropped")}
		t.Rows = [][]any{{moment(l.At), l.Level, l.System, l.Module, l.Text, l.Dropped}}
		return Result{Table: t}
	}
	r := text("%s %-5s", l.At.Local().Format(time.TimeOnly), l.Level)
	if l.System != "" {
		r.Text += " @" + l.System
	}
	if l.Module != "" {
		r.Text += " " + l.Module + ":"
	}
	r.Text += " " + l.Text
	if l.Dropped > 0 {
		r.Text = count(l.Dropped, "line") + " lost\n" + r.Text
	}
	return r
}
