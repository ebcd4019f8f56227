package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/script"
)

// fileFlag is for profile alone; patch has one that the operator's console reads.
var fileFlag = Flag{"--file", "FILE", "where on your machine the profile goes; profile-TIME.pb.gz in your folder where left out", nil}

func runProfile(ctx context.Context, s *Session, a Args) (Result, error) {
	system, during := "", a.For
	if len(a.Systems) > 0 {
		var err error
		if system, err = a.System(); err != nil {
			return Result{}, Refuse(CodeUsage, "%v", err)
		}
	}
	if len(a.Words) > 0 { // profile @Jita 10s
		d, err := ParseDuration(a.Words[0])
		if err != nil {
			return Result{}, Refuse(CodeUsage, "%v", err)
		}
		during = d
	}
	if during == 0 {
		during = defaultProfile
	}
	if during > maxProfile {
		return Result{}, Refuse(CodeUsage, "at most %v", maxProfile)
	}
	samples, pprof, err := s.Shard.Probe.Profile(ctx, system, during)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("function", "where", "self_ms:ms", "total_ms:ms", "calls"), None: "no Lua ran"}
	for _, l := range profileLines(samples) {
		t.Rows = append(t.Rows, []any{l.function, l.where, millis(l.self), millis(l.total), l.calls})
	}
	r := Result{Table: t}
	if len(pprof) > 0 {
		r.File = &File{Name: cmp.Or(a.Given(fileFlag), fmt.Sprintf("profile-%s.pb.gz", s.now().Format("20060102-150405"))), Data: pprof}
	}
	return r, a.none(1)
}

// profileLine is the share of one Lua function.
type profileLine struct {
	function, where string
	self, total     time.Duration
	calls           uint64
}

// profileLines adds samples up by function, the one that took longest first.
func profileLines(samples []script.ProfileSample) []profileLine {
	lines := map[string]*profileLine{}
	line := func(f script.ProfileFrame) *profileLine {
		l := lines[f.Function]
		if l == nil {
			l = &profileLine{function: f.Function, where: f.Place}
			lines[f.Function] = l
		}
		return l
	}
	for _, s := range samples {
		seen := map[string]bool{}
		for i, f := range s.Stack {
			l := line(f)
			if i == 0 {
				l.self += s.Time
				l.calls += uint64(s.Count)
			}
			if !seen[f.Function] {
				seen[f.Function] = true
				l.total += s.Time
			}
		}
	}
	out := make([]profileLine, 0, len(lines))
	for _, l := range lines {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b profileLine) int {
		return cmp.Or(cmp.Compare(b.self, a.self), cmp.Compare(a.function, b.function))
	})
	return out
}
