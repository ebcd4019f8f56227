package luatest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Replay is a recording that stands beside a test, and is run again with the scripts that are
// tested. One goroutine uses it.
type Replay interface {
	// Play runs on for so many seconds of the game, to the end where they are negative; it
	// returns early when stopped says so.
	Play(seconds float64, stopped func() bool) error
	// Tick is the last one that was run; ended: there are no more.
	Tick() (tick world.Tick, ended bool)
	Errors() []ReplayError
	Answers() []ReplayAnswer
	// Sent lists what a player of that name was sent, oldest first. An error says who there is.
	Sent(player string) ([]Message, error)
	// Eval evaluates Lua that looks and does not touch, between two ticks.
	Eval(code string) ([]world.Value, error)
	// Parted is the first tick that is not as it was recorded, and in what; 0 for none.
	Parted() (tick world.Tick, parts []string)
	Close()
}

// ReplayError is an error in the scripts of a Replay.
type ReplayError struct {
	Tick world.Tick
	script.Fault
}

// ReplayAnswer is the answer to a command in a Replay. Err is a *script.CommandError where it
// was refused.
type ReplayAnswer struct {
	Tick            world.Tick
	Player, Command string
	Result          world.Value
	Err             error
}

// ReplaySuffix is what the names of recordings end in.
const ReplaySuffix = ".rec"

// replayWords describes what replay "FILE" returns. Its functions are methods.
var replayWords = script.Table{
	Name: "testreplay",
	Doc:  "A recording that is run again with the scripts of the tree, made by replay \"FILE\". An error in it fails no test by itself: ask for errors().",
	Funcs: []script.Func{
		{Name: "play", Sig: "play(self: testreplay, seconds?: number): testreplay", Doc: "Runs on for so many seconds of the game, or to the end."},
		{Name: "tick", Sig: "tick(self: testreplay): integer, boolean", Doc: "The last tick that was run, and whether it was the recording's last."},
		{Name: "errors", Sig: "errors(self: testreplay, func?: string): {tick: integer, message: string, place: string, func: string, during: string, player?: string}[]",
			Doc: "The errors in scripts so far; with a function, like \"gun.begin\", those that it was on the stack of."},
		{Name: "answers", Sig: "answers(self: testreplay, command?: string, player?: string): {tick: integer, player: string, command: string, ok: boolean, result?: any, code?: string, message?: string}[]",
			Doc: "The answers to players' commands so far, oldest first."},
		{Name: "heard", Sig: "heard(self: testreplay, player: string, event: string): table[]", Doc: "What the player of that name was sent under that name, oldest first."},
		{Name: "last", Sig: "last(self: testreplay, player: string, event: string): table?", Doc: "The last thing the player was sent under that name, or nil."},
		{Name: "eval", Sig: "eval(self: testreplay, code: string): any", Doc: "What Lua gives that is evaluated in the recorded system, now: a path like \"fleet.of[3].name\". It looks and does not touch."},
		{Name: "parted", Sig: "parted(self: testreplay): {tick: integer, parts: string[]}?", Doc: "Where it first was not as it was recorded, and in what; nil for nowhere so far."},
	},
}

// replay is the Lua side of a Replay.
type replay struct {
	play *play
	of   Replay
}

// wordReplay is replay(file, seconds).
func (p *play) wordReplay(L *lua.LState) int {
	name := L.CheckString(1)
	of, err := p.open(name)
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	p.replays = append(p.replays, of)
	r := &replay{play: p, of: of}
	r.run(L, 2)
	L.Push(r.table(L))
	return 1
}

// opener finds the recordings of one test file.
func (f *fileRun) opener() func(name string) (Replay, error) {
	return func(name string) (Replay, error) {
		if !strings.HasSuffix(name, ReplaySuffix) || !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("%q is no recording beside the test: a name like fights%s", name, ReplaySuffix)
		}
		if f.options.Replay == nil {
			return nil, errors.New("recordings are not run here: bin/host test runs them")
		}
		file := filepath.Join(f.options.Root, filepath.FromSlash(path.Dir(f.file)), filepath.FromSlash(name))
		r, err := f.options.Replay(file, f.release)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no recording %s: record keep @SYSTEM --as NAME on a shard makes one in its data folder, as record/kept/NAME%s", file, ReplaySuffix)
		}
		return r, err
	}
}

