package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// ReleaseStatus says what became of a release.
type ReleaseStatus string

// The statuses. A release is queued when it is added; at most one is live.
const (
	ReleaseQueued     ReleaseStatus = "queued"      // known, not applied
	ReleaseCanary     ReleaseStatus = "canary"      // on some systems
	ReleaseLive       ReleaseStatus = "live"        // on all of them
	ReleaseReplaced   ReleaseStatus = "replaced"    // was live, a later one is
	ReleaseRolledBack ReleaseStatus = "rolled_back" // was live or canary and was taken back
	ReleaseRefused    ReleaseStatus = "refused"     // did not compile, or a system refused it
	ReleaseDropped    ReleaseStatus = "dropped"     // given up before it was applied
)

var releaseStatuses = []ReleaseStatus{ReleaseQueued, ReleaseCanary, ReleaseLive, ReleaseReplaced,
	ReleaseRolledBack, ReleaseRefused, ReleaseDropped}

// Release is one version of the scripts. Files maps paths under the script root
// to contents; lists leave it nil. Begun and Ended are the marks around its last
// commit, zero where there was none.
type Release struct {
	Number  int
	Hash    string
	Author  string
	Note    string
	Status  ReleaseStatus
	Created time.Time
	Begun   time.Time
	Ended   time.Time
	Files   map[string][]byte
	Changed int // files that are not as in the release before; in a list only
}

const releaseColumns = `number, hash, author, note, status, created, begun, ended`

const (
	insertRelease  = `INSERT INTO releases (hash, author, note, status, created) VALUES (?, ?, ?, ?, ?)`
	selectRelease  = `SELECT ` + releaseColumns + ` FROM releases WHERE number = ?`
	selectReleases = `SELECT ` + releaseColumns + `,
		(SELECT count(*) FROM release_files f WHERE f.release = number AND NOT EXISTS
			(SELECT 1 FROM release_files b WHERE b.release = number - 1 AND b.path = f.path AND b.blob = f.blob)) +
		(SELECT count(*) FROM release_files b WHERE b.release = number - 1 AND NOT EXISTS
			(SELECT 1 FROM release_files f WHERE f.release = number AND f.path = b.path))
		FROM releases ORDER BY number DESC LIMIT ?`
	selectLive    = `SELECT ` + releaseColumns + ` FROM releases WHERE status = 'live' ORDER BY number DESC LIMIT 1`
	selectUnended = `SELECT ` + releaseColumns + ` FROM releases WHERE begun > 0 AND ended = 0 ORDER BY number`
	selectNewest  = `SELECT number, hash, status, begun, ended FROM releases ORDER BY number DESC LIMIT 1`
	beginRelease  = `UPDATE releases SET begun = ?, ended = 0 WHERE number = ? AND (begun = 0 OR ended > 0)`
	finishRelease = `UPDATE releases SET ended = ?, status = ?, note = ? WHERE number = ?`
	markRelease   = `UPDATE releases SET status = ?, note = ? WHERE number = ?`
	rehashRelease = `UPDATE releases SET hash = ? WHERE number = ?`
	deleteFile    = `DELETE FROM release_files WHERE release = ? AND path = ?`
	replaceLive   = `UPDATE releases SET status = 'replaced' WHERE status = 'live' AND number <> ?`
	dropReleases  = `DELETE FROM releases WHERE number <= (SELECT max(number) FROM releases) - ?
		AND status <> 'live' AND NOT (begun > 0 AND ended = 0)`
	dropBlobs = `DELETE FROM blobs WHERE NOT EXISTS (SELECT 1 FROM release_files WHERE blob = blobs.id)`
)

// AddRelease keeps a release as queued and returns it with its number, one more
// than the last ever given. Hash, Author, Note and Files are the caller's; an
// empty Hash is made from the files. The oldest beyond Options.KeepReleases are
// dropped, but never the live one. Errors: ErrInvalid for a path that is not
// plain and relative.
func (s *Store) AddRelease(ctx context.Context, r Release) (Release, error) {
	const op = "add release"
	if err := plainPaths(op, r.Files); err != nil {
		return Release{}, err
	}
	r.Hash = cmp.Or(r.Hash, HashFiles(r.Files))
	packed := s.packer.packAll(r.Files)
	var made Release
	err := s.change(nobodys(ctx), op, func(t *tx) error {
		now := s.now()
		number, err := t.Insert(insertRelease, r.Hash, r.Author, r.Note, ReleaseQueued, now)
		if err != nil {
			return err
		}
		if err := t.addFiles(number, packed); err != nil {
			return err
		}
		made = Release{Number: int(number), Hash: r.Hash, Author: r.Author, Note: r.Note,
			Status: ReleaseQueued, Created: toTime(now), Files: r.Files}
		return t.dropOldReleases(s.opt.KeepReleases)
	})
	return made, err
}

