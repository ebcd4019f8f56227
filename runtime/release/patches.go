package release

import (
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/script/code"
)

// patches are all that are open, and the last that were, oldest first.
type patches struct {
	all    []*Patch
	lastID int
	keepIt func(*Patch) error // writes one down; may be nil
	now    func() time.Time
}

func (k *patches) add(list ...*Patch) {
	for _, p := range list {
		k.all = append(k.all, p)
		k.lastID = max(k.lastID, p.ID)
	}
	k.forget()
}

// maxOver is how many patches that are closed stay at hand; the store has all.
const maxOver = 200

// forget lets go of those that were closed before so many others. Whoever walks through the
// list walks through the one before.
func (k *patches) forget() {
	closed := len(k.all) - k.count()
	if closed <= maxOver {
		return
	}
	kept := make([]*Patch, 0, len(k.all))
	for _, p := range k.all {
		if p.Status == PatchOpen || closed <= maxOver {
			kept = append(kept, p)
			continue
		}
		closed--
	}
	k.all = kept
}

// count is how many are open.
func (k *patches) count() (n int) {
	for _, p := range k.all {
		if p.Status == PatchOpen {
			n++
		}
	}
	return n
}

// on is the open patch of all units in a file, nil for none.
func (k *patches) on(path string) *Patch {
	for _, p := range k.openExcept("") {
		if p.Path == path {
			return p
		}
	}
	return nil
}

// closeAll drops those that are laid over files that are gone: all but those of
// objects.
func (k *patches) closeAll() {
	for _, p := range k.all {
		if p.Status == PatchOpen && p.Instance == "" {
			k.close(p, PatchDropped)
		}
	}
}

// supersede ends the open patches that one takes the place of.
func (k *patches) supersede(p *Patch) {
	for _, old := range k.all {
		if old != p && old.Function == p.Function && old.Status == PatchOpen && old.Instance == "" && old.Canary == nil {
			k.close(old, PatchDropped)
		}
	}
}

// keep writes a patch down and gives a new one its number.
func (k *patches) keep(p *Patch) error {
	var err error
	if k.keepIt != nil {
		err = k.keepIt(p)
	}
	if p.ID == 0 {
		p.ID = k.lastID + 1
	}
	k.lastID = max(k.lastID, p.ID)
	return err
}

func (k *patches) close(p *Patch, status PatchStatus) {
	p.Status = status
	defer k.forget()
	_ = k.keep(p) // it is off either way; the store says what it could not write
}

// openExcept lists the open patches of all units but one function's.
func (k *patches) openExcept(function string) []*Patch {
	var out []*Patch
	for _, p := range k.all {
		if p.Status == PatchOpen && p.Canary == nil && p.Function != function {
			out = append(out, p)
		}
	}
	return out
}

// carry keeps patches whose function is unchanged on disk, closes those
// that the disk has caught up with, and refuses where both changed.
func (k *patches) carry(was, disk *code.Release) (carried, error) {
	var out carried
	for _, p := range k.all {
		if p.Status != PatchOpen || p.Canary != nil {
			continue
		}
		file := disk.Files[p.Path]
		if file == nil {
			return out, &code.Refusal{Code: code.RPatchConflict, Subject: p.Function, File: p.Path, Message: "is patched and its file is gone; drop the patch first"}
		}
		fn, err := file.Function(p.Function)
		switch {
		case err == nil && fn.Text == p.Text:
			out.merged = append(out.merged, p)
		case err == nil && fn.Text == p.Base:
			out.open = append(out.open, p)
			if old := was.Files[p.Path]; old == nil || old.Hash != file.Hash {
				out.warnings = append(out.warnings, code.Warning{Code: code.WPatched, Subject: p.Function,
					Detail: fmt.Sprintf("patch #%d by %s stays on top, age %s", p.ID, p.Author, k.now().Sub(p.At).Round(time.Second))})
			}
		default:
			if _, syntax := file.Functions(); syntax != nil {
				return out, syntax
			}
			r := &code.Refusal{Code: code.RPatchConflict, Subject: p.Function, File: p.Path, Line: fn.Line,
				Message: fmt.Sprintf("changed on disk and is patched (#%d by %s); drop the patch, or save it to the file, and save again", p.ID, p.Author)}
			r.Trace = threeWay(p, fn.Text)
			return out, r
		}
	}
	return out, nil
}

func (k *patches) closeMerged(c carried) {
	for _, p := range c.merged {
		k.close(p, PatchMerged)
	}
}

// open is an open patch of all units by its number, or nil.
func (k *patches) open(number int) *Patch {
	for _, p := range k.all {
		if number != 0 && p.ID == number && p.Status == PatchOpen && p.Canary == nil && p.Instance == "" {
			return p
		}
	}
	return nil
}

// CodeUnwritten is the code of a patch, or of a way back, that is done and not in the
// store: a restart forgets it.
const CodeUnwritten = "W-UNWRITTEN"

func unwritten(p *Patch, err error) code.Warning {
	return code.Warning{Code: CodeUnwritten, Subject: p.Function, Detail: "the patch is live but could not be written down: " + err.Error()}
}

// carried is what becomes of the open patches when files change on disk.
type carried struct {
	open, merged []*Patch
	warnings     []code.Warning
}

// threeWay shows what the patch was made on, what it says and what the disk says.
func threeWay(p *Patch, disk string) string {
	return "--- base\n" + p.Base + "\n--- patch\n" + p.Text + "\n--- disk\n" + disk
}

// Overlay lays patches over the files on disk. It changes neither.
func Overlay(disk *code.Release, patches []*Patch) (*code.Release, error) {
	sources := map[string][]byte{}
	var names []string
	for _, p := range patches {
		names = append(names, p.Function)
		file := disk.Files[p.Path]
		if src, ok := sources[p.Path]; ok {
			file = code.NewFile(p.Path, src)
		}
		if file == nil {
			return nil, &code.Refusal{Code: code.RPatchConflict, Subject: p.Function, File: p.Path, Message: "the patched file is gone; drop the patch"}
		}
		src, err := file.Replace(p.Function, p.Code)
		if err != nil {
			return nil, err
		}
		sources[p.Path] = src
	}
	to := disk.With(disk.Number, sources)
	to.Patched = names
	return to, nil
}

// read takes the patched function's text from a release that the patch is in.
func (p *Patch) read(r *code.Release) {
	if fn, err := r.Files[p.Path].Function(p.Function); err == nil {
		p.Text = fn.Text
	}
}

// Restore sorts patches that were open when the shard stopped: those that are
// sticky and whose function is unchanged on disk are in force again, the others
// are left out. Text and Path are filled in.
func Restore(disk *code.Release, open []*Patch) (kept, left []*Patch) {
	for _, p := range open {
		file, fn, err := FindFunction(disk, p.Function)
		if err == nil && p.Sticky && len(p.Canary) == 0 && Hash(fn.Text) == p.Base {
			p.Path, p.Base, p.Canary = file.Path, fn.Text, nil
			if to, err := Overlay(disk, append(slices.Clone(kept), p)); err == nil {
				p.read(to)
				kept = append(kept, p)
				continue
			}
		}
		left = append(left, p)
	}
	return kept, left
}
