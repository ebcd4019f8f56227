package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

func init() {
	register([]Command{{
		Name: "help", Args: "[COMMAND]", Short: "list the commands, or explain one",
		Example: "help reload wait", Takes: []Kind{CommandWord, CommandWord}, Run: runHelp,
	}, {
		Name: "status", Short: "which shard this is and how long it has run",
		Example: "status", Run: runStatus,
	}})
}

func runHelp(_ context.Context, s *Session, a Args) (Result, error) {
	if len(a.Words) == 0 {
		t := &Table{Columns: columns("command", "arguments", "what"),
			Note: "help COMMAND shows an example. @NAME is a system. --json makes any answer one JSON value."}
		for _, c := range s.Registry.Commands(s.Shard, s.Role) {
			t.Rows = append(t.Rows, []any{c.Name, c.Args, c.Short})
		}
		return Result{Table: t}, nil
	}
	name := strings.Join(a.Words, " ")
	words, err := split(name)
	if err != nil {
		return Result{}, err
	}
	c, _ := s.Registry.find(words)
	if c == nil {
		return Result{}, Refuse(CodeUnknown, "%s", s.Registry.unknown(s, words))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n  %s\n\nfor instance\n\n  %s\n", strings.TrimSpace(c.Name+" "+c.Args), c.Short, c.Example)
	for _, f := range c.Flags {
		fmt.Fprintf(&b, "\n  %-20s %s", strings.TrimSpace(f.Name+" "+f.Takes), f.Help)
	}
	fmt.Fprintf(&b, "\nrole: %s", c.Role)
	return Result{Text: b.String()}, nil
}

func runStatus(_ context.Context, s *Session, a Args) (Result, error) {
	id := s.Shard.Identify()
	t := &Table{One: true, Columns: columns("name", "kind", "release", "frozen", "frozen_by", "frozen_why", "frozen_since:time", "shutdown_at:time", "shutdown_why", "shutdown_by", "version", "pid", "started:time", "uptime_ms:ms", "you", "role")}
	t.Rows = [][]any{slices.Concat([]any{id.Name, kindName(id), id.Release}, frozenCells(id), shutdownCells(id), []any{id.Version, id.PID, moment(id.Started),
		millis(s.now().Sub(id.Started)), s.Who, s.Role.String()})}
	t.Note = strings.Join(id.Notices, "\n")
	return Result{Table: t}, a.none(0)
}

func kindName(id Identity) string {
	if id.Production {
		return "production"
	}
	return "development"
}
