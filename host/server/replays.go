package server

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

// OpenReplay implements luatest.ReplayOpener: it opens a kept recording and brings it to the
// scripts of a release.
func OpenReplay(path string, r *code.Release) (luatest.Replay, error) {
	rec, err := record.OpenWhole(path)
	if err != nil {
		return nil, err
	}
	return replayOf(rec, path, to(r))
}

// to is a change of every release of a recording to one. It has their numbers: what is saved of
// players says under which number it was, and that is no difference.
func to(r *code.Release) func(*code.Release) (*code.Release, error) {
	return func(was *code.Release) (*code.Release, error) { return r.Numbered(was.Number), nil }
}

// replayOf runs a recording for a test. name is what it is called in errors.
func replayOf(rec *record.Recording, name string, change func(*code.Release) (*code.Release, error)) (luatest.Replay, error) {
	setup, err := Rerun(rec)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t, err := rec.NewTrial(setup, change)
	if refused := (*code.Refusal)(nil); errors.As(err, &refused) {
		return nil, fmt.Errorf("%s: what was recorded cannot go on with these scripts, as on a shard that runs: %w", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &replay{name: name, trial: t, sent: map[string][]luatest.Message{}}, nil
}

// replay implements luatest.Replay.
type replay struct {
	name  string
	trial *record.Trial
	ended bool
	sent  map[string][]luatest.Message // what of it has been read
}

// Play implements luatest.Replay.
func (r *replay) Play(seconds float64, stopped func() bool) error {
	until := r.trial.Played() + seconds - 1e-9
	for !r.ended && (seconds < 0 || r.trial.Played() < until) && !stopped() {
		_, err := r.trial.Step()
		if r.ended = errors.Is(err, io.EOF); err != nil && !r.ended {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// Tick implements luatest.Replay.
func (r *replay) Tick() (world.Tick, bool) { return r.trial.System().Tick(), r.ended }

// Errors implements luatest.Replay.
func (r *replay) Errors() []luatest.ReplayError {
	var out []luatest.ReplayError
	for _, e := range r.trial.Errors {
		out = append(out, luatest.ReplayError(e))
	}
	return out
}

// Answers implements luatest.Replay.
func (r *replay) Answers() []luatest.ReplayAnswer {
	var out []luatest.ReplayAnswer
	for _, a := range r.trial.Answers {
		if refused := (*wire.Error)(nil); errors.As(a.Err, &refused) {
			a.Err = &script.CommandError{Code: refused.Code, Message: refused.Message}
		}
		out = append(out, luatest.ReplayAnswer(a))
	}
	return out
}

// Sent implements luatest.Replay.
func (r *replay) Sent(player string) ([]luatest.Message, error) {
	frames, ok := r.trial.Told(player)
	if !ok {
		return nil, fmt.Errorf("%s: nobody is called %q so far; there are %s", r.name, player, strings.Join(r.trial.Names(), ", "))
	}
	read := r.sent[player]
	for _, f := range frames[len(read):] {
		read = append(read, messageOf(f))
	}
	r.sent[player] = read
	return read, nil
}

func messageOf(f *wire.Frame) luatest.Message {
	m, err := wire.Decode(wire.JSON, f.Payload(wire.JSON))
	if err != nil {
		return luatest.Message{Event: "malformed", Fields: map[string]world.Value{"error": err.Error()}}
	}
	fields := maps.Clone(m.Fields)
	delete(fields, "ev")
	return luatest.Message{Event: m.Event, Fields: fields}
}

// Eval implements luatest.Replay.
func (r *replay) Eval(code string) ([]world.Value, error) {
	return r.trial.System().State().AsidePlain(code, 8)
}

// Parted implements luatest.Replay.
func (r *replay) Parted() (world.Tick, []string) {
	if p := r.trial.Parted; p != nil {
		return p.Tick, slices.Clone(p.Parts)
	}
	return 0, nil
}

// Close implements luatest.Replay.
func (r *replay) Close() { r.trial.Close() }
