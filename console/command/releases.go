package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotshard/runtime/release"
)

// Releases keeps the versions of the scripts. Numbers are those of releases;
// 0 as the target means what waits in the queue.
type Releases interface {
	ListReleases(ctx context.Context, limit int) ([]Release, error)
	// Diff is a unified diff of the sources of two releases; to 0 is the queue.
	Diff(ctx context.Context, from, to int) (string, error)
	// Plan says what going to a release would do.
	Plan(ctx context.Context, to int) (release.Outcome, error)
	// PlanPromote says what Promote of the same would do, PlanRollback what Rollback
	// would.
	PlanPromote(ctx context.Context, w release.Wish) (release.Outcome, error)
	PlanRollback(ctx context.Context, to int) (release.Outcome, error)
	// Verdicts says how the changes do that are watched, and did that were: those
	// that run first.
	Verdicts(ctx context.Context) (open, closed []release.Verdicted, err error)
	// TestPromote runs, on a production shard, the tests of what Promote of the same
	// would change.
	TestPromote(ctx context.Context, w release.Wish) (Tested, error)
	// Canaries lists those that run, as release.Status does.
	Canaries() map[int]int
	// Promote does what is wished; its units are systems as operators name them.
	Promote(ctx context.Context, w release.Wish, author string) (release.Outcome, error)
	// Rollback goes back to an earlier release everywhere; 0 is the one before.
	Rollback(ctx context.Context, to int, author string) (release.Outcome, error)
	// Freeze keeps all changes of code out, over a restart too; Thaw lets them in
	// again, and applies what was saved meanwhile where that needs no promote.
	Freeze(ctx context.Context, reason, author string) error
	Thaw(ctx context.Context, author string) (release.Outcome, error)
	// Stragglers lists frames that still run code of older releases.
	Stragglers(ctx context.Context) ([]Task, error)
}

// ReleaseState is how a release stands, as the list says it.
type ReleaseState string

// The states of releases.
const (
	ReleaseCurrent    ReleaseState = "current"
	ReleaseCanary     ReleaseState = "canary"
	ReleaseQueued     ReleaseState = "queued"
	ReleaseSuperseded ReleaseState = "superseded"
	ReleaseRolledBack ReleaseState = "rolled back"
)

// Release is one line about a release.
type Release struct {
	Number  int
	Hash    string
	Author  string
	At      time.Time
	Message string
	Files   int // changed in it
	State   ReleaseState
	Systems int // that run it
}

func init() {
	offered := func(s Shard) bool { return s.Releases != nil }
	register([]Command{{
		Name: "release list", Short: "the releases of the scripts, latest first, and what waits in the queue",
		Example: "release list --limit 5", Flags: []Flag{limitFlag}, Offered: offered, Run: runReleaseList,
	}, {
		Name: "release show", Args: "[N]", Short: "what a release changed",
		Example: "release show 41", Offered: offered, Run: runReleaseShow,
	}, {
		Name: "release diff", Args: "[FROM] [TO]", Short: "the difference of two releases; without TO, of what waits in the queue",
		Example: "release diff 40 41", Offered: offered, Run: runReleaseDiff,
	}, {
		Name: "release plan", Args: "[N]", Short: "what promoting the queue, or going to a release, would do",
		Example: "release plan --against 5m @Jita", Flags: []Flag{againstFlag}, Offered: offered, Run: runReleasePlan,
	}, {
		Name: "release promote", Args: "[N]", Short: "apply what waits in the queue, on canary systems or everywhere",
		Example: "release promote --canary @Jita", Role: Operator, Changes: true,
		Flags: []Flag{canaryFlag, confirmFlag, planFlag, despiteFlag}, Reloads: reallyDone, Offered: offered, Run: runReleasePromote,
	}, {
		Name: "release rollback", Args: "[N]", Short: "go back to a release, or to the one before",
		Example: "release rollback 40", Role: Operator, Changes: true, Rescue: true,
		Flags: []Flag{confirmFlag, planFlag}, Reloads: reallyDone, Offered: offered, Run: runReleaseRollback,
	}, {
		Name: "stragglers", Short: "frames that still run code of older releases, and where they wait",
		Example: "stragglers", Offered: offered, Run: runStragglers,
	}, {
		Name: "canaries", Short: "how the changes do that are watched: calls, errors, time, verdict, what to do next; --all: also those that were",
		Example: "canaries", Flags: []Flag{allFlag}, Offered: offered, Run: runCanaries,
	}, {
		Name: "freeze", Args: "[WHY]", Short: freezeShort, Example: "freeze fleet fight in progress", Role: Operator, Changes: true, Rescue: true, Offered: offered, Run: runFreeze,
	}, {
		Name: "reload freeze", Args: "[WHY]", Short: "the same as freeze", Example: "reload freeze fleet fight in progress",
		Role: Operator, Changes: true, Rescue: true, Offered: offered, Run: runFreeze,
	}, {
		Name: "thaw", Short: thawShort, Example: "thaw", Role: Operator, Changes: true, Offered: offered, Run: runThaw,
	}, {
		Name: "reload thaw", Short: "the same as thaw", Example: "reload thaw", Role: Operator, Changes: true, Offered: offered, Run: runThaw,
	}})
}

