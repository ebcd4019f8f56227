package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

func patchCommands() []Command {
	offered := func(s Shard) bool { return s.Patches != nil }
	return []Command{{
		Name: "patch", Args: "FUNCTION = CODE", Short: "give one function new code in the running shard; at a terminal, without CODE, in your editor",
		Example: "patch --canary @Jita --reason overflow market.fee = function(price) return price * 0.01 end",
		Role:    Operator, Changes: true, Code: true, Lua: true, Takes: []Kind{FunctionWord},
		Flags:   []string{"--plan", "--canary", "--on", "--reason", "--sticky", "--supersede", "--confirm"},
		Reloads: reallyDone,
		Offered: offered, Run: runPatch,
	}, {
		Name: "patches", Short: "open patches: who, when, why, on which base",
		Example: "patches", Flags: []string{"--all"}, Offered: offered, Run: runPatches,
	}, {
		Name: "promote", Args: "N", Short: "take a patch from its canary systems to all",
		Example: "promote 3", Role: Operator, Changes: true, Flags: []string{"--confirm"}, Reloads: anyway, Offered: offered, Run: runPatchPromote,
	}, {
		Name: "drop", Args: "N", Short: "end a patch: the function runs the code on disk again",
		Example: "drop 3", Role: Operator, Changes: true, Rescue: true, Reloads: anyway, Offered: offered, Run: runPatchDrop,
	}, {
		Name: "export", Args: "N", Short: "a patch as a unified diff against the file on disk",
		Example: "export 3", Offered: offered, Run: runPatchExport,
	}, {
		Name: "patch save", Args: "N", Short: "write a patch into the file on disk",
		Example: "patch save 3", Role: Operator, Changes: true, Offered: offered, Run: runPatchSave,
	}}
}

func runPatch(ctx context.Context, s *Session, a Args) (Result, error) {
	switch {
	case a.Word(0) == "":
		return Result{}, refuse(CodeUsage, "patch what? patch m.f = function(...) ... end")
	case a.Code == "" && s.Interactive && s.Shard.Probe != nil:
		src, err := s.Shard.Probe.Source(ctx, "", a.Word(0))
		if err != nil {
			return Result{}, err
		}
		return Result{Text: src.Code}, refuse(CodeEdit, "edit %s", src.Function)
	case a.Code == "":
		return Result{}, refuse(CodeUsage, "no code given: patch %s = function(...) ... end", a.Word(0))
	}
	p := PatchRequest{Function: a.Word(0), Instance: a.On, Code: a.Code, Systems: a.Canary, Reason: a.Reason,
		Author: s.Who, Sticky: a.Sticky, Supersede: a.Supersede, Session: s.Seat}
	if a.Plan {
		plan, err := s.Shard.Patches.PlanPatch(ctx, p)
		if err != nil {
			return Result{}, err
		}
		return planned(plan, a), nil
	}
	if len(p.Systems) == 0 {
		if s.Role < Admin && s.Shard.Identify().Production {
			return Result{}, refuse(CodeRole, "to patch everywhere at once takes the role admin; --canary @SYSTEM first")
		}
		if err := confirm(s, a, "patch without a canary"); err != nil {
			return Result{}, err
		}
	}
	made, o, err := s.Shard.Patches.MakePatch(ctx, p)
	if err != nil {
		return Result{}, err
	}
	r := outcomes(s, a, []Outcome{o})
	if o.Verdict == Applied && !a.JSON {
		r.Text = fmt.Sprintf("patch #%d of %s\n%s%s", made.Number, made.Function, r.Text, afterPatch(made))
	}
	return r, nil
}

// afterPatch says how to go on with a patch.
func afterPatch(p Patch) string {
	switch {
	case p.State == PatchCanary:
		return fmt.Sprintf("\ncanaries says how it does; promote %d takes it to all systems, drop %d takes it back", p.Number, p.Number)
	case p.Instance != "":
		return fmt.Sprintf("\ndrop %d takes it back", p.Number)
	}
	return fmt.Sprintf("\ncanaries says how it does; drop %d takes it back", p.Number)
}

func runPatches(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Patches.ListPatches(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("patch", "function", "state", "systems", "calls", "errors", "error_rate", "time_ms:ms", "time_before_ms:ms", "verdict", "next", "author", "at:time", "release", "base:hash", "sticky", "reason"),
		None: "no open patches"}
	watched, err := s.Shard.verdicts(ctx)
	if err != nil {
		return Result{}, err
	}
	for _, p := range all {
		closed := p.State == PatchDropped || p.State == PatchMerged
		if closed && !a.All {
			continue
		}
		name := p.Function
		if p.Instance != "" {
			name += " on " + p.Instance
		}
		w := watched[p.Number]
		t.Rows = append(t.Rows, []any{p.Number, name, p.State, list(p.Systems), max(float64(p.Calls), w.Calls), max(int(p.Errors), w.Errors), w.Rate, millis(w.now()), millis(w.MeanThen), w.Verdict, w.Next, p.Author, moment(p.At), p.Release, p.Base, p.Sticky, p.Reason})
	}
	return Result{Table: t}, a.none(0)
}

// patchNumber reads the one word: 3 or #3.
func patchNumber(a Args) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(a.Word(0), "#"))
	if err != nil || n <= 0 {
		return 0, refuse(CodeUsage, "which patch? patches lists their numbers")
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

func withPatch(ctx context.Context, s *Session, a Args, do func(context.Context, int, string) (Outcome, error)) (Result, error) {
	n, err := patchNumber(a)
	if err != nil {
		return Result{}, err
	}
	o, err := do(ctx, n, s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, []Outcome{o}), nil
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
