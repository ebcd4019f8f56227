package command

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/release"
	"hotshard/runtime/script/syntax"
)

// errTwo is what stops a command of one person, on a shard that wants two pairs of
// eyes, at the moment when it would reach everybody. By then all it checks has been
// checked: role, arguments, names, the shard's name as typed.
var errTwo = errors.New("that takes a second person")

// guarded is the shard for one person alone: what reaches every system, every player
// or a service, of which there is one for all, or changes the world past the scripts,
// is not done. What takes back (rollback, drop, freeze, cancel) and what concerns
// single players is: nobody should have to look for a colleague in an emergency.
func (s Shard) guarded() Shard {
	g := guard{s}
	if s.Power != nil {
		s.Power = guardedPower{s.Power}
	}
	if s.Upgrader != nil {
		s.Upgrader = guardedUpgrader{}
	}
	if s.Systems != nil {
		s.Systems = guardedSystems{s.Systems, g}
	}
	if s.Reload != nil && !s.Identify().Production {
		s.Reload = guardedReload{s.Reload} // in production the file waits for promote
	}
	if s.Lua != nil {
		s.Lua = guardedLua{s.Lua}
	}
	if s.Releases != nil {
		s.Releases = guardedReleases{s.Releases, g}
	}
	if s.Patches != nil {
		s.Patches = guardedPatches{s.Patches, g}
	}
	if s.Unloader != nil {
		s.Unloader = guardedUnloader{}
	}
	if s.Community != nil {
		s.Community = guardedCommunity{s.Community}
	}
	return s
}

type guard struct{ shard Shard }

// everybody says whether a change of some systems concerns all: none are named, or a
// service is among them.
func (g guard) everybody(ctx context.Context, systems []string) bool {
	if len(systems) == 0 {
		return true
	}
	if g.shard.Services == nil {
		return false
	}
	all, err := g.shard.Services.ListServices(ctx)
	return err != nil || slices.ContainsFunc(all, func(v Service) bool {
		return slices.ContainsFunc(systems, func(name string) bool { return strings.EqualFold(name, v.Name) })
	})
}

type guardedPower struct{ Power }

func (guardedPower) Shutdown(context.Context, time.Duration, string, string) error { return errTwo }

type guardedUpgrader struct{}

func (guardedUpgrader) Upgrade(context.Context, UpgradeWish, string) (Upgraded, error) {
	return Upgraded{}, errTwo
}

type guardedSystems struct {
	Systems
	guard guard
}

func (y guardedSystems) Restart(ctx context.Context, name, author string) (int, error) {
	if y.guard.everybody(ctx, []string{name}) {
		return 0, errTwo
	}
	return y.Systems.Restart(ctx, name, author)
}

type guardedReload struct{ Reload }

func (guardedReload) Accept(context.Context, string, string) ([]release.Outcome, error) {
	return nil, errTwo
}

type guardedLua struct{ Lua }

func (l guardedLua) Eval(ctx context.Context, e Eval) (Evaluated, error) {
	if !e.Write || e.Expression {
		return l.Lua.Eval(ctx, e)
	}
	if _, err := syntax.Parse([]byte(e.Code), "console"); err != nil {
		return Evaluated{}, Refuse(CodeUsage, "%v", err)
	}
	return Evaluated{}, errTwo
}

type guardedReleases struct {
	Releases
	guard guard
}

func (r guardedReleases) Promote(ctx context.Context, w release.Wish, author string) (release.Outcome, error) {
	if w.Rollout == nil && !r.guard.everybody(ctx, w.Units) {
		return r.Releases.Promote(ctx, w, author)
	}
	plan, err := r.Releases.PlanPromote(ctx, w)
	return release.Outcome{}, sound(plan, err)
}

// sound is errTwo for a change that would go through, else why it would not.
func sound(plan release.Outcome, err error) error {
	return cmp.Or(err, refusalIn(plan), errTwo)
}

type guardedPatches struct {
	Patches
	guard guard
}

func (p guardedPatches) MakePatch(ctx context.Context, q release.PatchRequest) (*release.Patch, release.Outcome, error) {
	if !p.guard.everybody(ctx, q.Canary) {
		return p.Patches.MakePatch(ctx, q)
	}
	plan, err := p.Patches.PlanPatch(ctx, q)
	return nil, release.Outcome{}, sound(plan, err)
}

func (p guardedPatches) PromotePatch(ctx context.Context, number int, _ string) (release.Outcome, error) {
	all, err := p.Patches.ListPatches(ctx)
	if err != nil {
		return release.Outcome{}, err
	}
	if !slices.ContainsFunc(all, func(q Patched) bool { return q.ID == number }) {
		return release.Outcome{}, Refuse(CodeFailed, "there is no open patch %d", number)
	}
	return release.Outcome{}, errTwo
}

type guardedUnloader struct{}

func (guardedUnloader) Unload(context.Context, string, string) (release.Outcome, error) {
	return release.Outcome{}, errTwo
}

type guardedCommunity struct{ Community }

func (c guardedCommunity) Delete(ctx context.Context, who, _ string) error {
	if _, err := c.Community.Account(ctx, who); err != nil {
		return err
	}
	return errTwo
}
