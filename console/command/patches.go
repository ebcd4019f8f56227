package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"hotshard/runtime/release"
)

// Patches changes single functions of the running shard.
type Patches interface {
	// PlanPatch says what a patch would do.
	PlanPatch(ctx context.Context, p release.PatchRequest) (release.Outcome, error)
	// MakePatch applies one, on its systems only or everywhere.
	MakePatch(ctx context.Context, p release.PatchRequest) (*release.Patch, release.Outcome, error)
	// PromotePatch takes a patch from its canary systems to all.
	PromotePatch(ctx context.Context, number int, author string) (release.Outcome, error)
	// DropPatch brings back the function's code from disk.
	DropPatch(ctx context.Context, number int, author string) (release.Outcome, error)
	ListPatches(ctx context.Context) ([]Patched, error)
	// ExportPatch is a unified diff against the file on disk, or a Conflict.
	ExportPatch(ctx context.Context, number int) (string, error)
	// SavePatch writes the patch into the file on disk and returns its name.
	SavePatch(ctx context.Context, number int, author string) (string, error)
}

// Patched is a patch and how it does.
type Patched struct {
	release.Patch
	Errors   uint64 // of the function, since it was made
	Conflict string // why it cannot be saved into its file as that is now, "" where it can
}

// The flags of patch alone.
var (
	onFlag        = Flag{"--on", "EXPR", "a Lua expression: only this one object", nil}
	stickyFlag    = Flag{"--sticky", "", "make it again after a restart, if its base still matches", nil}
	supersedeFlag = Flag{"--supersede", "", "replace an open patch of the same function", nil}
)

func init() {
	offered := func(s Shard) bool { return s.Patches != nil }
	register([]Command{{
		Name: "patch", Args: "FUNCTION = CODE", Short: "give one function new code in the running shard; at a terminal, without CODE, in your editor",
		Example: "patch --canary @Jita --reason overflow market.fee = function(price) return price * 0.01 end",
		Role:    Operator, Changes: true, Code: true, Lua: true, Takes: []Kind{FunctionWord},
		Flags:   []Flag{planFlag, againstFlag, canaryFlag, onFlag, reasonFlag, stickyFlag, supersedeFlag, confirmFlag},
		Reloads: reallyDone,
		Offered: offered, Run: runPatch,
	}, {
		Name: "patches", Short: "open patches: who, when, why, on which base",
		Example: "patches", Flags: []Flag{allFlag}, Offered: offered, Run: runPatches,
	}, {
		Name: "promote", Args: "N", Short: "take a patch from its canary systems to all",
		Example: "promote 3", Role: Operator, Changes: true, Flags: []Flag{confirmFlag}, Reloads: anyway, Offered: offered, Run: runPatchPromote,
	}, {
		Name: "drop", Args: "N", Short: "end a patch: the function runs the code on disk again",
		Example: "drop 3", Role: Operator, Changes: true, Rescue: true, Reloads: anyway, Offered: offered, Run: runPatchDrop,
	}, {
		Name: "export", Args: "N", Short: "a patch as a unified diff against the file on disk",
		Example: "export 3", Offered: offered, Run: runPatchExport,
	}, {
		Name: "patch save", Args: "N", Short: "write a patch into the file on disk",
		Example: "patch save 3", Role: Operator, Changes: true, Offered: offered, Run: runPatchSave,
	}})
}

func runPatch(ctx context.Context, s *Session, a Args) (Result, error) {
	switch {
	case a.Word(0) == "":
		return Result{}, Refuse(CodeUsage, "patch what? patch m.f = function(...) ... end")
	case a.Code == "" && s.Interactive && s.Shard.Probe != nil:
		src, err := s.Shard.Probe.Source(ctx, "", a.Word(0))
		if err != nil {
			return Result{}, err
		}
		return Result{Text: src.Code}, Refuse(CodeEdit, "edit %s", src.Function)
	case a.Code == "":
		return Result{}, Refuse(CodeUsage, "no code given: patch %s = function(...) ... end", a.Word(0))
	}
	p := release.PatchRequest{Function: a.Word(0), Instance: a.Given(onFlag), Code: a.Code, Canary: a.Canary, Reason: a.Reason,
		Author: s.Who, Sticky: a.Has(stickyFlag), Supersede: a.Has(supersedeFlag), Session: s.Seat}
	if a.Has(againstFlag) {
		return runShadowPatch(ctx, s, a, p)
	}
	if len(a.Systems) > 0 {
		return Result{}, Refuse(CodeUsage, "what is @%s for? --canary @%s patches it there only, --against DURATION @%s says what would come out differently", a.Systems[0], a.Systems[0], a.Systems[0])
	}
	if a.Plan {
		plan, err := s.Shard.Patches.PlanPatch(ctx, p)
		if err != nil {
			return Result{}, err
		}
		return planned(plan, a), nil
	}
	if len(p.Canary) == 0 {
		if s.Role < Admin && s.Shard.Identify().Production {
			return Result{}, Refuse(CodeRole, "to patch everywhere at once takes the role admin; --canary @SYSTEM first")
		}
		if err := confirm(s, a, "patch without a canary"); err != nil {
			return Result{}, err
		}
	}
	made, o, err := s.Shard.Patches.MakePatch(ctx, p)
	if err != nil {
		return Result{}, err
	}
	r := outcomes(s, a, o)
	if o.Verdict == release.Apply && !a.JSON {
		r.Text = fmt.Sprintf("patch #%d of %s\n%s%s", made.ID, made.Function, r.Text, afterPatch(*made))
	}
	return r, nil
}

