package spectate

import (
	"context"
	"strconv"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/record"
	"hotshard/runtime/world"
)

// registry is what operators can ask of a replay: what they can ask of a shard that it has
// too, and where it is to go.
func registry(t *Theatre) *command.Registry {
	then := func(name, args, short, example string, do func(command.Args) error) command.Command {
		return command.Command{Name: name, Args: args, Short: short, Example: example, Role: command.Operator,
			Run: func(ctx context.Context, _ *command.Session, a command.Args) (command.Result, error) {
				var err error
				text := ""
				if derr := t.do(ctx, func() {
					if err = do(a); err == nil {
						text = t.stands()
					}
				}); derr != nil {
					err = derr
				}
				return command.Result{Text: text}, err
			}}
	}
	return command.With(
		then("replay", "", "where the replay stands", "replay", func(command.Args) error { return nil }),
		then("play", "[SPEED]", "go on, at 0.25 to 16 times the speed it was played at", "play 4", t.playAt),
		then("pause", "", "let time stand still", "pause", func(command.Args) error { t.hold(); return nil }),
		then("step", "[TICKS]", "go so many ticks on, or below 0 back; one where left out", "step -10", t.stepBy),
		then("seek", "TICK|TIME", "go to a tick, or to a time of the day; what was changed in the copy is lost", "seek 12:04:31", t.seekFor),
	)
}

func (t *Theatre) playAt(a command.Args) error {
	if a.Word(0) != "" {
		speed, err := strconv.ParseFloat(a.Word(0), 64)
		if err != nil {
			return command.Refuse(command.CodeUsage, "the speed is a number, not %q", a.Word(0))
		}
		if err := t.setSpeed(speed); err != nil {
			return err
		}
	}
	return t.play()
}

func (t *Theatre) stepBy(a command.Args) error {
	n := 1
	if a.Word(0) != "" {
		var err error
		if n, err = strconv.Atoi(a.Word(0)); err != nil || n < -mostSteps || n > mostSteps {
			return command.Refuse(command.CodeUsage, "so many ticks, %d at most, not %q", mostSteps, a.Word(0))
		}
	}
	return t.step(n)
}

func (t *Theatre) seekFor(a command.Args) error {
	if tick, err := strconv.ParseUint(a.Word(0), 10, 63); err == nil {
		return t.seek(func(d *record.Deck) error { return d.Seek(world.Tick(tick)) })
	}
	at, err := timeOfDay(a.Word(0), t.deck.Here().At.Local())
	if err != nil {
		return command.Refuse(command.CodeUsage, "where to? A tick, or a time like 15:04:05, not %q", a.Word(0))
	}
	return t.seek(func(d *record.Deck) error { return d.SeekTime(at) })
}

// timeOfDay reads a time of the day that another time is of.
func timeOfDay(text string, day time.Time) (time.Time, error) {
	at, err := time.Parse("15:04:05", text)
	if err != nil {
		if at, err = time.Parse("15:04", text); err != nil {
			return at, err
		}
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), day.Location()), nil
}
