package command

import (
	"context"

	"hotshard/runtime/script"
)

// Quarantine knows the functions that failed at every run and are not run any more.
type Quarantine interface {
	// Quarantined lists them in a system or service, or everywhere for "".
	Quarantined(ctx context.Context, system string) ([]Quarantined, error)
	// LetGo lets a function be run again in a system, or everywhere, and returns in how many
	// it is.
	LetGo(ctx context.Context, system, function string) (int, error)
}

// Quarantined is one of them in one system.
type Quarantined struct {
	System string
	script.Quarantined
}

func init() {
	offered := func(s Shard) bool { return s.Quarantine != nil }
	register([]Command{{
		Name: "quarantine", There: true, Args: "[@SYSTEM]", Short: "functions that failed at every run and are not run any more: a change of the scripts lets them go, or quarantine release",
		Example: "quarantine @Jita", Offered: offered, Run: runQuarantine,
	}, {
		Name: "quarantine release", There: true, Args: "[@SYSTEM] FUNCTION", Short: "let a function be run again that was set aside, in one system or everywhere",
		Example: "quarantine release @Jita pilot:command.ship", Role: Operator, Changes: true, Offered: offered, Run: runLetGo,
	}})
}

func runQuarantine(ctx context.Context, s *Session, a Args) (Result, error) {
	system, err := anySystem(a)
	if err != nil {
		return Result{}, err
	}
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	all, err := s.Shard.Quarantine.Quarantined(ctx, system)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("system", "function", "player", "failures", "budget", "skipped", "since_s:0.0", "message"), None: "nothing is set aside"}
	for _, q := range all {
		t.Rows = append(t.Rows, []any{q.System, q.Function, q.Player, q.Failures, q.Spent, q.Skipped, q.Since, q.Message})
	}
	if len(all) > 0 {
		t.Note = "errors FUNCTION shows the tracebacks; a change of the scripts, or quarantine release FUNCTION, lets it be run again"
	}
	return Result{Table: t}, nil
}

func runLetGo(ctx context.Context, s *Session, a Args) (Result, error) {
	system, err := anySystem(a)
	if err != nil {
		return Result{}, err
	}
	function := a.Word(0)
	if function == "" {
		return Result{}, Refuse(CodeUsage, "release which function? quarantine lists those that are set aside")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	n, err := s.Shard.Quarantine.LetGo(ctx, system, function)
	if err != nil {
		return Result{}, err
	}
	if n == 0 {
		return Result{}, Refuse(CodeFailed, "%s is not set aside there; quarantine lists what is", function)
	}
	return text("%s is run again in %s", function, count(n, "system")), nil
}