// ShareRelease is AddRelease and BeginRelease of what several processes may have at the same
// moment, in one: where the newest release has the same files, and is live or about to be, it is
// that one, and nothing is added.
func (s *Store) ShareRelease(ctx context.Context, r Release) (number int, err error) {
	const op = "share release"
	if err := plainPaths(op, r.Files); err != nil {
		return 0, err
	}
	hash, packed := HashFiles(r.Files), s.packer.packAll(r.Files)
	err = s.change(nobodys(ctx), op, func(t *tx) error {
		var newest, begun, ended int64
		var has string
		var status ReleaseStatus
		found, err := t.Get([]any{&newest, &has, &status, &begun, &ended}, selectNewest)
		if err != nil {
			return err
		}
		if number = int(newest); found && has == hash && (status == ReleaseLive || begun > 0 && ended == 0) {
			return nil
		}
		now := s.now()
		made, err := t.Insert(insertRelease, hash, r.Author, r.Note, ReleaseQueued, now)
		if err != nil {
			return err
		}
		if err := t.addFiles(made, packed); err != nil {
			return err
		}
		if _, err := t.exec(beginRelease, now, made); err != nil {
			return err
		}
		number = int(made)
		return t.dropOldReleases(s.opt.KeepReleases)
	})
	return number, err
}

// AmendRelease puts files into a release, in the place of those with the same paths,
// without making another: files that nobody had loaded when they were saved. Its hash
// becomes that of what it holds. Errors: ErrNotFound, ErrInvalid for a path that is
// not plain and relative.
func (s *Store) AmendRelease(ctx context.Context, number int, files map[string][]byte) error {
	const op = "amend release"
	if err := plainPaths(op, files); err != nil {
		return err
	}
	all, err := s.Release(ctx, number)
	if err != nil {
		return err
	}
	maps.Copy(all.Files, files)
	packed := s.packer.packAll(files)
	return s.change(nobodys(ctx), op, func(t *tx) error {
		for path := range files {
			if _, err := t.exec(deleteFile, number, path); err != nil {
				return err
			}
		}
		if err := t.addFiles(int64(number), packed); err != nil {
			return err
		}
		if _, err := t.exec(rehashRelease, HashFiles(all.Files), number); err != nil {
			return err
		}
		_, err := t.exec(dropBlobs)
		return err
	})
}

func plainPaths(op string, files map[string][]byte) error {
	for path := range files {
		if !fs.ValidPath(path) || path == "." {
			return fail(op, ErrInvalid, fmt.Sprintf("%q is not a path under the script root", path))
		}
	}
	return nil
}

// BeginRelease marks that the release is about to be committed on the systems.
// Until FinishRelease it is in Unfinished. Errors: ErrNotFound, ErrConflict
// where it has begun already or is live.
func (s *Store) BeginRelease(ctx context.Context, number int) error {
	const op = "begin release"
	return s.change(nobodys(ctx), op, func(t *tx) error {
		r, err := t.release(op, number)
		if err != nil {
			return err
		}
		if r.Status == ReleaseLive {
			return fail(op, ErrConflict, fmt.Sprintf("release %d is live already", number))
		}
		begun, err := t.Update(beginRelease, s.now(), number)
		if err == nil && !begun {
			err = fail(op, ErrConflict, fmt.Sprintf("the commit of release %d has begun and not ended", number))
		}
		return err
	})
}

// FinishRelease marks the end of the commit and what came of it. A release that
// ends as live makes the one before it replaced, in the same transaction, so a
// rollback is to begin and finish the older release as live and then to mark the
// newer one as rolled back. An empty note keeps the old one.
func (s *Store) FinishRelease(ctx context.Context, number int, status ReleaseStatus, note string) error {
	const op = "finish release"
	return s.setRelease(ctx, op, number, status, func(t *tx, r Release) error {
		if r.Begun.IsZero() || !r.Ended.IsZero() {
			return fail(op, ErrConflict, fmt.Sprintf("release %d is not being committed", number))
		}
		_, err := t.exec(finishRelease, s.now(), status, cmp.Or(note, r.Note), number)
		return err
	})
}

