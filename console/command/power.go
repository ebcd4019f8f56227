package command

import (
	"context"
	"strings"
)

func powerCommands() []Command {
	offered := func(s Shard) bool { return s.Power != nil }
	return []Command{{
		Name: "shutdown", Args: "[IN] [REASON]", Short: "save everything and end the shard, now or after a countdown all players see",
		Example: "shutdown 15m weekly maintenance", Role: Admin, Changes: true, Final: true,
		Flags: []string{"--confirm"}, Offered: offered, Run: runShutdown,
	}, {
		Name: "shutdown cancel", Short: "stop the countdown, and tell the players",
		Example: "shutdown cancel", Role: Operator, Changes: true, Offered: offered, Run: runShutdownCancel,
	}}
}

func runShutdown(ctx context.Context, s *Session, a Args) (Result, error) {
	in, reason := a.For, a.Words
	if len(reason) > 0 {
		if d, err := parseDuration(reason[0]); err == nil {
			in, reason = d, reason[1:]
		}
	}
	if err := confirm(s, a, "shutdown"); err != nil {
		return Result{}, err
	}
	if err := s.Shard.Power.Shutdown(ctx, in, strings.Join(reason, " "), s.Who); err != nil {
		return Result{}, err
	}
	name := s.Shard.Identify().Name
	if in == 0 {
		return text("%s is shutting down", name), nil
	}
	return text("%s shuts down in %v; shutdown cancel stops that", name, in), nil
}

func runShutdownCancel(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	if err := s.Shard.Power.CancelShutdown(ctx, s.Who); err != nil {
		return Result{}, err
	}
	return text("the shutdown is cancelled; %s goes on", s.Shard.Identify().Name), nil
}
