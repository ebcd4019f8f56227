package command

import (
	"context"
	"path/filepath"
	"time"
)

// Upgrader has another program go on with the shard, while it is played.
type Upgrader interface {
	// Upgrade starts a program, where no path is given the one that runs, with the arguments
	// of this one. It returns when that has taken over, or why it has not: then it is gone,
	// and this program goes on.
	Upgrade(ctx context.Context, w UpgradeWish, author string) (Upgraded, error)
}

// UpgradeWish says what is to go on.
type UpgradeWish struct {
	Path     string
	Patience time.Duration // for the program to prove itself; 0 for a minute
}

// Upgraded is what another program has gone on with.
type Upgraded struct {
	Version string // of the program
	PID     int
	Systems int
	Players int
	Proof   time.Duration // until it had shown that it can
	Pause   time.Duration // how long the game stood still
}

func init() {
	register([]Command{{
		Name: "upgrade", Args: "[PATH] [--for DURATION]", Short: "have another program (this one again, where no path is given) go on with the shard: it proves itself first, nobody is disconnected, and where it fails all stays as it is",
		Example: "upgrade /usr/bin/hotshard", Role: Admin, Changes: true, Final: true,
		Flags: []Flag{forFlag, confirmFlag}, Offered: func(s Shard) bool { return s.Upgrader != nil }, Check: mayUpgrade, Run: runUpgrade,
	}})
}

// mayUpgrade refuses what cannot be read, or a shard that was not named.
func mayUpgrade(_ context.Context, s *Session, a Args) error {
	if err := a.none(1); err != nil {
		return err
	}
	if path := a.Word(0); path != "" && !filepath.IsAbs(path) {
		return Refuse(CodeUsage, "%s is below what? give the program's whole path, such as /usr/bin/hotshard", path)
	}
	return confirm(s, a, "upgrade")
}

func runUpgrade(ctx context.Context, s *Session, a Args) (Result, error) {
	u, err := s.Shard.Upgrader.Upgrade(ctx, UpgradeWish{a.Word(0), a.For}, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("%s goes on as process %d of version %s, with %s and %s: it had proved itself after %.1f s, and the game stood still for %d ms", s.Shard.Identify().Name,
		u.PID, u.Version, count(u.Systems, "system"), count(u.Players, "player"), u.Proof.Seconds(), u.Pause.Milliseconds()), nil
}
