package command

import (
	"context"
	"time"
)

// Audit is the append-only record of what operators changed.
type Audit interface {
	// Record writes an entry; it is on disk when it returns.
	Record(ctx context.Context, e AuditEntry) error
	// Query returns entries, newest first, at most limit.
	Query(ctx context.Context, since time.Time, by string, limit int) ([]AuditEntry, error)
}

// AuditEntry is one thing an operator did.
type AuditEntry struct {
	At      time.Time
	Who     string
	From    string // "socket", "ssh 10.0.0.7"
	Command string // the line as typed
	Detail  string // what it changed, of a step of the releases
	Outcome string
	Release int
}

// auditLimit is how many entries are shown unless more are asked for.
const auditLimit = 50

// The flags of audit.
var (
	sinceFlag = Flag{"--since", "DURATION", "only what is younger, as 10m, 2h or 7d", func(a *Args, v string) error { return setDuration(&a.For, v) }}
	byFlag    = Flag{"--by", "WHO", "only what this operator did", nil}
)

func init() {
	register([]Command{{
		Name: "audit", Short: "what operators changed: who, from where, when, with what outcome",
		Example: "audit --since 24h --by amy", Flags: []Flag{sinceFlag, byFlag, limitFlag},
		Offered: func(s Shard) bool { return s.Audit != nil }, Run: runAudit,
	}})
}

func runAudit(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	limit, since := a.Limit, time.Time{}
	if limit == 0 {
		limit = auditLimit
	}
	if a.For > 0 {
		since = s.now().Add(-a.For)
	}
	all, err := s.Shard.Audit.Query(ctx, since, a.Given(byFlag), limit)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("at:time", "who", "from", "release", "command", "detail", "outcome"), None: "no entries"}
	for _, e := range all {
		t.Rows = append(t.Rows, []any{moment(e.At), e.Who, e.From, e.Release, e.Command, e.Detail, e.Outcome})
	}
	return Result{Table: t}, nil
}
