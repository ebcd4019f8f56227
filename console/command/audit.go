package command

import (
	"context"
	"time"
)

// auditLimit is how many entries are shown unless more are asked for.
const auditLimit = 50

func auditCommands() []Command {
	return []Command{{
		Name: "audit", Short: "what operators changed: who, from where, when, with what outcome",
		Example: "audit --since 24h --by amy", Flags: []string{"--since", "--by", "--limit"},
		Offered: func(s Shard) bool { return s.Audit != nil }, Run: runAudit,
	}}
}

func runAudit(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	limit, since := a.Limit, time.Time{}
	if limit == 0 {
		limit = auditLimit
	}
	if a.Since > 0 {
		since = time.Now().Add(-a.Since)
	}
	all, err := s.Shard.Audit.Query(ctx, since, a.By, limit)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("at:time", "who", "from", "release", "command", "detail", "outcome"), None: "no entries"}
	for _, e := range all {
		t.Rows = append(t.Rows, []any{moment(e.At), e.Who, e.From, e.Release, e.Command, e.Detail, e.Outcome})
	}
	return Result{Table: t}, nil
}
