package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"hotshard/data/static"
	"hotshard/host/testworld"
	"hotshard/runtime/record"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

// ShrinkConfig says which recording is to be made smaller, and what it must still show.
type ShrinkConfig struct {
	Data     string        // the folder of the shard
	What     string        // see OpenRecording
	Out      string        // the file to write
	Scripts  string        // the root of the tests, and of the scripts that they try
	Test     string        // a test file that must still fail; "" for an error that must still come
	Recorded bool          // try the scripts of the recording with the test, not those of the tree
	Error    string        // a part of the error's text or traceback; "" for the first one that comes
	For      time.Duration // how long to try, 0 for any time
	Say      func(string)  // hears what was found
}

// Shrunk is what came of it.
type Shrunk struct {
	record.Shrunk
	Kept   record.Kept
	Before int64  // bytes
	Shows  string // what it still shows
}

// Shrink makes a recording smaller while it still shows a bug, and writes the smaller one.
func Shrink(c ShrinkConfig) (*Shrunk, error) {
	rec, err := OpenRecording(c.Data, c.What)
	if err != nil {
		return nil, err
	}
	span, err := rec.Span()
	if err != nil {
		return nil, err
	}
	shows, fails, err := c.bug(rec)
	if err != nil {
		return nil, err
	}
	o := record.Shrinking{Setup: Rerun, Fails: fails, Say: c.Say, Maps: nearMap}
	if c.For > 0 {
		began := time.Now()
		o.Stop = func() bool { return time.Since(began) > c.For }
	}
	out, err := rec.Shrink(o)
	if err != nil {
		return nil, err
	}
	kept, err := out.Recording.Save(c.Out)
	return &Shrunk{Shrunk: *out, Kept: kept, Before: span.Bytes, Shows: shows}, err
}

// bug is what the recording must still show.
func (c ShrinkConfig) bug(rec *record.Recording) (shows string, fails func(*record.Recording) (bool, error), err error) {
	if c.Test == "" {
		return errorIn(rec, c.Error)
	}
	t := &failing{c: c, name: filepath.Base(c.What)}
	if shows, err = t.first(rec); err != nil {
		return "", nil, err
	}
	return shows, t.again, nil
}

// errorIn is an error that comes with the scripts of the recording.
func errorIn(rec *record.Recording, text string) (string, func(*record.Recording) (bool, error), error) {
	has := func(e record.Failed) bool {
		return text == "" || strings.Contains(e.Message, text) || strings.Contains(e.Traceback, text)
	}
	first, err := firstError(rec, has)
	if err != nil {
		return "", nil, err
	}
	if first == nil && text != "" {
		return "", nil, fmt.Errorf("it plays without an error that has %q in its message or traceback", text)
	}
	if first == nil {
		return "", nil, errors.New("it plays without an error: say with --test which test must still fail with it")
	}
	same := func(e record.Failed) bool {
		return has(e) && e.Function == first.Function && withoutNumbers(e.Message) == withoutNumbers(first.Message)
	}
	return fmt.Sprintf("the error in %s: %s", cmp.Or(first.Function, first.Origin), first.Message), func(rec *record.Recording) (bool, error) {
		e, err := firstError(rec, same)
		return e != nil, err
	}, nil
}

// withoutNumbers is what two errors of a kind have in common.
func withoutNumbers(text string) string { return numbers.ReplaceAllString(text, "#") }

