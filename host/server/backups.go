package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"hotshard/data/store"
	"hotshard/host/metrics"
	"hotshard/runtime/clock"
)

// Backups says where a shard keeps copies of its database that it makes by itself, once
// a day while it runs.
type Backups struct {
	Dir  string // "": none are made
	At   string // the time of day, HH:MM in UTC; DefaultBackupAt where ""
	Keep int    // how many stay there; DefaultBackupKeep where 0
}

// When backups are made, and how many are kept, where nobody says otherwise.
const (
	DefaultBackupAt   = "04:00"
	DefaultBackupKeep = 7
)

// backupRetry is how long after a backup that failed the next is tried.
const backupRetry = time.Hour

const (
	backupSuffix = ".backup"
	backupTime   = "20060102T150405Z" // sorts as it counts
)

// fill refuses what cannot be, and makes the folder.
func (b *Backups) fill() error {
	b.At = cmp.Or(b.At, DefaultBackupAt)
	if _, err := time.Parse("15:04", b.At); err != nil {
		return fmt.Errorf("--backup-at is a time of day in UTC such as %s, not %q", DefaultBackupAt, b.At)
	}
	if b.Dir == "" {
		return nil
	}
	if b.Keep = cmp.Or(b.Keep, DefaultBackupKeep); b.Keep < 0 {
		return errors.New("--backup-keep cannot be negative: it is how many backups stay")
	}
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return fmt.Errorf("--backups: %w", err)
	}
	return nil
}

// before is the last moment up to now at which a backup was to be made.
func (b *Backups) before(now time.Time) time.Time {
	at, _ := time.Parse("15:04", b.At) // fill has looked
	now = now.UTC()
	day := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	if day.After(now) {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// backups makes the copies. One goroutine runs it.
type backups struct {
	Backups
	store string
	shard string
	clock clock.Clock
	log   *slog.Logger
	retry time.Time // not before

	last, size, failed atomic.Int64 // for figures: when in Unix seconds, its bytes, how often none came of it
}

func newBackups(cfg *Config, log *slog.Logger) *backups {
	return &backups{Backups: cfg.Backups, store: cfg.Store, shard: cfg.Shard, clock: cfg.Clock, log: log}
}

// run looks once a minute whether a backup is due: also when the shard did not run at
// the time of day.
func (b *backups) run(ctx context.Context) {
	if b.Dir == "" {
		return
	}
	b.tidy()
	t := b.clock.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case now := <-t.Chan():
			b.look(ctx, now)
		case <-ctx.Done():
			return
		}
	}
}

// look makes a backup if one is due.
func (b *backups) look(ctx context.Context, now time.Time) {
	if now.Before(b.retry) || b.newest(b.kept()).After(b.before(now)) {
		return
	}
	if err := b.make(ctx, now); err != nil && ctx.Err() == nil {
		b.failed.Add(1)
		b.retry = now.Add(backupRetry)
		b.log.Error("the daily backup was not made; it is tried again in an hour", "dir", b.Dir, "error", err)
	}
}

// make writes a backup, proves its books, and drops those that are too old then.
func (b *backups) make(ctx context.Context, now time.Time) error {
	file := filepath.Join(b.Dir, b.name(now))
	began := time.Now()
	done, err := store.Backup(ctx, b.store, file)
	if err != nil {
		return err
	}
	b.last.Store(now.Unix())
	b.size.Store(done.Bytes)
	if !done.Books.OK() {
		b.log.Error("the books of the daily backup are wrong", "file", file, "audit", done.Books.String())
	}
	b.log.Info("the daily backup is made", "file", file, "bytes", done.Bytes, "audit", done.Books.String(), "took", time.Since(began).Round(time.Millisecond))
	for _, old := range b.tooOld(b.kept()) {
		if err := os.Remove(filepath.Join(b.Dir, old)); err != nil {
			return err
		}
	}
	return nil
}

func (b *backups) name(at time.Time) string {
	return b.shard + "-" + at.UTC().Format(backupTime) + backupSuffix
}

// kept are the files that this has written, the oldest first.
func (b *backups) kept() []string {
	all, _ := os.ReadDir(b.Dir) // what cannot be read cannot be written, and that is told
	var names []string
	for _, f := range all {
		if _, ok := b.moment(f.Name()); ok && f.Type().IsRegular() {
			names = append(names, f.Name())
		}
	}
	slices.Sort(names)
	return names
}

// moment is when a backup of this shard was made, by its name.
func (b *backups) moment(name string) (time.Time, bool) {
	rest, ours := strings.CutPrefix(name, b.shard+"-")
	rest, whole := strings.CutSuffix(rest, backupSuffix)
	at, err := time.Parse(backupTime, rest)
	return at, ours && whole && err == nil
}

// newest is the moment of the last of the names, none for none.
func (b *backups) newest(names []string) (at time.Time) {
	if len(names) > 0 {
		at, _ = b.moment(names[len(names)-1])
	}
	return at
}

func (b *backups) tooOld(names []string) []string {
	return names[:max(0, len(names)-b.Keep)]
}

// tidy removes what a shard that was killed while it copied has left.
func (b *backups) tidy() {
	left, _ := filepath.Glob(filepath.Join(b.Dir, ".backup-*"))
	for _, dir := range left {
		_ = os.RemoveAll(dir) // it is in nobody's way but the disk's
	}
	b.last.Store(max(0, b.newest(b.kept()).Unix()))
}

// Figures implements metrics.Part.
func (b *backups) Figures(to metrics.Sheet) {
	if b.Dir == "" {
		return
	}
	to.Put(metrics.BackupLast, float64(b.last.Load()))
	to.Put(metrics.BackupBytes, float64(b.size.Load()))
	to.Put(metrics.BackupFailures, float64(b.failed.Load()))
}