// What a patch that is open is called, by how far it has gone.
const (
	patchCanary = "canary"
	patchLive   = "live"
)

// patchState is how a patch stands, in a word.
func patchState(p release.Patch) string {
	switch {
	case p.Status != release.PatchOpen:
		return string(p.Status)
	case p.Canary != nil && p.Instance == "":
		return patchCanary
	}
	return patchLive
}

// afterPatch says how to go on with a patch.
func afterPatch(p release.Patch) string {
	switch {
	case patchState(p) == patchCanary:
		return fmt.Sprintf("\ncanaries says how it does; promote %d takes it to all systems, drop %d takes it back", p.ID, p.ID)
	case p.Instance != "":
		return fmt.Sprintf("\ndrop %d takes it back", p.ID)
	}
	return fmt.Sprintf("\ncanaries says how it does; drop %d takes it back", p.ID)
}

func runPatches(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Patches.ListPatches(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("patch", "function", "state", "systems", "calls", "errors", "error_rate", "time_ms:ms", "time_before_ms:ms", "verdict", "next", "author", "at:time", "release", "base:hash", "sticky", "conflict", "reason"),
		None: "no open patches"}
	watched, err := s.Shard.verdicts(ctx)
	if err != nil {
		return Result{}, err
	}
	for _, p := range all {
		if p.Status != release.PatchOpen && !a.All {
			continue
		}
		name := p.Function
		if p.Instance != "" {
			name += " on " + p.Instance
		}
		w := watched[p.ID]
		t.Rows = append(t.Rows, []any{p.ID, name, patchState(p.Patch), list(p.Canary), w.Calls, max(int(p.Errors), w.Errors), w.Rate, millis(tookNow(w)), millis(w.MeanThen), w.Verdict, w.Next, p.Author, moment(p.At), p.Release, release.Hash(p.Base), p.Sticky, p.Conflict, p.Reason})
	}
	return Result{Table: t}, a.none(0)
}

// patchNumber reads the one word: 3 or #3.
func patchNumber(a Args) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(a.Word(0), "#"))
	if err != nil || n <= 0 {
		return 0, Refuse(CodeUsage, "which patch? patches lists their numbers")
	}
	return n, a.none(1)
}

func runPatchPromote(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := patchNumber(a)
	if err != nil {
		return Result{}, err
	}
	if err := confirm(s, a, fmt.Sprintf("promote patch #%d to all systems", n)); err != nil {
		return Result{}, err
	}
	return withPatch(ctx, s, a, s.Shard.Patches.PromotePatch)
}

func runPatchDrop(ctx context.Context, s *Session, a Args) (Result, error) {
	return withPatch(ctx, s, a, s.Shard.Patches.DropPatch)
}

func withPatch(ctx context.Context, s *Session, a Args, do func(context.Context, int, string) (release.Outcome, error)) (Result, error) {
	n, err := patchNumber(a)
	if err != nil {
		return Result{}, err
	}
	o, err := do(ctx, n, s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, o), nil
}

func runPatchExport(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := patchNumber(a)
	if err != nil {
		return Result{}, err
	}
	d, err := s.Shard.Patches.ExportPatch(ctx, n)
	return Result{Text: d}, err
}

func runPatchSave(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := patchNumber(a)
	if err != nil {
		return Result{}, err
	}
	file, err := s.Shard.Patches.SavePatch(ctx, n, s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("patch #%d is in %s", n, file), nil
}
