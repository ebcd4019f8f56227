package command

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Players tells of the people online and talks to them.
type Players interface {
	// Who lists everybody online.
	Who(ctx context.Context) ([]Player, error)
	// Announce shows a text to everybody online and returns how many they are.
	Announce(ctx context.Context, text string) (int, error)
	// Kick disconnects players, with a reason they are shown, and returns how
	// many it found online.
	Kick(ctx context.Context, players []int64, reason string) (int, error)
}

// Player is one character online.
type Player struct {
	ID     int64
	Name   string
	System string
	Docked string // the station, or ""
	Ship   string // its type, or ""
	From   string // network address
	Since  time.Time
	Idle   time.Duration // since the last command
	Lost   bool          // the socket is gone, the resume window is open
}

// manyKicked is how many players at once need the shard's name in production.
const manyKicked = 10

func init() {
	offered := func(s Shard) bool { return s.Players != nil }
	register([]Command{{
		Name: "who", Args: "[@SYSTEM]", Short: "list the players online",
		Example: "who @Jita", Offered: offered, Run: runWho,
	}, {
		Name: "announce", Args: "TEXT", Short: "show a text to everybody online",
		Example: "announce The market reopens in five minutes.", Role: Operator, Changes: true, Code: true, Offered: offered, Run: runAnnounce,
	}, {
		Name: "kick", Args: "PLAYER...|@SYSTEM", Short: "disconnect players, by name or id, or all in a system",
		Example: `kick "Ada Lovelace" --reason "please restart the client"`, Role: Operator, Changes: true,
		Flags: []Flag{reasonFlag, confirmFlag}, Takes: []Kind{PlayerWord}, Offered: offered, Run: runKick,
	}})
}

func runWho(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	all, err := s.Shard.Players.Who(ctx)
	if err != nil {
		return Result{}, err
	}
	slices.SortFunc(all, func(x, y Player) int { return cmp.Or(cmp.Compare(x.System, y.System), cmp.Compare(x.Name, y.Name)) })
	t := &Table{Columns: columns("id", "name", "system", "docked", "ship", "since:time", "idle_ms:ms", "from", "connected"), None: "nobody is online"}
	for _, p := range all {
		if len(a.Systems) == 0 || in(a.Systems, p.System) {
			t.Rows = append(t.Rows, []any{p.ID, p.Name, p.System, p.Docked, p.Ship, moment(p.Since), millis(p.Idle), p.From, !p.Lost})
		}
	}
	return Result{Table: t}, nil
}

// in says whether a system is among some, without regard to case.
func in(systems []string, name string) bool {
	return slices.ContainsFunc(systems, func(y string) bool { return strings.EqualFold(y, name) })
}

func runAnnounce(ctx context.Context, s *Session, a Args) (Result, error) {
	message := strings.Trim(a.Code, `"`)
	if message == "" {
		return Result{}, Refuse(CodeUsage, "announce what?")
	}
	n, err := s.Shard.Players.Announce(ctx, message)
	if err != nil {
		return Result{}, err
	}
	return text("told %s", count(n, "player")), nil
}

func runKick(ctx context.Context, s *Session, a Args) (Result, error) {
	online, err := s.Shard.Players.Who(ctx)
	if err != nil {
		return Result{}, err
	}
	ids, err := pick(online, a)
	if err != nil {
		return Result{}, err
	}
	if len(ids) >= manyKicked {
		if err := confirm(s, a, "kick "+count(len(ids), "player")); err != nil {
			return Result{}, err
		}
	}
	reason := a.Reason
	if reason == "" {
		reason = "disconnected by an operator"
	}
	n, err := s.Shard.Players.Kick(ctx, ids, reason)
	if err != nil {
		return Result{}, err
	}
	return text("disconnected %s", count(n, "player")), nil
}

// pick finds the players an operator named.
func pick(online []Player, a Args) ([]int64, error) {
	var ids []int64
	for _, p := range online {
		if in(a.Systems, p.System) {
			ids = append(ids, p.ID)
		}
	}
	for _, w := range a.Words {
		i, err := named(online, w)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, online[i].ID) {
			ids = append(ids, online[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil, Refuse(CodeUsage, "kick whom?")
	}
	return ids, nil
}

// named finds a player by id or name. A number is an id, whatever anybody calls
// themselves: to be spared, or to have another kicked.
func named(online []Player, word string) (int, error) {
	byName := slices.IndexFunc(online, func(p Player) bool { return strings.EqualFold(p.Name, word) })
	id, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	if err != nil {
		if byName < 0 {
			return 0, Refuse(CodeFailed, "no player called %s is online", word)
		}
		return byName, nil
	}
	byID := slices.IndexFunc(online, func(p Player) bool { return p.ID == id })
	switch {
	case byID < 0 && byName < 0:
		return 0, Refuse(CodeFailed, "no player with the id %d is online", id)
	case byID < 0:
		return 0, Refuse(CodeFailed, "no player with the id %d is online; the player called %s has the id %d", id, word, online[byName].ID)
	}
	return byID, nil
}

// count is "1 player", "2 players".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
