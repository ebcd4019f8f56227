package command

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// Operators tells who may come in from afar.
type Operators interface {
	// ListOperators returns who stands in the file of keys as it is now, and a
	// sentence for each line of it that is no good.
	ListOperators() (all []OperatorLine, problems []string)
}

// OperatorLine is one who may come in.
type OperatorLine struct {
	Line int
	Name string
	Role Role
	Key  string // its fingerprint
}

func init() {
	register([]Command{{
		Name: "sessions", Short: "the operators who are on: who, from where, what they ran last",
		Example: "sessions", Run: runSessions,
	}, {
		Name: "sessions end", Args: "N [REASON]", Short: "end an operator's connection",
		Example: "sessions end 4 left logged in at the office", Role: Admin, Changes: true, Run: runSessionsEnd,
	}, {
		Name: "operators", Short: "who may come in over ssh, and the lines of the file that are no good",
		Example: "operators", Offered: func(s Shard) bool { return s.Operators != nil }, Run: runOperators,
	}})
}

func runSessions(_ context.Context, s *Session, a Args) (Result, error) {
	t := &Table{Columns: columns("number", "who", "role", "from", "since:time", "idle_ms:ms", "last", "you"), None: "nobody is on"}
	p := &s.Registry.presence
	p.mu.Lock()
	defer p.mu.Unlock()
	for n, o := range p.on {
		idle := s.now().Sub(cmp.Or(o.ran, o.since))
		t.Rows = append(t.Rows, []any{n, o.session.Who, o.session.Role.String(), o.session.From, moment(o.since), millis(idle), o.line, n == s.number})
	}
	slices.SortFunc(t.Rows, func(x, y []any) int { return cmp.Compare(x[0].(int), y[0].(int)) })
	if s.Shard.Operators != nil {
		if _, problems := s.Shard.Operators.ListOperators(); len(problems) > 0 {
			t.Note = strings.Join(problems, "\n")
		}
	}
	return Result{Table: t}, a.none(0)
}

func runSessionsEnd(_ context.Context, s *Session, a Args) (Result, error) {
	n, err := strconv.Atoi(a.Word(0))
	if err != nil {
		return Result{}, Refuse(CodeUsage, "which one? sessions lists them by number")
	}
	p := &s.Registry.presence
	p.mu.Lock()
	o := p.on[n]
	p.mu.Unlock()
	if o == nil {
		return Result{}, Refuse(CodeFailed, "no session has the number %d; sessions lists them", n)
	}
	why := "your session was ended by " + s.Who
	if reason := strings.Join(a.Words[1:], " "); reason != "" {
		why += ": " + reason
	}
	o.end(why)
	return text("the session of %s from %s is ended", o.session.Who, o.session.From), nil
}

func runOperators(_ context.Context, s *Session, a Args) (Result, error) {
	all, problems := s.Shard.Operators.ListOperators()
	t := &Table{Columns: columns("line", "name", "role", "key", "sessions"), None: "nobody may come in", Note: strings.Join(problems, "\n")}
	for _, o := range all {
		t.Rows = append(t.Rows, []any{o.Line, o.Name, o.Role.String(), o.Key, s.Registry.presence.count(o.Name)})
	}
	return Result{Table: t}, a.none(0)
}
