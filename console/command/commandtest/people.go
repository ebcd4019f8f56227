package commandtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotshard/console/command"
)

// community is two accounts, called as the players that New puts online.
type community struct {
	command.Community
	*Shard
}

func (c community) Account(_ context.Context, who string) (command.Account, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.Players {
		if strings.EqualFold(p.Name, who) {
			return command.Account{ID: p.ID, Name: p.Name, Characters: []string{p.Name}}, nil
		}
	}
	return command.Account{}, fmt.Errorf("nobody is called %s", who)
}

func (c community) impose(ctx context.Context, kind, who string, until time.Time, reason, author string) (command.Sanction, error) {
	a, err := c.Account(ctx, who)
	if err != nil {
		return command.Sanction{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v := command.Sanction{ID: int64(len(c.Imposed) + 1), Kind: kind, Subject: a.Name, Reason: reason, Author: author, Until: until}
	c.Imposed = append(c.Imposed, v)
	return v, nil
}

func (c community) Ban(ctx context.Context, who string, until time.Time, reason, author string) (command.Sanction, int, error) {
	v, err := c.impose(ctx, command.KindBan, who, until, reason, author)
	return v, 1, err
}

func (c community) Mute(ctx context.Context, who string, until time.Time, reason, author string) (command.Sanction, error) {
	return c.impose(ctx, command.KindMute, who, until, reason, author)
}

func (c community) Sanctions(context.Context) ([]command.Sanction, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]command.Sanction(nil), c.Imposed...), nil
}

func (c community) Lift(_ context.Context, kind, who, _ string) (command.Sanction, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, v := range c.Imposed {
		if v.Kind == kind && strings.EqualFold(v.Subject, who) {
			c.Imposed = append(c.Imposed[:i:i], c.Imposed[i+1:]...)
			return v, nil
		}
	}
	return command.Sanction{}, fmt.Errorf("no %s of %s is in force", kind, who)
}

func (c community) Rename(ctx context.Context, who, name, _ string) (string, error) {
	a, err := c.Account(ctx, who)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.Players {
		if c.Players[i].ID == a.ID {
			c.Players[i].Name = name
		}
	}
	return a.Name, nil
}

func (c community) ResetPassword(ctx context.Context, who, _ string) (string, error) {
	_, err := c.Account(ctx, who)
	return "chosen by nobody", err
}

func (c community) Delete(ctx context.Context, who, _ string) error {
	a, err := c.Account(ctx, who)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.Players {
		if c.Players[i].ID == a.ID {
			c.Players = append(c.Players[:i:i], c.Players[i+1:]...)
			break
		}
	}
	return nil
}
