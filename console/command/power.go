package command

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Power ends the shard.
type Power interface {
	// Shutdown starts a countdown that all players are told of; zero is now. It
	// returns at once. One that is under way is not replaced by another, only by now.
	Shutdown(ctx context.Context, in time.Duration, reason, author string) error
	// CancelShutdown stops the countdown and tells the players; an error if none
	// is under way.
	CancelShutdown(ctx context.Context, author string) error
}

// Countdown is a shutdown that is ordered, and has not come yet.
type Countdown struct {
	At  time.Time // when the shard ends
	Why string    // "" where no reason was given
	By  string
}

// Sentence is the countdown in words, as of now.
func (c Countdown) Sentence(now time.Time) string {
	why := ""
	if c.Why != "" {
		why = " (" + c.Why + ")"
	}
	return fmt.Sprintf("the shard goes down in %s, ordered by %s%s", Spoken(c.At.Sub(now)), c.By, why)
}

// shutdownCells says in three cells when the shard goes down, why, and who ordered it.
func shutdownCells(id Identity) []any {
	if id.Shutdown == nil {
		return []any{nil, "", ""}
	}
	return []any{moment(id.Shutdown.At), id.Shutdown.Why, id.Shutdown.By}
}

// maxCountdown is the longest countdown: beyond it nobody remembers it.
const maxCountdown = 7 * 24 * time.Hour

// now is the word for no countdown at all, which no duration says.
const now = "now"

func init() {
	offered := func(s Shard) bool { return s.Power != nil }
	register([]Command{{
		Name: "shutdown", Args: "now|DURATION [REASON]", Short: "save everything and end the shard, now or after a countdown all players see (on a development shard, now may be left out)",
		Example: "shutdown 15m weekly maintenance", Role: Admin, Changes: true, Final: true, Rescue: true,
		Flags: []Flag{confirmFlag}, Offered: offered, Check: mayShutdown, Run: runShutdown,
	}, {
		Name: "shutdown cancel", Short: "stop the countdown, and tell the players",
		Example: "shutdown cancel", Role: Operator, Changes: true, Rescue: true, Offered: offered, Run: runShutdownCancel,
	}})
}

// countdown reads how long a shutdown waits: the first word, which is never taken
// for a part of the reason.
func countdown(s *Session, a Args) (time.Duration, error) {
	first := a.Word(0)
	switch {
	case first == now, len(a.Words) == 0 && !s.Shard.Identify().Production:
		return 0, nil
	case len(a.Words) == 0:
		return 0, Refuse(CodeUsage, "when? shutdown now, or shutdown 15m REASON")
	}
	in, err := parseDuration(first)
	if err != nil {
		return 0, Refuse(CodeUsage, "%v; shutdown now is without a countdown. Nothing was done", err)
	}
	if in > maxCountdown {
		return 0, Refuse(CodeUsage, "a countdown is at most %s, not %s. Nothing was done", Spoken(maxCountdown), Spoken(in))
	}
	return in, nil
}

// mayShutdown refuses a shutdown that cannot be read, or whose shard was not named.
func mayShutdown(ctx context.Context, s *Session, a Args) error {
	in, err := countdown(s, a)
	if err != nil {
		return err
	}
	return confirm(s, a, "shutdown "+when(ctx, s, in))
}

func runShutdown(ctx context.Context, s *Session, a Args) (Result, error) {
	in, err := countdown(s, a)
	if err != nil {
		return Result{}, err
	}
	reason := strings.Join(a.Words[min(1, len(a.Words)):], " ")
	if err := s.Shard.Power.Shutdown(ctx, in, reason, s.Who); err != nil {
		return Result{}, err
	}
	name := s.Shard.Identify().Name
	if in == 0 {
		return text("%s is shutting down", name), nil
	}
	return text("%s shuts down %s; shutdown cancel stops that", name, when(ctx, s, in)), nil
}

// when says when a shutdown happens, by the clock too, and to how many.
func when(ctx context.Context, s *Session, in time.Duration) string {
	said := now
	if in > 0 {
		said = fmt.Sprintf("in %s, at %s", Spoken(in), s.now().Add(in).Format("15:04:05 MST"))
	}
	if s.Shard.Players == nil {
		return said
	}
	online, err := s.Shard.Players.Who(ctx)
	if err != nil {
		return said + ", with players that could not be counted"
	}
	return said + ", with " + count(len(online), "player") + " in the game"
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
