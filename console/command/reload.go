package command

import (
	"context"
	"fmt"
	"strings"
	"time"
)

func reloadCommands() []Command {
	offered := func(s Shard) bool { return s.Reload != nil }
	return []Command{{
		Name: "reload", Short: "read the scripts on disk now and apply what differs (queue it, in production)",
		Example: "reload", Role: Operator, Changes: true, Offered: offered, Run: runReload,
	}, {
		Name: "reload wait", Short: "wait until everything saved so far is applied, refused or held",
		Example: "reload wait --for 10s", Flags: []string{"--for"}, Offered: offered, Run: runReloadWait,
	}, {
		Name: "reload status", Short: "how the disk is watched, what is held, the last outcomes",
		Example: "reload status", Offered: offered, Run: runReloadStatus,
	}, {
		Name: "reload accept", Args: "FILE", Short: "take a file as it is on disk that is held because it seems to be cut off",
		Example: "reload accept lib/ship.lua", Role: Operator, Changes: true, Offered: offered, Run: runReloadAccept,
	}, {
		Name: "unload", Args: "MODULE", Short: "take a module out of the shard whose file was deleted or emptied",
		Example: "unload lib.old", Role: Operator, Changes: true, Flags: []string{"--confirm"}, Reloads: anyway,
		Offered: func(s Shard) bool { return s.Unloader != nil }, Run: runUnload,
	}}
}

func runUnload(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, refuse(CodeUsage, "unload which module?")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	if err := confirm(s, a, "unload "+a.Word(0)); err != nil {
		return Result{}, err
	}
	o, err := s.Shard.Unloader.Unload(ctx, a.Word(0), s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, []Outcome{o}), nil
}

func runReload(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	got, err := s.Shard.Reload.Now(ctx, s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, got), nil
}

func runReloadAccept(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, refuse(CodeUsage, "accept which file? reload status lists what is held")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	got, err := s.Shard.Reload.Accept(ctx, a.Word(0), s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, got), nil
}

func runReloadWait(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	if a.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.For, fmt.Errorf("not settled within %v", a.For))
		defer cancel()
	}
	got, err := s.Shard.Reload.Wait(ctx)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return Result{}, cause
		}
		return Result{}, err
	}
	return outcomes(s, a, got), nil
}

// outcomes shows what became of changes: sentences for people, a list for
// machines. A refusal among them makes the command fail.
func outcomes(s *Session, a Args, got []Outcome) Result {
	var r Result
	var lines []string
	t := &Table{Columns: columns("verdict", "release", "code", "message", "files", "warnings", "systems", "took_ms:ms", "at:time")}
	for _, o := range got {
		lines = append(lines, o.String())
		if o.Verdict == Refused {
			r.Failed = o.String()
		}
		warnings := make([]string, len(o.Warnings))
		for i, w := range o.Warnings {
			warnings[i] = w.String()
		}
		t.Rows = append(t.Rows, []any{string(o.Verdict), o.Release, o.Code, o.Message, list(o.Files), warnings, o.Systems, millis(o.Took), moment(o.At)})
	}
	if a.JSON {
		r.Table = t
		return r
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("nothing to apply: release %d is what is on disk", s.Shard.Identify().Release)}
	}
	r.Text = strings.Join(lines, "\n")
	return r
}

// String is an outcome as a sentence, with a line for each warning.
func (o Outcome) String() string {
	var b strings.Builder
	b.WriteString(string(o.Verdict))
	if o.Verdict == Applied {
		fmt.Fprintf(&b, " r%d", o.Release)
	}
	if o.Code != "" {
		b.WriteString(" " + o.Code)
	}
	if o.Message != "" {
		b.WriteString(": " + o.Message)
	} else if len(o.Files) > 0 {
		b.WriteString(": " + some(o.Files, 5))
	}
	if o.Verdict == Applied && o.Systems > 0 {
		fmt.Fprintf(&b, " (%s", count(o.Systems, "system"))
		if o.Took > 0 {
			fmt.Fprintf(&b, ", %v", o.Took.Round(time.Millisecond))
		}
		b.WriteString(")")
	}
	for _, w := range o.Warnings {
		b.WriteString("\n  " + w.String())
	}
	return b.String()
}

// String is "W-DELETED m.f: detail".
func (w Warning) String() string {
	s := strings.TrimSpace(w.Code + " " + w.Subject)
	if w.Detail != "" {
		s += ": " + w.Detail
	}
	return s
}

// some lists the first few names and counts the rest.
func some(names []string, few int) string {
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

func runReloadStatus(ctx context.Context, s *Session, a Args) (Result, error) {
	st, err := s.Shard.Reload.Status(ctx)
	if err != nil {
		return Result{}, err
	}
	age := time.Duration(0)
	if !st.LastScan.IsZero() {
		age = time.Since(st.LastScan)
	}
	last := make([]string, len(st.Last))
	for i, o := range st.Last {
		last[i] = o.String()
	}
	t := &Table{One: true, Columns: columns("release", "frozen", "frozen_by", "frozen_why", "frozen_since:time", "root", "watcher", "reason", "files", "pending", "queued", "last_scan_age_ms:ms", "holds", "last")}
	id := s.Shard.Identify()
	t.Rows = [][]any{{id.Release, id.Frozen, id.FrozenBy, id.FrozenWhy, moment(id.FrozenAt), st.Root, st.Mode, st.Reason, st.Files, st.Pending, st.Queued, millis(age), list(st.Holds), last}}
	return Result{Table: t}, a.none(0)
}