// What freezing does, and its exceptions.
const (
	freezeShort = "let no change of code in until thaw, over a restart too: patch, promote, drop, rollback, canaries and unload are refused, saved files wait. " +
		"Only what goes back by itself because it fails goes on; lua, restart and task stop change no code"
	thawShort = "let changes of code in again; saved files that waited are applied (in production they wait for promote)"
)

// releaseNumber reads the i-th word: 41, r41 or, where it may be left out, 0.
func releaseNumber(a Args, i int) (int, error) {
	w := a.Word(i)
	if w == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(w, "r"))
	if err != nil || n <= 0 {
		return 0, Refuse(CodeUsage, "%q is not the number of a release", w)
	}
	return n, a.none(i + 1)
}

func runReleaseList(ctx context.Context, s *Session, a Args) (Result, error) {
	limit := a.Limit
	if limit == 0 {
		limit = 20
	}
	all, err := s.Shard.Releases.ListReleases(ctx, limit)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("release", "state", "systems", "files", "author", "at:time", "hash:hash", "message"), None: "no releases"}
	for _, r := range all {
		t.Rows = append(t.Rows, []any{r.Number, string(r.State), r.Systems, r.Files, r.Author, moment(r.At), r.Hash, r.Message})
	}
	return Result{Table: t}, a.none(0)
}

// before is the release a diff to n starts from.
func before(n int) int { return max(n-1, 0) }

func runReleaseShow(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := releaseNumber(a, 0)
	if err != nil {
		return Result{}, err
	}
	if n == 0 {
		n = s.Shard.Identify().Release
	}
	return diff(ctx, s, before(n), n)
}

func runReleaseDiff(ctx context.Context, s *Session, a Args) (Result, error) {
	from, err := releaseNumber(Args{Words: a.Words[:min(1, len(a.Words))]}, 0)
	if err != nil {
		return Result{}, err
	}
	to, err := releaseNumber(a, 1)
	if err != nil {
		return Result{}, err
	}
	if from == 0 {
		from = s.Shard.Identify().Release
	}
	return diff(ctx, s, from, to)
}

func diff(ctx context.Context, s *Session, from, to int) (Result, error) {
	d, err := s.Shard.Releases.Diff(ctx, from, to)
	if err != nil {
		return Result{}, err
	}
	if d == "" {
		return text("no difference"), nil
	}
	return Result{Text: d}, nil
}

func runReleasePlan(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := releaseNumber(a, 0)
	if err != nil {
		return Result{}, err
	}
	if a.Has(againstFlag) {
		return runShadowRelease(ctx, s, a, n)
	}
	p, err := s.Shard.Releases.Plan(ctx, n)
	if err != nil {
		return Result{}, err
	}
	return planned(p, a), nil
}

