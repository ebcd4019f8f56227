package server

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hotshard/data/store"
)

// TestDailyBackups lets days go by: there is one backup a day, the oldest go, files of
// others stay, and what is kept can be restored.
func TestDailyBackups(t *testing.T) {
	cfg := config(t)
	cfg.Backups = Backups{Dir: filepath.Join(t.TempDir(), "b"), Keep: 3}
	s := start(t, cfg)
	b := s.backups
	other := filepath.Join(b.Dir, "other-20200101T000000Z.backup")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for hour := range 24 * 5 {
		b.look(context.Background(), time.Date(2026, 3, 1, hour, 30, 0, 0, time.UTC))
	}
	want := []string{"20260303T043000Z", "20260304T043000Z", "20260305T043000Z"}
	for i := range want {
		want[i] = b.shard + "-" + want[i] + ".backup"
	}
	if got := b.kept(); !slices.Equal(got, want) {
		t.Errorf("kept are %v", got)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("a file of another shard is gone")
	}
	done, err := store.Restore(context.Background(), filepath.Join(b.Dir, want[2]), filepath.Join(t.TempDir(), "restored.db"))
	if err != nil || !done.Books.OK() {
		t.Errorf("%v %v", done, err)
	}
}

// TestABackupThatFailsIsTriedAgain has a folder that is none, for a while.
func TestABackupThatFailsIsTriedAgain(t *testing.T) {
	s := start(t, config(t))
	b := &backups{Backups: Backups{Dir: filepath.Join(t.TempDir(), "b"), At: DefaultBackupAt, Keep: 1}, store: s.cfg.Store, shard: "x", log: slog.New(slog.DiscardHandler)}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b.look(context.Background(), at)
	b.look(context.Background(), at.Add(time.Minute))
	if n := b.failed.Load(); n != 1 {
		t.Errorf("%d failures", n)
	}
	if err := os.MkdirAll(filepath.Join(b.Dir, ".backup-left"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.tidy()
	b.look(context.Background(), at.Add(backupRetry))
	all, _ := filepath.Glob(filepath.Join(b.Dir, "*"))
	if len(all) != 1 || b.last.Load() != at.Add(backupRetry).Unix() {
		t.Errorf("%v, last %d", all, b.last.Load())
	}
}

func TestBackupsThatCannotBe(t *testing.T) {
	for _, b := range []Backups{{Dir: t.TempDir(), At: "25:00"}, {Dir: t.TempDir(), Keep: -1}, {Dir: "/dev/null/x"}} {
		cfg := config(t)
		cfg.Backups = b
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v is taken", b)
		}
	}
}