var numbers = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?`)

// firstError runs a recording as it was up to an error that is meant, nil for none.
func firstError(rec *record.Recording, meant func(record.Failed) bool) (*record.Failed, error) {
	setup, err := Rerun(rec)
	if err != nil {
		return nil, err
	}
	t, err := rec.NewTrial(setup, nil)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	for seen := 0; err == nil; {
		for ; seen < len(t.Errors); seen++ {
			if e := t.Errors[seen]; meant(e) {
				return &e, nil
			}
		}
		_, err = t.Step()
	}
	return nil, nil // what cannot be run to its end has no such error in it
}

// failing is a test that fails with a recording.
type failing struct {
	c       ShrinkConfig
	name    string // of the recording's file: the test asks for it by this
	release *code.Release
	files   []string
	tests   string // a pattern of those that fail
	want    []luatest.Failure
	asked   bool // the test has asked for the recording
}

// first runs the test file with the whole recording, and notes what fails.
func (t *failing) first(rec *record.Recording) (string, error) {
	var err error
	if t.release, t.files, err = luatest.Select(t.c.Scripts, []string{t.c.Test}); err != nil {
		return "", err
	}
	out := t.run(rec)
	switch {
	case !t.asked:
		return "", fmt.Errorf("%s does not play it: a test there has to say replay %q", t.c.Test, t.name)
	case len(out.Failures) == 0 && t.c.Recorded:
		return "", fmt.Errorf("%s passes with the scripts that were recorded: it does not show the bug", t.c.Test)
	case len(out.Failures) == 0:
		return "", fmt.Errorf("%s passes with the scripts in %s: are they mended already? --recorded tries it with those of the recording", t.c.Test, t.c.Scripts)
	}
	t.want = out.Failures
	var names []string
	for _, f := range t.want {
		names = append(names, regexp.QuoteMeta(f.Test))
	}
	t.tests = "^(" + strings.Join(names, "|") + ")$"
	return "the failure " + t.want[0].String(), nil
}

// again says whether all of the same fails with another recording.
func (t *failing) again(rec *record.Recording) (bool, error) {
	out := t.run(rec)
	for _, w := range t.want {
		if !slices.ContainsFunc(out.Failures, func(f luatest.Failure) bool { return f.Test == w.Test && f.Place == w.Place }) {
			return false, nil
		}
	}
	return true, nil
}

func (t *failing) run(rec *record.Recording) luatest.Outcome {
	return luatest.RunFiles(context.Background(), t.release, t.files, luatest.Options{
		Root: t.c.Scripts, Pattern: t.tests, Seed: 1, New: testworld.New(),
		Replay: func(path string, r *code.Release) (luatest.Replay, error) {
			if filepath.Base(path) != t.name {
				return OpenReplay(path, r)
			}
			t.asked = true
			if t.c.Recorded {
				return replayOf(rec, path, nil)
			}
			return replayOf(rec, path, to(r))
		},
	})
}

// nearMap is the map with the recorded system and what stands at the other ends of its gates,
// and nothing else; false for a service, which is nowhere.
func nearMap(rec *record.Recording) ([]byte, bool) {
	m, err := static.Unmarshal(rec.World())
	if err != nil {
		return nil, false
	}
	own := m.ByName(strings.TrimPrefix(string(rec.Meta.System), "@"))
	if own == nil || rec.Meta.Module != "" {
		return nil, false
	}
	near := []world.SystemID{own.ID}
	for _, c := range own.Celestials {
		if c.Kind == world.KindGate {
			near = append(near, c.Dest)
		}
	}
	var systems []world.SolarSystem
	for _, s := range m.Systems {
		if !slices.Contains(near, s.ID) {
			continue
		}
		if s.ID != own.ID {
			s.Celestials = slices.DeleteFunc(slices.Clone(s.Celestials), func(c world.Celestial) bool {
				return c.Kind != world.KindStar && (c.Kind != world.KindGate || c.Dest != own.ID)
			})
		}
		systems = append(systems, s)
	}
	less, err := world.NewUniverse(m.Name, m.Seed, systems)
	if err != nil {
		return nil, false
	}
	data, err := static.Marshal(less)
	return data, err == nil
}

// shownInputs is how many inputs of what is left are told.
const shownInputs = 40

// String tells people what is left.
func (s *Shrunk) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d bytes of %d, %s, %.1f s of the game, %s, %s; it took %d runs\n", s.Kept.Path, s.Kept.Span.Bytes, s.Before,
		count(s.Ticks, "tick", "ticks"), s.Seconds, count(len(s.Players), "player", "players"), count(len(s.Inputs), "input", "inputs"), s.Runs)
	shows, _, _ := strings.Cut(s.Shows, "\n")
	fmt.Fprintf(&b, "it still shows %s\n", shows)
	if len(s.Players) > 0 {
		fmt.Fprintf(&b, "players: %s\n", strings.Join(s.Players, ", "))
	}
	for i, in := range s.Inputs {
		if i == shownInputs {
			fmt.Fprintf(&b, "  and %d more\n", len(s.Inputs)-i)
			break
		}
		fmt.Fprintf(&b, "  %s\n", in)
	}
	if s.Stopped {
		b.WriteString("the time was up: it may become smaller yet, if it is shrunk again or with a longer --for\n")
	}
	return b.String()
}
