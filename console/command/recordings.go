package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/record"
)

// Recordings are what is kept of what has happened in systems.
type Recordings interface {
	// Keep keeps what was recorded of a system, or a service, in the last while, under a name.
	Keep(ctx context.Context, system string, during time.Duration, as, note string) (record.Kept, error)
	List(ctx context.Context) ([]record.Kept, error)
	Show(ctx context.Context, name string) (record.Kept, error)
	Drop(ctx context.Context, name string) error
	Figures() record.Figures
}

var (
	minutesFlag = Flag{"--minutes", "N", "how far back; 5 where left out", nil}
	asFlag      = Flag{"--as", "NAME", "under which name", nil}
)

func init() {
	offered := func(s Shard) bool { return s.Recordings != nil }
	register([]Command{{
		Name: "record keep", Args: "@SYSTEM|SERVICE [--minutes N] --as NAME [NOTE]", Short: "keep what has just happened in a system as one file, which bin/host replay runs again anywhere",
		Example: "record keep @Jita --minutes 3 --as gate-fight", Role: Operator, Flags: []Flag{minutesFlag, asFlag}, Offered: offered, Run: runRecordKeep,
	}, {
		Name: "record list", Short: "recordings that are kept, and what recording costs",
		Example: "record list", Offered: offered, Run: runRecordList,
	}, {
		Name: "record show", Args: "NAME", Short: "what a kept recording is of, from when to when, and where its file is",
		Example: "record show gate-fight", Offered: offered, Run: runRecordShow,
	}, {
		Name: "record drop", Args: "NAME", Short: "remove a kept recording",
		Example: "record drop gate-fight", Role: Operator, Changes: true, Offered: offered, Run: runRecordDrop,
	}})
}

// mostKept is how far back one can ask for: more than any shard keeps.
const mostKept = 24 * 60

func runRecordKeep(ctx context.Context, s *Session, a Args) (Result, error) {
	of, note, err := recorded(a)
	if err != nil {
		return Result{}, err
	}
	minutes := 5
	if a.Has(minutesFlag) {
		if err := setCount(&minutes, a.Given(minutesFlag)); err != nil || minutes == 0 || minutes > mostKept {
			return Result{}, Refuse(CodeUsage, "--minutes is how far back, 1 or more, not %q", a.Given(minutesFlag))
		}
	}
	if a.Given(asFlag) == "" {
		return Result{}, Refuse(CodeUsage, "under which name? record keep %s --as NAME", of)
	}
	k, err := s.Shard.Recordings.Keep(ctx, of, time.Duration(minutes)*time.Minute, a.Given(asFlag), note)
	if err != nil {
		return Result{}, err
	}
	t := keptTable(k)
	t.Note = fmt.Sprintf("run it again with: bin/host replay %s", k.Path)
	return Result{Table: t}, nil
}

// recorded reads of which system, or service, something is to be kept, and what is noted.
func recorded(a Args) (of, note string, err error) {
	words := a.Words
	switch {
	case len(a.Systems) == 1:
		of = a.Systems[0]
	case len(a.Systems) == 0 && len(words) > 0:
		of, words = words[0], words[1:]
	default:
		return "", "", Refuse(CodeUsage, "of which system? Name one with @, or a service")
	}
	return of, strings.Join(words, " "), nil
}

func keptTable(k record.Kept) *Table {
	return &Table{One: true, Columns: columns("name", "system", "from", "until", "first_tick", "last_tick", "images", "size:B", "shard", "version", "machine", "note", "file"),
		Rows: [][]any{{k.Name, string(k.Meta.System), moment(k.Span.From), moment(k.Span.Until), uint64(k.Span.First), uint64(k.Span.Last), k.Span.Images, k.Span.Bytes,
			k.Meta.Shard, k.Meta.Version, k.Meta.Machine, k.Meta.Note, k.Path}}}
}

func runRecordShow(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, Refuse(CodeUsage, "which recording? record list shows those that there are")
	}
	k, err := s.Shard.Recordings.Show(ctx, a.Word(0))
	if err != nil {
		return Result{}, err
	}
	return Result{Table: keptTable(k)}, a.none(1)
}

func runRecordList(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Recordings.List(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("name", "system", "from", "until", "size:B", "note"), None: "nothing is kept; record keep @SYSTEM --as NAME does"}
	for _, k := range all {
		if k.Meta.System == "" {
			k.Meta.Note = "cannot be read"
		}
		t.Rows = append(t.Rows, []any{k.Name, string(k.Meta.System), moment(k.Span.From), moment(k.Span.Until), k.Span.Bytes, k.Meta.Note})
	}
	f := s.Shard.Recordings.Figures()
	t.Note = fmt.Sprintf("the ring of all systems takes %.1f MiB; since the start %d images and %d batches, %.1f MiB, were written, %d recordings dropped",
		mib(f.OnDisk), f.Images, f.Batches, mib(f.Bytes), f.Dropped)
	return Result{Table: t}, a.none(0)
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

func runRecordDrop(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, Refuse(CodeUsage, "which recording? record list shows those that there are")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	if err := s.Shard.Recordings.Drop(ctx, a.Word(0)); err != nil {
		return Result{}, err
	}
	return text("%s is dropped", a.Word(0)), nil
}
