package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/script"
)

// Probe looks into running code.
type Probe interface {
	// Source returns the live source of a function and its version.
	Source(ctx context.Context, system, function string) (Source, error)
	// Tasks lists what waits in a system, or everywhere for "".
	Tasks(ctx context.Context, system string) ([]Task, error)
	// StopTasks ends the suspended work that is meant, and returns it.
	StopTasks(ctx context.Context, which TaskQuery) ([]Task, error)
	// Timers lists the timers of a system, or of all for ""; StopTimers ends those
	// with the ids and returns them.
	Timers(ctx context.Context, system string) ([]Timer, error)
	StopTimers(ctx context.Context, system string, ids []uint64) ([]Timer, error)
	// Trace reports calls of a function until ctx ends, at a bounded cost: calls
	// beyond it are counted in the next one's Skipped.
	Trace(ctx context.Context, system, function string, call func(Traced) error) error
	// Profile samples Lua for a time; pprof holds the profile in pprof's format.
	Profile(ctx context.Context, system string, during time.Duration) (samples []script.ProfileSample, pprof []byte, err error)
	// Hot says what Lua's steps went into, of the last hour.
	Hot(ctx context.Context, q HotQuery) (Hot, error)
}

// Source is the live code of one function.
type Source struct {
	Function string
	Where    string // m@41:12
	Hash     string
	Patch    int // the open patch it comes from, or 0
	Code     string
}

// Task is one suspended piece of work.
type Task struct {
	System string
	script.TaskInfo
}

// TaskQuery says which suspended work is meant: all that fits every field given.
type TaskQuery struct {
	System   string   // "": all
	IDs      []uint64 // of one system
	Function string   // m.f: a frame of it is on the stack
	Release  int      // its oldest frame runs code of it
}

// Timer is one pending timer.
type Timer struct {
	System string
	script.TimerInfo
}

// Traced is one call of a traced function.
type Traced struct {
	At     time.Time
	System string
	script.TracedCall
}

// Bounds of what probes may take.
const (
	defaultTrace   = 10 * time.Second
	defaultProfile = 10 * time.Second
	maxProfile     = 5 * time.Minute
)

func init() {
	offered := func(s Shard) bool { return s.Probe != nil }
	register([]Command{{
		Name: "source", Args: "FUNCTION [@SYSTEM]", Short: "the live source of a function, with its version",
		Example: "source market.fee", Takes: []Kind{FunctionWord}, Offered: offered, Run: runSource,
	}, {
		Name: "tasks", There: true, Args: "[@SYSTEM]", Short: "what waits: where, for how long, on which release",
		Example: "tasks @Jita", Offered: offered, Run: runTasks,
	}, {
		Name: "trace", Args: "FUNCTION [@SYSTEM]", Short: "calls of a function as they happen: arguments, results, time",
		Example: "trace market.fee @Jita --for 30s", Flags: []Flag{forFlag}, Takes: []Kind{FunctionWord}, Offered: offered, Run: runTrace,
	}, {
		Name: "hot", There: true, Args: "[@SYSTEM]", Short: "what Lua's time went into, of the last hour, by function, module or system; nothing has to be started first",
		Example: "hot @Jita --since 30m --release 42 --against 41", Flags: []Flag{hotSinceFlag, forFlag, hotFromFlag, hotToFlag, hotByFlag, hotReleaseFlag, hotAgainstFlag, hotWasFlag, limitFlag, hotFileFlag}, Offered: offered, Run: runHot,
	}, {
		Name: "profile", Args: "[@SYSTEM] [DURATION]", Short: "Lua functions by time, and a file for pprof on your own machine",
		Example: "profile @Jita 10s --file jita.pb.gz", Role: Operator, Flags: []Flag{forFlag, fileFlag}, Offered: offered, Run: runProfile,
	}})
}

// function reads the one function and the system, which may be left out.
func function(a Args) (system, name string, err error) {
	if a.Word(0) == "" {
		return "", "", Refuse(CodeUsage, "which function? Name it as module.function")
	}
	if len(a.Systems) > 0 {
		if system, err = a.System(); err != nil {
			return "", "", Refuse(CodeUsage, "%v", err)
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
			return Result{}, Refuse(CodeUsage, "%v", err)
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
		t.Rows = append(t.Rows, []any{k.System, k.ID, k.Waits + " in " + k.Origin, k.Release, strings.TrimSpace(k.Where + " " + k.Function), gameMillis(k.Since), gameMillis(max(k.Due, 0))})
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
	err = s.Shard.Probe.Trace(within, system, name, func(c Traced) error {
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

func traced(name string, c Traced, asJSON bool) Result {
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