// MarkRelease sets a status outside of a commit: a canary taken back, a queued
// release dropped. The live release stays live until another takes its place:
// ErrConflict. An empty note keeps the old one.
func (s *Store) MarkRelease(ctx context.Context, number int, status ReleaseStatus, note string) error {
	const op = "mark release"
	return s.setRelease(ctx, op, number, status, func(t *tx, r Release) error {
		if r.Status == ReleaseLive && status != ReleaseLive {
			return fail(op, ErrConflict, fmt.Sprintf("release %d is live: make another one live first", number))
		}
		_, err := t.exec(markRelease, status, cmp.Or(note, r.Note), number)
		return err
	})
}

func (s *Store) setRelease(ctx context.Context, op string, number int, status ReleaseStatus, set func(*tx, Release) error) error {
	if !slices.Contains(releaseStatuses, status) {
		return fail(op, ErrInvalid, fmt.Sprintf("%q is not a status of a release", status))
	}
	return s.change(nobodys(ctx), op, func(t *tx) error {
		r, err := t.release(op, number)
		if err != nil {
			return err
		}
		if err := set(t, r); err != nil {
			return err
		}
		if status == ReleaseLive {
			_, err = t.exec(replaceLive, number)
		}
		return err
	})
}

// Unfinished returns the releases whose commit had begun and not ended, oldest
// first: after a start, what a crash cut off. LiveRelease is still the one before
// them, whole; finish these as refused or, having committed them again, as live.
func (s *Store) Unfinished(ctx context.Context) ([]Release, error) {
	return query(ctx, s, "unfinished releases", scanRelease, selectUnended)
}

// Releases returns the newest releases, newest first, without their files: how many of
// these each changed.
func (s *Store) Releases(ctx context.Context, limit int) ([]Release, error) {
	return query(ctx, s, "releases", scanListed, selectReleases, limit)
}

// Release returns a release with its files, or ErrNotFound.
func (s *Store) Release(ctx context.Context, number int) (Release, error) {
	return s.wholeRelease(ctx, fmt.Sprintf("there is no release %d", number), selectRelease, number)
}

// LiveRelease returns the live release with its files, or ErrNotFound where none
// has been committed yet.
func (s *Store) LiveRelease(ctx context.Context) (Release, error) {
	return s.wholeRelease(ctx, "no release is live yet", selectLive)
}

func (s *Store) wholeRelease(ctx context.Context, none, text string, args ...any) (Release, error) {
	const op = "release"
	r, found, err := queryOne(ctx, s, op, scanRelease, text, args...)
	if err != nil {
		return Release{}, err
	}
	if !found {
		return Release{}, fail(op, ErrNotFound, none)
	}
	r.Files, err = s.releaseFiles(ctx, op, r.Number)
	return r, err
}

func (t *tx) release(op string, number int) (r Release, err error) {
	found := false
	err = t.each(func(row scanner) (err error) {
		r, err = scanRelease(row)
		found = true
		return err
	}, selectRelease, number)
	if err == nil && !found {
		err = fail(op, ErrNotFound, fmt.Sprintf("there is no release %d", number))
	}
	return r, err
}

// dropOldReleases keeps the newest; blobs that no release names go with them.
func (t *tx) dropOldReleases(keep int) error {
	dropped, err := t.Update(dropReleases, keep)
	if err != nil || !dropped {
		return err
	}
	_, err = t.exec(dropBlobs)
	return err
}

func scanRelease(row scanner) (r Release, err error) {
	var created, begun, ended int64
	err = row.Scan(&r.Number, &r.Hash, &r.Author, &r.Note, &r.Status, &created, &begun, &ended)
	r.Created, r.Begun, r.Ended = toTime(created), toTime(begun), toTime(ended)
	return r, err
}

// scanListed scans a release of the list.
func scanListed(row scanner) (r Release, err error) {
	var created, begun, ended int64
	err = row.Scan(&r.Number, &r.Hash, &r.Author, &r.Note, &r.Status, &created, &begun, &ended, &r.Changed)
	r.Created, r.Begun, r.Ended = toTime(created), toTime(begun), toTime(ended)
	return r, err
}

// HashFiles is the hash of a set of files: hex SHA-256 over each path, in order,
// and the SHA-256 of its content.
func HashFiles(files map[string][]byte) string {
	all := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		content := sha256.Sum256(files[path])
		fmt.Fprintf(all, "%s\x00%x\n", path, content)
	}
	return hex.EncodeToString(all.Sum(nil))
}
