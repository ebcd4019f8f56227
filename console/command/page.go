package command

import (
	"context"
	"time"
)

// Page is the operators' page, in a browser.
type Page interface {
	// Ticket makes a link by which a browser signs in as the session's operator, in its
	// role. It is good once, until the time that comes with it.
	Ticket(s Session) (url string, until time.Time, err error)
}

var roleFlag = Flag{"--role", "ROLE", "viewer, operator or admin: less than your own, to look without a slip", nil}

func init() {
	register([]Command{{
		Name: "page", Short: "a link that signs a browser in to the operators' page as you; it is good once, for a minute",
		Example: "page --role viewer", Changes: true, Quiet: true, Flags: []Flag{roleFlag},
		Offered: func(s Shard) bool { return s.Page != nil }, Run: runPage,
	}})
}

func runPage(_ context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	own := *s
	if name := a.Given(roleFlag); name != "" {
		role, err := ParseRole(name)
		if err != nil {
			return Result{}, Refuse(CodeUsage, "%s: %v", roleFlag.Name, err)
		}
		if role > s.Role {
			return Result{}, Refuse(CodeRole, "you are %s: a page of yours cannot be more", s.Role)
		}
		own.Role = role
	}
	url, until, err := s.Shard.Page.Ticket(own)
	if err != nil {
		return Result{}, err
	}
	if a.JSON {
		t := &Table{One: true, Columns: columns("url", "until:time", "who", "role"), Rows: [][]any{{url, moment(until), s.Who, own.Role.String()}}}
		return Result{Table: t}, nil
	}
	return text("%s\nopen it on this machine; it signs you in as %s (%s), once, until %s", url, s.Who, own.Role, until.Format(time.TimeOnly)), nil
}
