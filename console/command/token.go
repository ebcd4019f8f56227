package command

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// Tokens let operators' programs in at the operations port.
type Tokens interface {
	// Token makes one that stands for the session's operator, in its role, for a time.
	Token(s Session, during time.Duration) (token string, until time.Time, err error)
}

// How long a token is good.
const defaultToken, maxToken = time.Hour, 24 * time.Hour

func init() {
	register([]Command{{
		Name: "token", Short: "a token for programs at the operations port, such as go tool pprof, that stands for you; good for an hour, or --for",
		Example: "token --for 10m", Changes: true, Quiet: true, Flags: []Flag{forFlag, roleFlag},
		Offered: func(s Shard) bool { return s.Tokens != nil }, Run: runToken,
	}})
}

func runToken(_ context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	own, during := *s, cmp.Or(a.For, defaultToken)
	if during > maxToken {
		return Result{}, Refuse(CodeUsage, "a token is good for %s at most", Spoken(maxToken))
	}
	if name := a.Given(roleFlag); name != "" {
		role, err := ParseRole(name)
		if err != nil {
			return Result{}, Refuse(CodeUsage, "%s: %v", roleFlag.Name, err)
		}
		if role > s.Role {
			return Result{}, Refuse(CodeRole, "you are %s: a token of yours cannot be more", s.Role)
		}
		own.Role = role
	}
	token, until, err := s.Shard.Tokens.Token(own, during)
	if err != nil {
		return Result{}, err
	}
	r := Result{Noted: fmt.Sprintf("as %s, until %s", own.Role, until.UTC().Format(time.RFC3339))}
	if a.JSON {
		r.Table = &Table{One: true, Columns: columns("token", "until:time", "who", "role"), Rows: [][]any{{token, moment(until), s.Who, own.Role.String()}}}
		return r, nil
	}
	r.Text = fmt.Sprintf("%s\nsend it as \"Authorization: Bearer TOKEN\", or as the password in the address that go tool pprof is given; it stands for %s (%s) until %s",
		token, s.Who, own.Role, until.Local().Format(time.TimeOnly))
	return r, nil
}
