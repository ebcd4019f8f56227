package command

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Community keeps order among the players. who is the name of an account or a
// character, or a character's number; for Ban, Mute and Lift also an address or a network.
// What is said of somebody holds whether they are online or not, and after a
// restart.
type Community interface {
	Account(ctx context.Context, who string) (Account, error)
	// Ban keeps an account or an address from playing until a time, zero for ever,
	// ends their sessions at once, and returns how many it ended.
	Ban(ctx context.Context, who string, until time.Time, reason, author string) (Sanction, int, error)
	// Mute keeps an account, or all who play from an address, from speaking.
	Mute(ctx context.Context, who string, until time.Time, reason, author string) (Sanction, error)
	// Sanctions lists what is in force, the oldest first.
	Sanctions(ctx context.Context) ([]Sanction, error)
	// Lift ends a sanction of a kind before its time; who may also be its number.
	Lift(ctx context.Context, kind, who, author string) (Sanction, error)
	// Rename gives somebody another name. Their session ends.
	Rename(ctx context.Context, who, name, author string) (was string, err error)
	// ResetPassword sets a password that nobody has chosen, and returns it. Sessions
	// of the account end, and no token of it works any more.
	ResetPassword(ctx context.Context, who, author string) (password string, err error)
	// Delete removes an account with all it owns. There is no way back.
	Delete(ctx context.Context, who, author string) error
}

// The kinds of sanctions.
const (
	KindBan  = "ban"
	KindMute = "mute"
)

// Sanction is what somebody may not do, until when and why.
type Sanction struct {
	ID      int64
	Kind    string
	Subject string // a name, or an address or network
	Reason  string
	Author  string
	Created time.Time
	Until   time.Time // zero for ever
	Ended   time.Time // zero where it is in force or has run out by itself
}

// Account is all an operator is told of one.
type Account struct {
	ID         int64
	Name       string
	Characters []string
	Online     []string // of these, in the game
	Created    time.Time
	LastLogin  time.Time
	Networks   []string // from which they signed in, the latest first
	Sanctions  []Sanction
}

func init() {
	offered := func(s Shard) bool { return s.Community != nil }
	flags := []Flag{forFlag, reasonFlag}
	register([]Command{{
		Name: "ban", Args: "PLAYER|ADDRESS [DURATION] [REASON]", Short: "keep an account, an address or a network out, for a time or for ever; their sessions end at once",
		Example: "ban Ada 3d insults in local chat", Role: Operator, Changes: true, Flags: flags, Takes: []Kind{PlayerWord}, Offered: offered, Run: runBan,
	}, {
		Name: "ban list", Short: "the bans in force",
		Example: "ban list", Offered: offered, Run: func(ctx context.Context, s *Session, a Args) (Result, error) { return runSanctions(ctx, s, a, KindBan) },
	}, {
		Name: "unban", Args: "PLAYER|ADDRESS|N", Short: "lift a ban",
		Example: "unban Ada", Role: Operator, Changes: true, Offered: offered, Run: func(ctx context.Context, s *Session, a Args) (Result, error) { return runLift(ctx, s, a, KindBan) },
	}, {
		Name: "mute", Args: "PLAYER|ADDRESS [DURATION] [REASON]", Short: "keep a player, or all who play from an address or a network, from speaking in any channel, for a time or for ever",
		Example: "mute Ada 30m advertising", Role: Operator, Changes: true, Flags: flags, Takes: []Kind{PlayerWord}, Offered: offered, Run: runMute,
	}, {
		Name: "mute list", Short: "the mutes in force",
		Example: "mute list", Offered: offered, Run: func(ctx context.Context, s *Session, a Args) (Result, error) {
			return runSanctions(ctx, s, a, KindMute)
		},
	}, {
		Name: "unmute", Args: "PLAYER|ADDRESS|N", Short: "lift a mute",
		Example: "unmute Ada", Role: Operator, Changes: true, Offered: offered, Run: func(ctx context.Context, s *Session, a Args) (Result, error) { return runLift(ctx, s, a, KindMute) },
	}, {
		Name: "account", Args: "PLAYER", Short: "an account: characters, sign-ins, from where, what it was banned or muted for",
		Example: "account Ada", Role: Operator, Takes: []Kind{PlayerWord}, Offered: offered, Run: runAccount,
	}, {
		Name: "account delete", Args: "PLAYER", Short: "remove an account with all it owns, for ever",
		Example: "account delete Ada --confirm tranquility", Role: Admin, Changes: true, Flags: []Flag{confirmFlag}, Offered: offered, Run: runAccountDelete,
	}, {
		Name: "rename", Args: "PLAYER NAME", Short: "give a player another name, also to sign in with; their session ends",
		Example: `rename Ada "Ada Lovelace"`, Role: Operator, Changes: true, Takes: []Kind{PlayerWord}, Offered: offered, Run: runRename,
	}, {
		Name: "password reset", Args: "PLAYER", Short: "set a new password, which is shown once; their sessions end",
		Example: "password reset Ada", Role: Operator, Changes: true, Offered: offered, Run: runPasswordReset,
	}})
}

