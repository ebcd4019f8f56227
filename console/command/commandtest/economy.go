package commandtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotshard/console/command"
)

// economy is the wallets of the players, and books that say what was given.
type economy struct{ *Shard }

func (e economy) find(who string) (command.Player, error) {
	for _, p := range e.Players {
		if strings.EqualFold(p.Name, who) {
			return p, nil
		}
	}
	return command.Player{}, fmt.Errorf("no character is called %s", who)
}

func (e economy) Grant(_ context.Context, who, what string, n int64, reason, author string) (command.Granted, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, err := e.find(who)
	if err != nil {
		return command.Granted{}, err
	}
	g := command.Granted{Name: p.Name, Type: what, Location: "hold", Has: n}
	if what == "money" {
		e.Money += n
		g.Location, g.Has = "wallet", e.Money
	}
	e.Books = append(e.Books, command.Posting{Holder: p.Name, Location: g.Location, Type: what, Quantity: n, Cause: "grant", By: author, Note: reason})
	return g, nil
}

func (e economy) Wallet(_ context.Context, who string) (string, int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, err := e.find(who)
	return p.Name, e.Money, err
}

func (e economy) Ledger(_ context.Context, of string, _ time.Time, limit int) ([]command.Posting, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.find(of); err != nil {
		return nil, err
	}
	return e.Books[:min(limit, len(e.Books))], nil
}

func (e economy) AuditBooks(context.Context) (command.Books, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b := command.Books{Line: "audit: ok, 4 postings, 2 holdings", Wrong: e.Wrong, Postings: 4, Holdings: 2}
	if len(b.Wrong) > 0 {
		b.Line = "audit: 1 wrong, 4 postings, 2 holdings"
	}
	return b, nil
}
