package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
)

// patches implements command.Patches over the controller.
type patches struct{ s *Server }

func (v patches) controller() *release.Controller { return v.s.releases.controller }

// resolved is a request with the names of systems as the fleet has them.
func (v patches) resolved(p release.PatchRequest) (release.PatchRequest, error) {
	if len(p.Canary) == 0 {
		p.Canary = nil
		return p, nil
	}
	var err error
	p.Canary, err = v.s.units(p.Canary)
	return p, err
}

// PlanPatch implements command.Patches.
func (v patches) PlanPatch(ctx context.Context, p release.PatchRequest) (release.Outcome, error) {
	p, err := v.resolved(p)
	if err != nil {
		return release.Outcome{}, err
	}
	if p.Instance != "" {
		return release.Outcome{}, &code.Refusal{Code: code.RKind, Message: "a patch of one object changes no release, so there is nothing to plan; drop takes it off"}
	}
	return plan(v.controller().PlanPatch(ctx, p)), nil
}

// MakePatch implements command.Patches.
func (v patches) MakePatch(ctx context.Context, p release.PatchRequest) (*release.Patch, release.Outcome, error) {
	p, err := v.resolved(p)
	if err != nil {
		return nil, release.Outcome{}, err
	}
	if v.s.mesh != nil && p.Instance != "" && len(p.Canary) == 1 {
		if node := (nodes{v.s}).Away(ctx, "@"+p.Canary[0]); node != "" {
			return nil, release.Outcome{}, fmt.Errorf("the object is in %s, which runs on %s: patch it there (on %s COMMAND)", p.Canary[0], node, node)
		}
	}
	o, made := v.controller().Patch(ctx, p)
	return made, o, nil
}

// PromotePatch implements command.Patches.
func (v patches) PromotePatch(ctx context.Context, number int, author string) (release.Outcome, error) {
	said := v.s.shadows.ofPatch(number)
	o := v.controller().PromotePatch(ctx, number, author)
	o.Shadow = said
	return o, nil
}

// DropPatch implements command.Patches.
func (v patches) DropPatch(ctx context.Context, number int, author string) (release.Outcome, error) {
	return v.controller().Drop(ctx, number, author), nil
}

func (v patches) find(number int) (release.Patch, error) {
	for _, p := range v.controller().Patches() {
		if p.ID == number {
			return p, nil
		}
	}
	return release.Patch{}, fmt.Errorf("there is no patch #%d; patches --all lists them", number)
}

// ListPatches implements command.Patches.
func (v patches) ListPatches(context.Context) ([]command.Patched, error) {
	var out []command.Patched
	for _, p := range v.controller().Patches() {
		line := command.Patched{Patch: p, Errors: v.s.faults.since(p.Function, p.Release)}
		if p.Status == release.PatchOpen {
			line.Conflict = v.conflict(p)
		}
		out = append(out, line)
	}
	return out, nil
}

// conflict says in a few words why an open patch does not go with its file.
func (v patches) conflict(p release.Patch) string {
	_, _, _, err := v.merged(p.ID)
	var refusal *code.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal) && refusal.Code == code.RPatchConflict:
		return p.Path + " has changed since"
	}
	return err.Error()
}

// merged is the file on disk with the patch in it.
func (v patches) merged(number int) (path string, disk, want []byte, err error) {
	p, err := v.find(number)
	if err != nil {
		return "", nil, nil, err
	}
	path = filepath.Join(v.s.cfg.Scripts, filepath.FromSlash(p.Path))
	if disk, err = os.ReadFile(path); err != nil {
		return "", nil, nil, err
	}
	file := code.NewFile(p.Path, disk)
	fn, err := file.Function(p.Function)
	if err != nil {
		return "", nil, nil, err
	}
	if fn.Text != p.Base && fn.Text != p.Text {
		return "", nil, nil, &code.Refusal{Code: code.RPatchConflict, Message: fmt.Sprintf("%s has changed on disk since patch #%d was made:\n--- base\n%s\n--- patch\n%s\n--- disk\n%s",
			p.Function, number, p.Base, p.Text, fn.Text)}
	}
	want, err = file.Replace(p.Function, p.Code)
	return path, disk, want, err
}

// ExportPatch implements command.Patches.
func (v patches) ExportPatch(_ context.Context, number int) (string, error) {
	p, err := v.find(number)
	if err != nil {
		return "", err
	}
	_, disk, want, err := v.merged(number)
	if err != nil {
		return "", err
	}
	return unifiedDiff(v.s.cfg.Scripts, p.Path, string(disk), string(want)), nil
}

// savable refuses to write for all what was not meant for all, or no longer.
func (v patches) savable(number int) error {
	p, err := v.find(number)
	switch {
	case err != nil:
		return err
	case p.Instance != "":
		return &code.Refusal{Code: code.RKind, Message: fmt.Sprintf("patch #%d is for %s in %s only: in the file it would be for all. patch %s itself to save it", number, p.Instance, strings.Join(p.Canary, ", "), p.Function)}
	case p.Status == release.PatchDropped:
		return &code.Refusal{Code: code.RStale, Message: fmt.Sprintf("patch #%d is dropped: patch %s again to save it", number, p.Function)}
	case p.Canary != nil:
		return &code.Refusal{Code: code.RStale, Message: fmt.Sprintf("patch #%d is a canary on %s: in the file it would be for all. promote %d first", number, strings.Join(p.Canary, ", "), number)}
	}
	return nil
}

// SavePatch implements command.Patches. The file is replaced as an editor would,
// so that a crash leaves the old one or the new one.
func (v patches) SavePatch(_ context.Context, number int, author string) (string, error) {
	if err := v.savable(number); err != nil {
		return "", err
	}
	path, disk, want, err := v.merged(number)
	if err != nil || bytes.Equal(disk, want) {
		return path, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, want, info.Mode().Perm()); err != nil {
		return "", err
	}
	if err := os.Rename(tmp, path); err != nil {
		return "", err
	}
	v.s.log.Info("a patch was written to its file", "patch", number, "file", path, "by", author)
	return path, nil
}

// keepPatch implements release.Config.KeepPatch over the store.
func (s *Server) keepPatch(p *release.Patch) error {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	kept := store.Patch{ID: int64(p.ID), Release: p.Release, Function: p.Function, BaseHash: release.Hash(p.Base), Code: p.Code,
		Author: p.Author, Reason: p.Reason, Sticky: p.Sticky, Status: store.PatchStatus(p.Status), Canary: p.Canary}
	if p.Instance != "" {
		kept.Reason = strings.TrimSpace("for " + p.Instance + " only; " + p.Reason)
	}
	if p.ID != 0 {
		return s.store.SavePatch(ctx, kept)
	}
	made, err := s.store.AddPatch(ctx, kept)
	p.ID = int(made.ID)
	return err
}
