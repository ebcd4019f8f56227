package server

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/data/store"
)

// TestCommitThatACrashCutShort leaves the store as a kill -9 between the first and
// the last system of a commit leaves it: the release is begun and not finished.
// The shard comes back on a whole release and says what happened.
func TestCommitThatACrashCutShort(t *testing.T) { // X13
	for _, production := range []bool{false, true} {
		t.Run(map[bool]string{false: "dev", true: "production"}[production], func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			cfg := operated(t, production)
			start(t, cfg).stop()
			kept, err := store.Open(ctx, filepath.Join(cfg.Data, "hotshard.db"), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			half, err := kept.AddRelease(ctx, store.Release{Author: "amy", Files: map[string][]byte{"main.lua": []byte("half = done")}})
			if err == nil {
				err = kept.BeginRelease(ctx, half.Number)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := kept.Close(); err != nil {
				t.Fatal(err)
			}

			s := start(t, cfg)
			amy := s.operator("amy", command.Admin)
			if got := amy.fee(s.systemNames(1)[0]); got != "15" {
				t.Errorf("the shard is not on a whole release: %s", got)
			}
			has(t, "the notice", strings.Join(s.identify().Notices, "\n"), "release 2 did not finish")
			if cut, err := s.store.Unfinished(ctx); err != nil || len(cut) != 0 {
				t.Errorf("still open: %+v %v", cut, err)
			}
			has(t, "the list", amy.do("release list"), "refused")
		})
	}
}