// term reads for how long and why: [DURATION] [REASON], or the flags.
func (s *Session) term(a Args) (until time.Time, reason string, err error) {
	during, words := a.For, a.Words[1:]
	if during == 0 && len(words) > 0 && words[0] != "" && words[0][0] >= '0' && words[0][0] <= '9' {
		if during, err = ParseDuration(words[0]); err != nil {
			return until, "", Refuse(CodeUsage, "%v; a reason that begins with a number goes behind --reason. Nothing was done", err)
		}
		words = words[1:]
	}
	if during > 0 {
		until = s.now().Add(during)
	}
	switch reason = a.Reason; {
	case reason == "":
		reason = strings.Join(words, " ")
	case len(words) > 0:
		return until, "", Refuse(CodeUsage, "what is %q for? The reason is given already", words[0])
	}
	return until, reason, nil
}

// whom is the first word, or a refusal that asks for it.
func whom(a Args, verb string) (string, error) {
	if a.Word(0) == "" {
		return "", Refuse(CodeUsage, "%s whom?", verb)
	}
	return a.Word(0), nil
}

func runBan(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "ban")
	if err != nil {
		return Result{}, err
	}
	until, reason, err := s.term(a)
	if err != nil {
		return Result{}, err
	}
	b, ended, err := s.Shard.Community.Ban(ctx, who, until, reason, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("%s is banned %s (ban %d); %s ended", b.Subject, lasts(until), b.ID, count(ended, "session")), nil
}

func runMute(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "mute")
	if err != nil {
		return Result{}, err
	}
	until, reason, err := s.term(a)
	if err != nil {
		return Result{}, err
	}
	m, err := s.Shard.Community.Mute(ctx, who, until, reason, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("%s is muted %s (mute %d)", m.Subject, lasts(until), m.ID), nil
}

func lasts(until time.Time) string {
	if until.IsZero() {
		return "for ever"
	}
	return "until " + until.UTC().Format("2006-01-02 15:04 UTC")
}

func runSanctions(ctx context.Context, s *Session, a Args, kind string) (Result, error) {
	all, err := s.Shard.Community.Sanctions(ctx)
	if err != nil {
		return Result{}, err
	}
	t := sanctionTable()
	t.None = "nobody is " + map[string]string{KindBan: "banned", KindMute: "muted"}[kind]
	for _, v := range all {
		if v.Kind == kind {
			t.Rows = append(t.Rows, sanctionRow(v))
		}
	}
	return Result{Table: t}, a.none(0)
}

func sanctionTable() *Table {
	return &Table{Columns: columns("number", "kind", "subject", "until:time", "reason", "by", "since:time", "ended:time")}
}

func sanctionRow(v Sanction) []any {
	return []any{v.ID, v.Kind, v.Subject, moment(v.Until), v.Reason, v.Author, moment(v.Created), moment(v.Ended)}
}

func runLift(ctx context.Context, s *Session, a Args, kind string) (Result, error) {
	who, err := whom(a, "un"+kind)
	if err != nil {
		return Result{}, err
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	v, err := s.Shard.Community.Lift(ctx, kind, who, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("the %s of %s is lifted", kind, v.Subject), nil
}

func runAccount(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "look up")
	if err != nil {
		return Result{}, err
	}
	acc, err := s.Shard.Community.Account(ctx, who)
	if err != nil {
		return Result{}, err
	}
	t := &Table{One: true, Columns: columns("id", "name", "characters", "online", "created:time", "last_login:time", "networks", "sanctions")}
	var past []string
	for _, v := range acc.Sanctions {
		state := lasts(v.Until)
		if !v.Ended.IsZero() {
			state += ", lifted " + v.Ended.UTC().Format("2006-01-02 15:04 UTC")
		}
		past = append(past, fmt.Sprintf("%s %d by %s %s: %s", v.Kind, v.ID, v.Author, state, v.Reason))
	}
	t.Rows = [][]any{{acc.ID, acc.Name, strings.Join(acc.Characters, ", "), strings.Join(acc.Online, ", "), moment(acc.Created), moment(acc.LastLogin),
		strings.Join(acc.Networks, ", "), strings.Join(past, "; ")}}
	return Result{Table: t}, a.none(1)
}

func runAccountDelete(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "delete")
	if err != nil {
		return Result{}, err
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	acc, err := s.Shard.Community.Account(ctx, who)
	if err != nil {
		return Result{}, err
	}
	if err := confirm(s, a, "delete the account "+acc.Name+" with "+strings.Join(acc.Characters, ", ")+" and all they own, for ever"); err != nil {
		return Result{}, err
	}
	if err := s.Shard.Community.Delete(ctx, who, s.Who); err != nil {
		return Result{}, err
	}
	return text("the account %s is deleted", acc.Name), nil
}

func runRename(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "rename")
	if err != nil {
		return Result{}, err
	}
	if len(a.Words) != 2 {
		return Result{}, Refuse(CodeUsage, `to what? One name, in quotes where it has a space: rename %s "New Name"`, who)
	}
	was, err := s.Shard.Community.Rename(ctx, who, a.Word(1), s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("%s is called %s now, also to sign in", was, a.Word(1)), nil
}

func runPasswordReset(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "reset the password of")
	if err != nil {
		return Result{}, err
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	password, err := s.Shard.Community.ResetPassword(ctx, who, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("the new password of %s is %s (shown here only; the player can change it)", who, password), nil
}
