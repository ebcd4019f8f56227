package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// PatchStatus says what became of a patch.
type PatchStatus string

// The statuses. Open and exported patches are in force; the other two are final.
const (
	PatchOpen     PatchStatus = "open"
	PatchExported PatchStatus = "exported" // handed out as a diff, not in the files yet
	PatchMerged   PatchStatus = "merged"   // the files have it
	PatchDropped  PatchStatus = "dropped"  // taken back
)

// Patch is a change of one function that an operator made from the console. The
// store keeps ID, Created and Changed; Function, BaseHash, Code, Author and
// Reason stay as they were added.
type Patch struct {
	ID       int64
	Release  int    // the release it is in force as, or was made on
	Function string // "services.market.buy", "m:helper"
	BaseHash string // of the source it replaces
	Code     string
	Author   string
	Reason   string
	Sticky   bool // comes back after a restart while the base still matches
	Status   PatchStatus
	Canary   []string // names of the systems it is on; empty: all
	Created  time.Time
	Changed  time.Time
}

const patchColumns = `id, release, function, base_hash, code, author, reason, sticky, status, canary, created, changed`

const (
	insertPatch = `INSERT INTO patches (release, function, base_hash, code, author, reason, sticky, status, canary, created, changed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectPatch   = `SELECT ` + patchColumns + ` FROM patches WHERE id = ?`
	selectPatches = `SELECT ` + patchColumns + ` FROM patches WHERE ? = '' OR ? LIKE '%,' || status || ',%' ORDER BY id`
	statusOfPatch = `SELECT status FROM patches WHERE id = ?`
	updatePatch   = `UPDATE patches SET release = ?, sticky = ?, status = ?, canary = ?, changed = ? WHERE id = ?`
)

// AddPatch keeps a patch as open and returns it with its id and times.
func (s *Store) AddPatch(ctx context.Context, p Patch) (Patch, error) {
	const op = "add patch"
	if p.Function == "" || p.Author == "" {
		return Patch{}, fail(op, ErrInvalid, "a patch names a function and an author")
	}
	canary, err := encodeCanary(op, p.Canary)
	if err != nil {
		return Patch{}, err
	}
	made := p
	err = s.change(nobodys(ctx), op, func(t *tx) (err error) {
		now := s.now()
		made.Status, made.Created, made.Changed = PatchOpen, toTime(now), toTime(now)
		made.ID, err = t.Insert(insertPatch, p.Release, p.Function, p.BaseHash, p.Code, p.Author, p.Reason, p.Sticky, PatchOpen, canary, now, now)
		return err
	})
	return made, err
}

// SavePatch changes the patch's Release, Sticky, Status and Canary. Errors:
// ErrNotFound, and ErrConflict where it was dropped or merged before.
func (s *Store) SavePatch(ctx context.Context, p Patch) error {
	const op = "save patch"
	if !slices.Contains([]PatchStatus{PatchOpen, PatchExported, PatchMerged, PatchDropped}, p.Status) {
		return fail(op, ErrInvalid, fmt.Sprintf("%q is not a status of a patch", p.Status))
	}
	canary, err := encodeCanary(op, p.Canary)
	if err != nil {
		return err
	}
	return s.change(nobodys(ctx), op, func(t *tx) error {
		var was PatchStatus
		found, err := t.Get([]any{&was}, statusOfPatch, p.ID)
		switch {
		case err != nil:
			return err
		case !found:
			return noPatch(op, p.ID)
		case was == PatchMerged || was == PatchDropped:
			return fail(op, ErrConflict, fmt.Sprintf("patch %d is %s already: make a new one", p.ID, was))
		}
		_, err = t.exec(updatePatch, p.Release, p.Sticky, p.Status, canary, s.now(), p.ID)
		return err
	})
}

// Patch returns the patch with the id, or ErrNotFound.
func (s *Store) Patch(ctx context.Context, id int64) (Patch, error) {
	const op = "patch"
	p, found, err := queryOne(ctx, s, op, scanPatch, selectPatch, id)
	if err == nil && !found {
		err = noPatch(op, id)
	}
	return p, err
}

// Patches returns the patches with one of the statuses, or all, oldest first.
func (s *Store) Patches(ctx context.Context, statuses ...PatchStatus) ([]Patch, error) {
	set := ""
	for _, st := range statuses {
		set += "," + string(st)
	}
	if set != "" {
		set += ","
	}
	return query(ctx, s, "patches", scanPatch, selectPatches, set, set)
}

func scanPatch(row scanner) (p Patch, err error) {
	var canary string
	var created, changed int64
	if err := row.Scan(&p.ID, &p.Release, &p.Function, &p.BaseHash, &p.Code, &p.Author, &p.Reason,
		&p.Sticky, &p.Status, &canary, &created, &changed); err != nil {
		return p, err
	}
	p.Created, p.Changed = toTime(created), toTime(changed)
	if err := json.Unmarshal([]byte(canary), &p.Canary); err != nil {
		return p, &Error{Op: "patch", Kind: ErrCorrupt, Message: fmt.Sprintf("the canary systems of patch %d are damaged: set them anew", p.ID), Err: err}
	}
	return p, nil
}

func encodeCanary(op string, systems []string) (string, error) {
	if len(systems) == 0 {
		return "[]", nil
	}
	return encodeValue(op, "the canary systems", systems)
}

func noPatch(op string, id int64) error {
	return fail(op, ErrNotFound, fmt.Sprintf("there is no patch %d", id))
}