// run plays on for as many seconds as an argument says, to the end where there is none.
func (r *replay) run(L *lua.LState, arg int) {
	seconds := float64(L.OptNumber(arg, -1))
	if L.Get(arg) != lua.LNil && !(seconds >= 0 && seconds <= 1e6) {
		L.ArgError(arg, "seconds must be between 0 and a million")
	}
	if err := r.of.Play(seconds, r.play.stopped); err != nil {
		L.RaiseError("%s", err.Error())
	}
}

func (r *replay) table(L *lua.LState) *lua.LTable {
	t := L.NewTable()
	methods := L.NewTable()
	for word, fn := range map[string]lua.LGFunction{
		"play": func(L *lua.LState) int { r.run(L, 2); L.Push(L.Get(1)); return 1 },
		"tick": r.tick, "errors": r.errors, "answers": r.answers, "heard": r.heard, "last": r.last, "eval": r.eval, "parted": r.parted,
	} {
		vm.Set(methods, lua.LString(word), L.NewFunction(fn))
	}
	mt := L.NewTable()
	vm.Set(mt, lua.LString("__index"), methods)
	t.Metatable = mt
	return t
}

func (r *replay) tick(L *lua.LState) int {
	tick, ended := r.of.Tick()
	L.Push(lua.LNumber(tick))
	L.Push(lua.LBool(ended))
	return 2
}

func (r *replay) errors(L *lua.LState) int {
	of := L.OptString(2, "")
	list := L.NewTable()
	for _, e := range r.of.Errors() {
		if of != "" && !slices.Contains(e.Functions, of) {
			continue
		}
		list.Append(script.ToLua(L, fields(
			"tick", float64(e.Tick), "message", trimPlace(e.Message), "place", withoutHash(e.Place), "func", e.Function, "during", e.Origin, "player", e.Player)))
	}
	L.Push(list)
	return 1
}

// fields are pairs of a name and a value as a table; those with an empty text are left out.
func fields(pairs ...any) map[string]world.Value {
	out := map[string]world.Value{}
	for i := 0; i < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" && v != nil {
			out[pairs[i].(string)] = v
		}
	}
	return out
}

func (r *replay) answers(L *lua.LState) int {
	command, player := L.OptString(2, ""), L.OptString(3, "")
	list := L.NewTable()
	for _, a := range r.of.Answers() {
		if command != "" && a.Command != command || player != "" && a.Player != player {
			continue
		}
		list.Append(script.ToLua(L, a.fields()))
	}
	L.Push(list)
	return 1
}

func (a *ReplayAnswer) fields() map[string]world.Value {
	out := fields("tick", float64(a.Tick), "player", a.Player, "command", a.Command, "result", a.Result, "ok", a.Err == nil)
	if refused := (*script.CommandError)(nil); errors.As(a.Err, &refused) {
		out["code"], out["message"] = refused.Code, refused.Message
	} else if a.Err != nil {
		out["code"], out["message"] = "error", a.Err.Error()
	}
	return out
}

// events are those of a name that a player was sent.
func (r *replay) events(L *lua.LState) []Message {
	sent, err := r.of.Sent(L.CheckString(2))
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	event := L.CheckString(3)
	return slices.DeleteFunc(slices.Clone(sent), func(m Message) bool { return m.Event != event })
}

func (r *replay) heard(L *lua.LState) int {
	list := L.NewTable()
	for _, m := range r.events(L) {
		list.Append(script.ToLua(L, m.Fields))
	}
	L.Push(list)
	return 1
}

func (r *replay) last(L *lua.LState) int {
	events := r.events(L)
	if len(events) == 0 {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(script.ToLua(L, events[len(events)-1].Fields))
	return 1
}

func (r *replay) eval(L *lua.LState) int {
	values, err := r.of.Eval(L.CheckString(2))
	if err != nil {
		L.RaiseError("%s", trimPlace(err.Error()))
	}
	for _, v := range values {
		L.Push(script.ToLua(L, v))
	}
	return len(values)
}

func (r *replay) parted(L *lua.LState) int {
	tick, parts := r.of.Parted()
	if tick == 0 {
		L.Push(lua.LNil)
		return 1
	}
	t := L.NewTable()
	vm.Set(t, lua.LString("tick"), lua.LNumber(tick))
	list := L.NewTable()
	for _, part := range parts {
		list.Append(lua.LString(part))
	}
	vm.Set(t, lua.LString("parts"), list)
	L.Push(t)
	return 1
}

// ReplayOpener opens the recording at a path, to be run with the scripts of a release. An
// fs.ErrNotExist says that there is none.
type ReplayOpener func(path string, r *code.Release) (Replay, error)
