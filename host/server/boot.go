package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// firstRelease is what the shard starts on, with the patches that lie over it. In
// development that is what is on the disk. A production shard, and one that is
// frozen, starts on the release that was live when it stopped, whatever was saved
// since: that waits like any other saved file. Either way only sticky patches are in force again.
func (s *Server) firstRelease() (*code.Release, []*release.Patch, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, err := s.watcher.Scan(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(b.Changed) == 0 {
		return nil, nil, fmt.Errorf("there are no scripts in %s: --scripts names their folder", s.watcher.Status().Root)
	}
	if s.cfg.Cluster.on() {
		return s.clusterRelease(ctx, b.Changed)
	}
	return s.beginRelease(ctx, b.Changed)
}

// beginRelease is firstRelease with what the disk holds.
func (s *Server) beginRelease(ctx context.Context, onDisk map[string][]byte) (disk *code.Release, kept []*release.Patch, err error) {
	if err := s.closeUnfinished(ctx); err != nil {
		return nil, nil, err
	}
	if s.frozen, err = s.storedFreeze(ctx); err != nil {
		return nil, nil, err
	}
	open, err := s.storedPatches(ctx)
	if err != nil {
		return nil, nil, err
	}
	live, err := s.store.LiveRelease(ctx)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	sources := onDisk
	if known {
		if sources, err = s.choose(ctx, live, open, onDisk); err != nil {
			return nil, nil, err
		}
	}
	disk = code.NewRelease(live.Number, sources)
	if kept, err = s.restorePatches(disk, open); err != nil {
		return nil, nil, err
	}
	full, err := release.Overlay(disk, kept)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkTypes(full); err != nil {
		return nil, nil, err
	}
	s.noticeBroken(full)
	if known && live.Hash == store.HashFiles(sourcesOf(full)) {
		return disk, kept, nil
	}
	j := journal{s.store, false}
	number, err := j.Begin(full, "disk", "at the start")
	if err != nil {
		return nil, nil, err
	}
	return disk.Numbered(number), kept, j.Finish(number, release.StandingLive, "at the start")
}

// choose decides between what the disk says and what was live, without patches.
func (s *Server) choose(ctx context.Context, live store.Release, open []*release.Patch, disk map[string][]byte) (map[string][]byte, error) {
	before, err := s.withoutPatches(ctx, live, open)
	switch {
	case err != nil:
		return nil, err
	case store.HashFiles(before) == store.HashFiles(disk):
		return disk, nil
	case s.cfg.Production || s.frozen != nil:
		until := "promote"
		if s.frozen != nil {
			until = "thaw"
		}
		s.notice("the shard runs release %d, as it did when it stopped; the scripts on disk differ and wait for %s", live.Number, until)
		s.startQueue = disk
		return before, nil
	}
	changed := code.NewRelease(0, before).Changed(code.NewRelease(0, disk))
	s.notice("the scripts on disk are not those of release %d, the last that was live: they changed outside a reload: %s", live.Number, strings.Join(changed, ", "))
	return disk, nil
}

// noticeBroken says at the start which scripts do not compile: systems hear of it
// only when they wake. The shard starts nevertheless, so that it can be mended.
func (s *Server) noticeBroken(r *code.Release) {
	for _, path := range slices.Sorted(maps.Keys(r.Files)) {
		if err := r.Files[path].Check(); err != nil {
			s.notice("at the start the scripts did not compile: %v", err)
		}
	}
}

// checkTypes reads the types that the shard starts with. Without them nothing in the game
// is what it is, so that a mistake there is an error; a script that names what no type is
// called is told of.
func (s *Server) checkTypes(r *code.Release) error {
	data, err := s.types.Data(r)
	if err != nil {
		return fmt.Errorf("the types are no good: %w", err)
	}
	for _, f := range bindings.UnknownTypes(r, data) {
		s.notice("at the start a script names a type that there is not: %s", f)
	}
	return nil
}

func sourcesOf(r *code.Release) map[string][]byte {
	files := make(map[string][]byte, len(r.Files))
	for path, f := range r.Files {
		files[path] = f.Source
	}
	return files
}

// maxSearched is how many releases are read back to find what a patch was laid over.
const maxSearched = 50

// withoutPatches is the release's files with the patched functions as they were
// before. The store keeps the hash of what a patch was laid over; the text is in an
// earlier release.
func (s *Server) withoutPatches(ctx context.Context, live store.Release, open []*release.Patch) (map[string][]byte, error) {
	r := code.NewRelease(live.Number, live.Files)
	for _, p := range open {
		file, fn, err := release.FindFunction(r, p.Function)
		if len(p.Canary) > 0 || err != nil || release.Hash(fn.Text) == p.Base {
			continue
		}
		for n := p.Release - 1; n > 0 && n > p.Release-maxSearched; n-- {
			old, err := s.store.Release(ctx, n)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if _, was, err := release.FindFunction(code.NewRelease(n, old.Files), p.Function); err == nil && release.Hash(was.Text) == p.Base {
				r = r.With(r.Number, map[string][]byte{file.Path: file.Splice(fn, was.Text)})
				break
			}
		}
	}
	return sourcesOf(r), nil
}

// closeUnfinished looks for commits that a crash cut short, and for canaries. Their
// systems are gone with the process, so nothing is half applied: they count as
// refused, and as rolled back.
func (s *Server) closeUnfinished(ctx context.Context) error {
	cut, err := s.store.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, r := range cut {
		s.notice("the commit of release %d did not finish: the shard stopped in the middle of it", r.Number)
		if err := s.store.FinishRelease(ctx, r.Number, store.ReleaseRefused, "the shard stopped in the middle of the commit"); err != nil {
			return err
		}
	}
	recent, err := s.store.Releases(ctx, maxSearched)
	if err != nil {
		return err
	}
	for _, r := range recent {
		if r.Status != store.ReleaseCanary {
			continue
		}
		s.notice("release %d was a canary when the shard stopped; no system runs it now", r.Number)
		if err := s.store.MarkRelease(ctx, r.Number, store.ReleaseRolledBack, "the shard stopped while it was a canary"); err != nil {
			return err
		}
	}
	return nil
}

// storedPatches reads the patches that were open when the shard stopped. Their Base
// is a hash.
func (s *Server) storedPatches(ctx context.Context) ([]*release.Patch, error) {
	stored, err := s.store.Patches(ctx, store.PatchOpen, store.PatchExported)
	if err != nil {
		return nil, err
	}
	var open []*release.Patch
	for _, p := range stored {
		open = append(open, &release.Patch{ID: int(p.ID), Function: p.Function, Base: p.BaseHash, Code: p.Code, Author: p.Author, Reason: p.Reason,
			At: p.Created, Release: p.Release, Sticky: p.Sticky, Canary: p.Canary, Status: release.PatchOpen})
	}
	return open, nil
}

// restorePatches lays sticky patches over the disk again, and says of each open
// patch what became of it.
func (s *Server) restorePatches(disk *code.Release, open []*release.Patch) ([]*release.Patch, error) {
	kept, left := release.Restore(disk, open)
	for _, p := range kept {
		s.notice("patch #%d of %s by %s (%s, %s old) is in force again: %s", p.ID, p.Function, p.Author, p.At.Format("2006-01-02 15:04"), s.age(p.At), p.Reason)
	}
	for _, p := range left {
		s.notice("patch #%d of %s by %s (%s, %s old) is NOT in force: %s", p.ID, p.Function, p.Author, p.At.Format("2006-01-02 15:04"), s.age(p.At), whyLeft(p))
		p.Status = release.PatchDropped
		if err := s.keepPatch(p); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

func (s *Server) age(at time.Time) time.Duration {
	return s.cfg.Clock.Now().Sub(at).Round(time.Second)
}

func whyLeft(p *release.Patch) string {
	switch {
	case len(p.Canary) > 0:
		return "it was a canary on " + strings.Join(p.Canary, ", ")
	case !p.Sticky:
		return "it was not made --sticky"
	}
	return "the function is not the one it was made for"
}

// notice is a line that every operator reads on connecting, and that the audit log
// keeps.
func (s *Server) notice(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.notices = append(s.notices, text)
	s.log.Warn(text)
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	if _, err := s.store.Audit(ctx, store.AuditEntry{Who: "shard", From: "start", Kind: "start", Command: "start", Outcome: text, Detail: map[string]world.Value{}}); err != nil {
		s.log.Error("the audit log could not be written", "error", err)
	}
}
