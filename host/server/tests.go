package server

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/host/testworld"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

// How long tests may take: those of a save, beside the game, and those that a
// promotion waits for.
const (
	saveTestsTime    = 15 * time.Second
	promoteTestsTime = time.Minute
)

// savedTests runs, on a development shard, the tests of what was saved: one after the
// other, on a goroutine of its own and in worlds of their own, so that the game does
// not notice. A save in the middle begins anew, with what it changes besides.
type savedTests struct {
	s    *Server
	wake chan struct{} // holds a token after a save

	mu      sync.Mutex
	changed map[string]bool // files whose tests are still to be run
	stop    func()          // those that run
	idle    chan struct{}   // closed when none are to be run; replaced by a save
	last    command.Tested
}

func newSavedTests(s *Server) *savedTests {
	t := &savedTests{s: s, wake: make(chan struct{}, 1), changed: map[string]bool{}, stop: func() {}, idle: make(chan struct{})}
	close(t.idle)
	return t
}

// saved asks for the tests of files that have been applied. It does not wait.
func (t *savedTests) saved(files []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.changed) == 0 {
		t.idle = make(chan struct{})
	}
	for _, path := range files {
		t.changed[path] = true
	}
	t.stop()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// run plays tests as they are asked for, until ctx ends.
func (t *savedTests) run(ctx context.Context) {
	for {
		select {
		case <-t.wake:
			t.play(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (t *savedTests) play(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, saveTestsTime)
	defer cancel()
	superseded := false // by a save; read when nobody can stop it any more
	t.mu.Lock()
	changed := slices.Sorted(maps.Keys(t.changed))
	t.stop = func() { superseded = true; cancel() }
	t.mu.Unlock()
	if len(changed) == 0 { // the save came while those before it were about to begin
		return
	}

	r := t.s.universe.Release()
	out, ran := testsOf(ctx, r, changed, t.s.cfg.Scripts)

	t.mu.Lock()
	t.stop = func() {}
	if superseded {
		t.mu.Unlock()
		return
	}
	clear(t.changed)
	if ran {
		t.last = out
	}
	close(t.idle)
	t.mu.Unlock()
	if ran {
		t.tell(out)
	}
}

// tell shows the outcome where the reload was shown.
func (t *savedTests) tell(out command.Tested) {
	if out.Failed > 0 || len(out.Left) > 0 {
		t.s.log.Warn("tests of what was saved: "+out.String(), "release", out.Release)
	} else {
		t.s.log.Info("tests of what was saved: "+out.String(), "release", out.Release)
	}
	t.s.gate.Broadcast(wire.NewEvent("tests", map[string]world.Value{
		"ok": out.Failed == 0 && len(out.Left) == 0, "release": float64(out.Release), "passed": float64(out.Passed), "failed": float64(out.Failed),
		"failures": wordList(out.Failures), "left": wordList(out.Left),
	}))
}

// wait returns when no tests are to be run, with what came of the last.
func (t *savedTests) wait(ctx context.Context) (command.Tested, error) {
	for {
		t.mu.Lock()
		idle, last := t.idle, t.last
		t.mu.Unlock()
		select {
		case <-idle:
			if now := t.now(); !now.Running {
				return now, nil
			}
		case <-ctx.Done():
			return last, ctx.Err()
		}
	}
}

// now is what came of the last tests, and whether others are on their way.
func (t *savedTests) now() command.Tested {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.last
	out.Running = len(t.changed) > 0
	return out
}

// testsOf plays the tests that changed files of a release have, with the recordings that stand
// beside them below root; ran is false where there are none.
func testsOf(ctx context.Context, r *code.Release, changed []string, root string) (out command.Tested, ran bool) {
	files := luatest.Related(r, changed)
	if len(files) == 0 {
		return out, false
	}
	began := time.Now()
	got := luatest.RunFiles(ctx, r, files, luatest.Options{Root: root, New: testworld.New(), Replay: OpenReplay})
	out = command.Tested{Release: r.Number, Passed: got.Passed, Failed: got.Failed, Left: got.Left, At: began, Took: time.Since(began)}
	for _, f := range got.Failures {
		out.Failures = append(out.Failures, strings.ReplaceAll(f.String(), "\n", "; "))
	}
	return out, true
}

// TestPromote implements command.Releases.
func (v keptReleases) TestPromote(ctx context.Context, w release.Wish) (command.Tested, error) {
	if !v.s.cfg.Production {
		return command.Tested{}, nil
	}
	from, next, err := v.controller().Wanted(w)
	if err != nil || next == nil {
		return command.Tested{}, nil // Promote says the same, and tells everybody; going back there is no time to lose
	}
	ctx, cancel := context.WithTimeout(ctx, promoteTestsTime)
	defer cancel()
	out, _ := testsOf(ctx, next, from.Changed(next), v.s.cfg.Scripts)
	return out, nil
}

// asksForTests says whether an outcome is one whose tests are to be run.
func (r *releases) asksForTests(o release.Outcome) bool {
	return !r.s.cfg.Production && o.Canary == nil && len(o.Files) > 0 && (o.Verdict == release.Apply || o.Verdict == release.Ignore)
}