func runReleasePromote(ctx context.Context, s *Session, a Args) (Result, error) {
	w, err := wish(a)
	if err != nil {
		return Result{}, err
	}
	if a.Plan {
		p, err := s.Shard.Releases.PlanPromote(ctx, w)
		if err != nil {
			return Result{}, err
		}
		return planned(p, a), nil
	}
	if len(a.Canary) == 0 {
		if w, err = promoteToAll(s, a, w); err != nil {
			return Result{}, err
		}
	}
	if err := tested(ctx, s, a, w); err != nil {
		return Result{}, err
	}
	o, err := s.Shard.Releases.Promote(ctx, w, s.Who)
	if err != nil {
		return Result{}, err
	}
	r := outcomes(s, a, o)
	if o.Verdict == release.Apply && len(a.Canary) > 0 && !a.JSON {
		r.Text += fmt.Sprintf("\ncanaries says how it does; release promote %d takes it to all systems, release rollback %d takes it back", o.Release, o.Release)
	}
	return r, nil
}

// wish reads what is to run where: [N] and --canary, among whose systems may be
// shares of all, to which it then goes on by itself.
func wish(a Args) (w release.Wish, err error) {
	if w.Release, err = releaseNumber(a, 0); err != nil {
		return w, err
	}
	var shares []float64
	for _, name := range a.Canary {
		percent, isShare := strings.CutSuffix(name, "%")
		if !isShare {
			w.Units = append(w.Units, name)
			continue
		}
		n, err := strconv.ParseFloat(percent, 64)
		if err != nil || !(n > 0 && n < 100) {
			return w, Refuse(CodeUsage, "%s is no share of the systems: write 10%%", name)
		}
		shares = append(shares, n/100)
	}
	if shares != nil {
		slices.Sort(shares)
		w.Rollout = &release.Rollout{Shares: shares}
	}
	return w, nil
}

// promoteToAll asks for the shard's name, and for the role, where a release goes
// to every system without having been a canary on any. One that is a canary may go as
// such only: it may be taken back before this is done. Without a number it is the
// canary of saved files that counts; that of a patch is another matter.
func promoteToAll(s *Session, a Args, w release.Wish) (release.Wish, error) {
	for number, patch := range s.Shard.Releases.Canaries() {
		if number == w.Release || w.Release == 0 && patch == 0 {
			w.Release, w.Tried = number, true
			return w, nil
		}
	}
	if s.Role < Admin && s.Shard.Identify().Production {
		return w, Refuse(CodeRole, "to promote without a canary takes the role admin; --canary @SYSTEM first")
	}
	return w, confirm(s, a, "promote without a canary")
}

func runReleaseRollback(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := releaseNumber(a, 0)
	if err != nil {
		return Result{}, err
	}
	current := s.Shard.Identify().Release
	if a.Plan {
		p, err := s.Shard.Releases.PlanRollback(ctx, n)
		if err != nil {
			return Result{}, err
		}
		return planned(p, a), nil
	}
	if n != 0 && current-n > 1 {
		if err := confirm(s, a, fmt.Sprintf("roll back %d releases", current-n)); err != nil {
			return Result{}, err
		}
	}
	o, err := s.Shard.Releases.Rollback(ctx, n, s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, o), nil
}

func runStragglers(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Releases.Stragglers(ctx)
	if err != nil {
		return Result{}, err
	}
	return Result{Table: taskTable(all, "no frame runs older code")}, a.none(0)
}

func runFreeze(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := s.Shard.Releases.Freeze(ctx, strings.Join(a.Words, " "), s.Who); err != nil {
		return Result{}, err
	}
	return text("frozen at r%d: saved files wait, every other change of code is refused until thaw", s.Shard.Identify().Release), nil
}

func runThaw(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	o, err := s.Shard.Releases.Thaw(ctx, s.Who)
	if err != nil {
		return Result{}, err
	}
	if err := refusalIn(o); err != nil {
		return Result{}, err
	}
	if o.Verdict == release.Ignore {
		return text("thawed; nothing waited"), nil
	}
	return text("thawed; %s", sentence(o)), nil
}
