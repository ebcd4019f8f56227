package command

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Bounds of what probes may take.
const (
	defaultTrace   = 10 * time.Second
	defaultProfile = 10 * time.Second
	maxProfile     = 5 * time.Minute
)

func probeCommands() []Command {
	offered := func(s Shard) bool { return s.Probe != nil }
	return []Command{{
		Name: "source", Args: "FUNCTION [@SYSTEM]", Short: "the live source of a function, with its version",
		Example: "source market.fee", Takes: []Kind{FunctionWord}, Offered: offered, Run: runSource,
	}, {
		Name: "tasks", Args: "[@SYSTEM]", Short: "what waits: where, for how long, on which release",
		Example: "tasks @Jita", Offered: offered, Run: runTasks,
	}, {
		Name: "trace", Args: "FUNCTION [@SYSTEM]", Short: "calls of a function as they happen: arguments, results, time",
		Example: "trace market.fee @Jita --for 30s", Flags: []string{"--for"}, Takes: []Kind{FunctionWord}, Offered: offered, Run: runTrace,
	}, {
		Name: "profile", Args: "[@SYSTEM]", Short: "Lua functions by time, and a file for pprof",
		Example: "profile @Jita --for 10s", Role: Operator, Flags: []string{"--for"}, Offered: offered, Run: runProfile,
	}}
}

// function reads the one function and the system, which may be left out.
func function(a Args) (system, name string, err error) {
	if a.Word(0) == "" {
		return "", "", refuse(CodeUsage, "which function? Name it as module.function")
	}
	if len(a.Systems) > 0 {
		if system, err = a.System(); err != nil {
			return "", "", refuse(CodeUsage, "%v", err)
		}
	}
	return system, a.Words[0], a.none(1)
}

func runSource(ctx context.Context, s *Session, a Args) (Result, error) {
	system, name, err := function(a)
	if err != nil {
		return Result{}, err
	}
	src, err := s.Shard.Probe.Source(ctx, system, name)
	if err != nil {
		return Result{}, err
	}
	if a.JSON {
		t := &Table{One: true, Columns: columns("function", "where", "hash", "patch", "code")}
		t.Rows = [][]any{{src.Function, src.Where, src.Hash, src.Patch, src.Code}}
		return Result{Table: t}, nil
	}
	head := fmt.Sprintf("-- %s, %s, %s", src.Function, src.Where, src.Hash)
	if src.Patch > 0 {
		head += fmt.Sprintf(", patch #%d", src.Patch)
	}
	return text("%s\n%s", head, src.Code), nil
}

func runTasks(ctx context.Context, s *Session, a Args) (Result, error) {
	system := ""
	if len(a.Systems) > 0 {
		var err error
		if system, err = a.System(); err != nil {
			return Result{}, refuse(CodeUsage, "%v", err)
		}
	}
	all, err := s.Shard.Probe.Tasks(ctx, system)
	if err != nil {
		return Result{}, err
	}
	return Result{Table: taskTable(all, "nothing waits")}, a.none(0)
}

func taskTable(all []Task, none string) *Table {
	t := &Table{Columns: columns("system", "task", "kind", "release", "where", "waits_ms:ms", "due_ms:ms"), None: none}
	for _, k := range all {
		t.Rows = append(t.Rows, []any{k.System, k.ID, k.Kind, k.Release, k.Where, millis(k.Waits), millis(k.Due)})
	}
	return t
}

func runTrace(ctx context.Context, s *Session, a Args) (Result, error) {
	system, name, err := function(a)
	if err != nil {
		return Result{}, err
	}
	during := a.For
	if during == 0 {
		during = defaultTrace
	}
	within, cancel := context.WithTimeout(ctx, during)
	defer cancel()
	calls, skipped := 0, 0
	err = s.Shard.Probe.Trace(within, system, name, func(c TracedCall) error {
		calls++
		skipped += c.Skipped
		return s.Emit(traced(name, c, a.JSON))
	})
	if err != nil && within.Err() == nil {
		return Result{}, err
	}
	if a.JSON {
		return Result{}, nil
	}
	return text("%s in %v, %d more not shown", count(calls, "call"), during, skipped), nil
}

func traced(name string, c TracedCall, asJSON bool) Result {
	if asJSON {
		t := &Table{One: true, Columns: columns("at:time", "system", "function", "args", "results", "error", "took_ms:ms", "where", "skipped")}
		t.Rows = [][]any{{moment(c.At), c.System, name, list(c.Args), list(c.Results), c.Err, millis(c.Took), c.Where, c.Skipped}}
		return Result{Table: t}
	}
	answer := strings.Join(c.Results, ", ")
	if c.Err != "" {
		answer = "error " + c.Err
	}
	return text("%s @%s %s(%s) -> %s  [%v]", c.At.Local().Format("15:04:05.000"), c.System, name, strings.Join(c.Args, ", "), answer, c.Took)
}

func runProfile(ctx context.Context, s *Session, a Args) (Result, error) {
	system, during := "", a.For
	if len(a.Systems) > 0 {
		var err error
		if system, err = a.System(); err != nil {
			return Result{}, refuse(CodeUsage, "%v", err)
		}
	}
	if len(a.Words) > 0 { // profile @Jita 10s
		d, err := parseDuration(a.Words[0])
		if err != nil {
			return Result{}, refuse(CodeUsage, "%v", err)
		}
		during = d
	}
	if during == 0 {
		during = defaultProfile
	}
	if during > maxProfile {
		return Result{}, refuse(CodeUsage, "at most %v", maxProfile)
	}
	lines, pprof, err := s.Shard.Probe.Profile(ctx, system, during)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("function", "where", "self_ms:ms", "total_ms:ms", "calls"), None: "no Lua ran"}
	for _, l := range lines {
		t.Rows = append(t.Rows, []any{l.Function, l.Where, millis(l.Self), millis(l.Total), l.Calls})
	}
	r := Result{Table: t}
	if len(pprof) > 0 {
		r.File = &File{Name: fmt.Sprintf("profile-%s.pb.gz", time.Now().Format("20060102-150405")), Data: pprof}
	}
	return r, a.none(1)
}
