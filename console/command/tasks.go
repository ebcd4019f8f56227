package command

import (
	"context"
	"strconv"
	"strings"
)

// The flags of task stop alone.
var (
	functionFlag = Flag{"--function", "FUNCTION", "only what stands in this function", nil}
	releaseFlag  = Flag{"--release", "N", "only what runs code of this release", nil}
)

func init() {
	offered := func(s Shard) bool { return s.Probe != nil }
	register([]Command{{
		Name: "task stop", There: true, Args: "@SYSTEM N... | [FUNCTION] [@SYSTEM] [--release N]", Short: "end suspended work: by the numbers that tasks and stragglers list, or all in a function, or of a release",
		Example: "task stop market.fee --release 41", Role: Operator, Changes: true, Flags: []Flag{functionFlag, releaseFlag},
		Takes: []Kind{FunctionWord}, Offered: offered, Run: runTaskStop,
	}, {
		Name: "timers", There: true, Args: "[@SYSTEM]", Short: "pending timers: what they call, how often, when next",
		Example: "timers @Jita", Offered: offered, Run: runTimers,
	}, {
		Name: "timer stop", There: true, Args: "@SYSTEM N...", Short: "end timers, by the numbers that timers lists; one that a file made comes back when the system restarts",
		Example: "timer stop @Jita 1041", Role: Operator, Changes: true, Offered: offered, Run: runTimerStop,
	}, {
		Name: "restart", There: true, Thing: true, Args: "@SYSTEM|SERVICE", Short: "load the scripts of one system or service afresh; players stay in it, what its scripts hold in memory goes",
		Example: "restart @Jita", Role: Operator, Changes: true, Offered: func(s Shard) bool { return s.Systems != nil }, Run: runRestart,
	}})
}

// anySystem is the system that was named, "" for none.
func anySystem(a Args) (string, error) {
	if len(a.Systems) == 0 {
		return "", nil
	}
	name, err := a.System()
	if err != nil {
		return "", Refuse(CodeUsage, "%v", err)
	}
	return name, nil
}

// numbers reads words that are all ids.
func numbers(words []string) ([]uint64, bool) {
	ids := make([]uint64, len(words))
	for i, w := range words {
		n, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			return nil, false
		}
		ids[i] = n
	}
	return ids, len(ids) > 0
}

// taskQuery reads which work is meant.
func taskQuery(a Args) (TaskQuery, error) {
	system, err := anySystem(a)
	q := TaskQuery{System: system, Function: a.Given(functionFlag)}
	if err == nil && a.Has(releaseFlag) {
		err = setCount(&q.Release, strings.TrimPrefix(a.Given(releaseFlag), "r"))
	}
	if err != nil {
		return q, Refuse(CodeUsage, "%v", err)
	}
	ids, areIDs := numbers(a.Words)
	switch {
	case areIDs && system == "":
		return q, Refuse(CodeUsage, "task %d of which system? Name it with @: each counts its own", ids[0])
	case areIDs:
		q.IDs = ids
	case len(a.Words) > 1:
		return q, Refuse(CodeUsage, "what is %q for? Numbers, or one function", a.Words[1])
	case len(a.Words) == 1 && q.Function != "":
		return q, Refuse(CodeUsage, "%s or %s: one function at a time", a.Words[0], q.Function)
	case len(a.Words) == 1:
		q.Function = a.Words[0]
	case q.Function == "" && q.Release == 0:
		return q, Refuse(CodeUsage, "which tasks? By number (task stop @SYSTEM N), by function, or by --release; tasks and stragglers list them")
	}
	return q, nil
}

func runTaskStop(ctx context.Context, s *Session, a Args) (Result, error) {
	q, err := taskQuery(a)
	if err != nil {
		return Result{}, err
	}
	ended, err := s.Shard.Probe.StopTasks(ctx, q)
	if err != nil {
		return Result{}, err
	}
	if len(ended) == 0 {
		return Result{}, Refuse(CodeFailed, "no task fits that; tasks and stragglers list those there are")
	}
	t := taskTable(ended, "")
	t.Note = "ended " + count(len(ended), "task")
	return Result{Table: t}, nil
}

func runTimers(ctx context.Context, s *Session, a Args) (Result, error) {
	system, err := anySystem(a)
	if err != nil {
		return Result{}, err
	}
	all, err := s.Shard.Probe.Timers(ctx, system)
	if err != nil {
		return Result{}, err
	}
	return Result{Table: timerTable(all)}, a.none(0)
}

func timerTable(all []Timer) *Table {
	t := &Table{Columns: columns("system", "timer", "function", "where", "every_ms:ms", "at", "due_ms:ms", "file"), None: "no timers"}
	for _, m := range all {
		t.Rows = append(t.Rows, []any{m.System, m.ID, m.Function, m.Where, gameMillis(m.Every), m.At, gameMillis(m.Due), m.Module})
	}
	return t
}

func runTimerStop(ctx context.Context, s *Session, a Args) (Result, error) {
	system, err := a.System()
	if err != nil {
		return Result{}, Refuse(CodeUsage, "%v", err)
	}
	ids, ok := numbers(a.Words)
	if !ok {
		return Result{}, Refuse(CodeUsage, "which timers? timers @%s lists their numbers", system)
	}
	ended, err := s.Shard.Probe.StopTimers(ctx, system, ids)
	if err != nil {
		return Result{}, err
	}
	if len(ended) == 0 {
		return Result{}, Refuse(CodeFailed, "no timer of %s has that number; timers @%s lists those there are", system, system)
	}
	t := timerTable(ended)
	t.Note = "ended " + count(len(ended), "timer")
	return Result{Table: t}, nil
}

func runRestart(ctx context.Context, s *Session, a Args) (Result, error) {
	name := a.Word(0)
	if len(a.Systems) > 0 {
		var err error
		if name, err = a.System(); err != nil {
			return Result{}, Refuse(CodeUsage, "%v", err)
		}
		if err := a.none(0); err != nil {
			return Result{}, err
		}
	}
	if name == "" {
		return Result{}, Refuse(CodeUsage, "restart what? A system, with @, or a service; the whole shard is ended with shutdown")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	players, err := s.Shard.Systems.Restart(ctx, name, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("%s was restarted, with %s in it", name, count(players, "player")), nil
}
