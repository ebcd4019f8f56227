package spectate

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// codeReplay is the code of what a replay refuses.
const codeReplay = "replay"

// command does what a viewer asks for.
func (t *Theatre) command(v *viewer, req gate.Request) {
	args, _ := req.Args.(map[string]world.Value)
	if own := t.own(v, req.Name, args); own != nil {
		err := own()
		if err != nil && !errors.As(err, new(*wire.Error)) {
			err = wire.Errorf(codeReplay, "%s.", err)
		}
		req.From.Reply(req.ID, true, err)
		return
	}
	t.ask(v, req)
}

// own is what a command of the replay's does, nil for another.
func (t *Theatre) own(v *viewer, name string, args map[string]world.Value) func() error {
	number := func(key string) (n float64, given bool) { n, given = args[key].(float64); return n, given }
	switch name {
	case cmdPlay:
		return func() error {
			if args["on"] == false {
				t.hold()
				return nil
			}
			return t.play()
		}
	case cmdSpeed:
		return func() error { n, _ := number("speed"); return t.setSpeed(n) }
	case cmdStep:
		return func() error {
			n, given := number("ticks")
			if !given || n != float64(int(n)) || n < -mostSteps || n > mostSteps {
				return wire.Errorf(wire.CodeBadRequest, "ticks is how many, %d at most; below 0 it goes back.", mostSteps)
			}
			return t.step(int(n))
		}
	case cmdSeek:
		return func() error { return t.seekTo(args) }
	case cmdFollow:
		return func() error {
			id, _ := number("id")
			return t.followWho(v, world.CharacterID(id))
		}
	}
	return nil
}

// mostSteps is how far one step command goes.
const mostSteps = 1000

// seekTo goes to a tick, or to a time.
func (t *Theatre) seekTo(args map[string]world.Value) error {
	if tick, ok := args["tick"].(float64); ok && tick >= 0 && tick < 1<<53 {
		return t.seek(func(d *record.Deck) error { return d.Seek(world.Tick(tick)) })
	}
	if at, ok := args["at"].(float64); ok && at >= 0 && at < 1<<53 {
		return t.seek(func(d *record.Deck) error { return d.SeekTime(time.UnixMilli(int64(at))) })
	}
	return wire.Errorf(wire.CodeBadRequest, "Give tick, or at: milliseconds since 1970.")
}

// followWho lets a viewer see what another pilot does, or everything for 0.
func (t *Theatre) followWho(v *viewer, id world.CharacterID) error {
	if id != 0 && t.system().Player(id) == nil {
		return wire.Errorf(codeReplay, "That pilot is not here at this moment.")
	}
	v.follow, t.changed = id, true
	t.begin(v)
	return nil
}

func byName(players []*system.Player) []*system.Player {
	return slices.SortedFunc(slices.Values(players), func(a, b *system.Player) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
}
