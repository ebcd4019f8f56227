package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/release"
)

// Tested is what came of the tests of the modules that were saved.
type Tested struct {
	Release  int
	Running  bool // a later save's are on their way
	Passed   int
	Failed   int
	Failures []string // "chat_test.it_shouts: chat_test.lua:12: not equal"
	Left     []string // files for which there was no time
	At       time.Time
	Took     time.Duration
}

// None says that no tests have been run.
func (t Tested) None() bool { return t.At.IsZero() }

// String is the outcome as a sentence, with a line for each failure.
func (t Tested) String() string {
	var b strings.Builder
	switch {
	case t.None():
		b.WriteString("no tests have been run: a save runs those of what it changes, in development")
	case t.Failed > 0:
		fmt.Fprintf(&b, "%d of %s failed (release %d)", t.Failed, count(t.Passed+t.Failed, "test"), t.Release)
	default:
		fmt.Fprintf(&b, "%s passed (release %d)", count(t.Passed, "test"), t.Release)
	}
	if len(t.Left) > 0 {
		fmt.Fprintf(&b, "; no time for %s", some(t.Left, 5))
	}
	if t.Running {
		b.WriteString("; others are running")
	}
	for _, f := range t.Failures {
		b.WriteString("\n  " + f)
	}
	return b.String()
}

func runReloadTests(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.For, fmt.Errorf("the tests are not through within %v", a.For))
		defer cancel()
	}
	var t Tested
	_, err := s.Shard.Reload.Wait(ctx) // for what is saved and not applied yet
	if err == nil {
		t, err = s.Shard.Reload.Tests(ctx)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return Result{}, err
	}
	r := Result{Text: t.String()}
	if t.Failed > 0 {
		r.Failed = r.Text
	}
	if a.JSON {
		table := &Table{One: true, Columns: columns("release", "passed", "failed", "failures", "left", "at:time", "took_ms:ms")}
		table.Rows = [][]any{{t.Release, t.Passed, t.Failed, list(t.Failures), list(t.Left), moment(t.At), millis(t.Took)}}
		r.Table, r.Text = table, ""
	}
	return r, a.none(0)
}

// despiteFlag lets a release in whose tests fail.
var despiteFlag = Flag{"--despite-tests", "WHY", "although tests of what it changes fail, or were not run; it goes into the audit log", nil}

// tested asks for the tests of what a promotion brings, unless somebody takes that
// upon themselves.
func tested(ctx context.Context, s *Session, a Args, w release.Wish) error {
	if a.Has(despiteFlag) {
		if a.Given(despiteFlag) == "" {
			return Refuse(CodeUsage, "%s needs to say why", despiteFlag.Name)
		}
		return nil
	}
	t, err := s.Shard.Releases.TestPromote(ctx, w)
	if err != nil || t.Failed == 0 && len(t.Left) == 0 {
		return err
	}
	return Refuse(CodeTests, "the tests of what it changes do not pass: %v\nMend them, or say --despite-tests WHY. Nothing changed", t)
}
