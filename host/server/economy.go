package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hotshard/console/command"
	"hotshard/data/ledger"
	"hotshard/data/store"
	"hotshard/host/api"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// economy implements command.Economy.
type economy struct{ s *Server }

// Grant implements command.Economy. Things go into the hangar where somebody is docked,
// and into the hold of who is not.
func (v economy) Grant(ctx context.Context, who, what string, n int64, reason, author string) (command.Granted, error) {
	c, err := v.find(ctx, who)
	if err != nil {
		return command.Granted{}, err
	}
	g := command.Granted{Name: c.Name, Type: ledger.Money, Location: ledger.Wallet}
	if !strings.EqualFold(what, ledger.Money) {
		if g.Type, err = v.typeNamed(what); err != nil {
			return g, err
		}
		if g.Location, err = v.placeOf(ctx, c.ID); err != nil {
			return g, err
		}
	}
	g.Has, err = v.s.store.GiveItems(store.Free(ctx), store.Why{Cause: ledger.FaucetGrant, Operator: author, Content: reason, Release: v.s.universe.Release().Number},
		store.Item{Owner: c.ID, Location: g.Location, Type: g.Type, Quantity: n})
	return g, plain(err)
}

// find is the character with the name or the number.
func (v economy) find(ctx context.Context, who string) (store.Character, error) {
	c, err := v.s.store.CharacterByName(ctx, who)
	if id, nerr := strconv.ParseInt(who, 10, 64); errors.Is(err, store.ErrNotFound) && nerr == nil {
		c, err = v.s.store.Character(ctx, world.CharacterID(id))
	}
	if errors.Is(err, store.ErrNotFound) {
		return c, fmt.Errorf("no character is called %s", who)
	}
	return c, err
}

// catalogue is the types of the release that runs.
func (s *Server) catalogue() (*catalogue.Set, error) {
	data, err := s.types.Data(s.universe.Release())
	if err != nil {
		return nil, err
	}
	if set, ok := data.(*catalogue.Set); ok {
		return set, nil
	}
	return &catalogue.Set{}, nil
}

// newAPI is what strangers may read over HTTP.
func (s *Server) newAPI() *api.API {
	return api.New(api.Config{Store: s.store, Map: s.universe.Map(), Routes: s.deps.Routes, Types: s.catalogue, Now: s.cfg.Clock.Now, Log: s.log, Proxies: s.cfg.proxies, Refusals: s.refusals})
}

// typeNamed is a type's name as its file writes it.
func (v economy) typeNamed(name string) (string, error) {
	set, err := v.s.catalogue()
	if err != nil || set.Empty() {
		return name, err
	}
	if t := set.Get(name); t != nil {
		return t.Name, nil
	}
	return "", errors.New(set.Unknown(name))
}

// placeOf is where a character would put something down.
func (v economy) placeOf(ctx context.Context, id world.CharacterID) (string, error) {
	c, err := v.s.saves.Load(ctx, id)
	if err != nil {
		return "", err
	}
	at, docked := c.System, c.Station
	if address, in := v.s.universe.Where(id); in {
		err = v.s.universe.Ask(ctx, address, func(s *system.System) {
			if p := s.Player(id); p != nil && s.Static() != nil {
				at, docked = s.Static().ID, p.Station
			}
		})
	}
	if docked == 0 {
		return world.Hold, err
	}
	return world.Hangar(at, docked), err
}

// Wallet implements command.Economy.
func (v economy) Wallet(ctx context.Context, who string) (string, int64, error) {
	c, err := v.find(ctx, who)
	if err != nil {
		return "", 0, err
	}
	n, err := v.s.store.Wallet(ctx, c.ID)
	return c.Name, n, err
}

// Ledger implements command.Economy.
func (v economy) Ledger(ctx context.Context, of string, since time.Time, limit int) ([]command.Posting, error) {
	q := store.HistoryQuery{Limit: limit}
	if !since.IsZero() {
		q.Since = since.UnixMicro()
	}
	if n, err := strconv.ParseInt(of, 10, 64); err == nil {
		q.Order = n
		if rows, err := v.s.store.History(ctx, q); err != nil || len(rows) > 0 {
			return toPostings(rows), err
		}
		q.Order = 0 // the number of a character, perhaps
	}
	c, err := v.find(ctx, of)
	switch {
	case err == nil:
		q.Owner = c.ID
	case strings.EqualFold(of, ledger.Money):
		q.Type = ledger.Money
	default:
		if q.Type, err = v.typeNamed(of); err != nil {
			return nil, fmt.Errorf("no character and no order is called %s, and %w", of, err)
		}
	}
	rows, err := v.s.store.History(ctx, q)
	return toPostings(rows), err
}

func toPostings(rows []ledger.Entry) []command.Posting {
	out := make([]command.Posting, len(rows))
	for i, r := range rows {
		out[i] = toPosting(r)
	}
	return out
}

func toPosting(r ledger.Entry) command.Posting {
	p := command.Posting{At: r.At, Entry: r.ID, Holder: r.Holding.Holder.String(), Location: r.Holding.Location, Type: r.Holding.Type, Quantity: r.Quantity,
		Cause: r.Why.Cause, By: r.Why.Operator, System: r.Why.System, Release: r.Why.Release, Key: r.Why.Key}
	if p.By == "" && r.Why.Actor != 0 {
		p.By = ledger.Of(r.Why.Actor).String()
	}
	if p.Key == "" {
		p.Note = r.Why.Content
	}
	return p
}

// AuditBooks implements command.Economy.
func (v economy) AuditBooks(ctx context.Context) (command.Books, error) {
	r, err := v.s.store.AuditBooks(ctx)
	if err != nil {
		return command.Books{}, err
	}
	return command.Books{Line: r.String(), Wrong: r.Wrong, Postings: r.Postings, Holdings: r.Holdings}, nil
}
