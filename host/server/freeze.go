package server

import (
	"context"
	"fmt"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

// shardSpace is the namespace of the store's values that the shard keeps for itself,
// and freezeKey where it keeps who has frozen changes: a crash in the fight that they
// were frozen for must not let them in.
const (
	shardSpace = "shard"
	freezeKey  = "freeze"
)

// keepFreeze implements release.Config.KeepFreeze over the store.
func (s *Server) keepFreeze(f *release.Freeze) error {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	if f == nil {
		return s.store.Put(store.Free(ctx), shardSpace, freezeKey, nil)
	}
	return s.store.Put(store.Free(ctx), shardSpace, freezeKey, map[string]world.Value{"by": f.By, "why": f.Why, "at": f.At.UTC().Format(time.RFC3339Nano)})
}

// storedFreeze reads what keepFreeze wrote.
func (s *Server) storedFreeze(ctx context.Context) (*release.Freeze, error) {
	v, err := s.store.Get(ctx, shardSpace, freezeKey)
	if err != nil || v == nil {
		return nil, err
	}
	kept, _ := v.(map[string]world.Value)
	by, _ := kept["by"].(string)
	why, _ := kept["why"].(string)
	at, _ := kept["at"].(string)
	f := &release.Freeze{By: by, Why: why}
	if f.At, err = time.Parse(time.RFC3339Nano, at); err != nil || by == "" {
		return nil, fmt.Errorf("the store says that changes are frozen, and not by whom: %v", v)
	}
	return f, nil
}

// Freeze implements command.Releases.
func (v keptReleases) Freeze(ctx context.Context, reason, author string) error {
	if err := v.controller().Freeze(ctx, author, reason); err != nil {
		return err
	}
	v.s.log.Warn("changes of code are frozen: saved files wait, everything else is refused", "by", author, "reason", reason)
	return nil
}

// Thaw implements command.Releases.
func (v keptReleases) Thaw(ctx context.Context, author string) (release.Outcome, error) {
	o := v.controller().Thaw(ctx, author)
	if o.Verdict != release.Refuse {
		v.s.log.Warn("changes of code are let in again", "by", author)
	}
	return o, nil
}
