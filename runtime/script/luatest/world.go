package luatest

import (
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// World is what one test plays in: one solar system with nobody else around, on
// a manual clock. One goroutine uses it.
type World interface {
	State() *script.State
	// Advance runs game time for so many seconds, in whole ticks, at least one:
	// messages, commands, timers, physics, events.
	Advance(seconds float64)
	// Join lets a new character log in; they are in the world after the next tick.
	Join(name string) (world.CharacterID, error)
	// Leave logs a character out, at the next tick.
	Leave(player world.CharacterID)
	// Command asks for a command as a player's connection would; done hears the
	// answer at some later tick.
	Command(player world.CharacterID, name string, args world.Value, done func(world.Value, error))
	// Sent lists what the player has been sent so far, oldest first.
	Sent(player world.CharacterID) []Message
	Close()
}

// Message is one event a player was sent.
type Message struct {
	Event  string
	Fields world.Value
}

// Setup says what a World is made of. The World calls Install on its state before
// it runs the entries, and passes faults and log lines on.
type Setup struct {
	Release *code.Release
	Entry   []string        // modules to run: the test file, which requires the rest
	Map     *world.Universe // a small one, see Map
	System  string          // the system to play in
	Seed    uint64
	Reloads bool // reload scripts, changed in nothing that matters, at random ticks

	// Stopped says that there is no more time: Advance, which asks between two ticks,
	// returns early.
	Stopped func() bool
	Install func(*script.State)
	OnFault func(script.Fault)
	OnLog   func(level, module, text string)
}

// Bare is a World of the state alone: no space and no players. It serves tests of
// plain modules.
func Bare(setup Setup) (World, error) {
	st, err := script.New(script.Options{
		Name: setup.System, Release: setup.Release, Entry: setup.Entry, Seed: setup.Seed,
		Bind: setup.Install, OnFault: setup.OnFault, OnLog: setup.OnLog, Strict: true,
	})
	if err != nil {
		return nil, err
	}
	return &bare{state: st, stopped: setup.Stopped}, nil
}

// bareTick is how finely a Bare world's time moves, in seconds.
const bareTick = 0.1

type bare struct {
	state   *script.State
	ticks   float64
	stopped func() bool
}

func (b *bare) State() *script.State { return b.state }
func (b *bare) Close()               { b.state.Close() }

func (b *bare) Advance(seconds float64) {
	for n := max(1, int(seconds/bareTick+0.5)); n > 0; n-- {
		b.ticks++
		b.state.Advance(b.ticks * bareTick)
		if b.stopped != nil && b.stopped() {
			return
		}
	}
}

func (b *bare) Join(string) (world.CharacterID, error) { return 0, errBare }
func (b *bare) Leave(world.CharacterID)                {}
func (b *bare) Sent(world.CharacterID) []Message       { return nil }

func (b *bare) Command(_ world.CharacterID, _ string, _ world.Value, done func(world.Value, error)) {
	done(nil, errBare)
}
