package luatest

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// pilotWords describes what player "Ann" returns. Its functions are methods.
var pilotWords = script.Table{
	Name: "testplayer",
	Doc:  "A player in a test, made by player \"NAME\": logged in and in the world.",
	Fields: []script.Field{
		{Name: "id", Type: "integer", Doc: "The player, as every API function wants it."},
		{Name: "name", Type: "string"},
	},
	Funcs: []script.Func{
		{Name: "run", Sig: "run(self: testplayer, command: string, args?: table): any, string?, string?", Yields: true,
			Doc: "Gives a command and waits for its answer: the result (true if it has none), or nil with the message and the code of the refusal."},
		{Name: "heard", Sig: "heard(self: testplayer, event: string): table[]", Doc: "What the player was sent under that name, oldest first."},
		{Name: "last", Sig: "last(self: testplayer, event: string): table?", Doc: "The last thing the player was sent under that name, or nil."},
		{Name: "forget", Sig: "forget(self: testplayer)", Doc: "From now on heard and last know only what is sent later."},
		{Name: "leave", Sig: "leave(self: testplayer)", Yields: true, Doc: "Logs the player out."},
	},
}

// pilot is the Go side of such a player.
type pilot struct {
	play   *play
	id     world.CharacterID
	forgot int // how many messages are forgotten
}

// callablePlayer makes player "Ann" work. A state without a player table gets one.
func (p *play) callablePlayer(L *lua.LState) {
	t, ok := L.GetGlobal("player").(*lua.LTable)
	if !ok {
		t = L.NewTable()
		vm.Set(L.G.Global, lua.LString("player"), t)
	}
	mt := L.NewTable()
	vm.Set(mt, lua.LString("__call"), L.NewFunction(p.join))
	t.Metatable = mt
}

// join is player(name): self is the table player.
func (p *play) join(L *lua.LState) int {
	name := L.CheckString(2)
	return p.ask(L, "player", func() []lua.LValue {
		id, err := p.world.Join(name)
		if err != nil {
			p.failures = append(p.failures, failure{message: "player " + name + " cannot join: " + err.Error()})
			return []lua.LValue{lua.LNil}
		}
		p.world.Advance(0)
		return []lua.LValue{(&pilot{play: p, id: id}).table(L, name)}
	})
}

func (v *pilot) table(L *lua.LState, name string) *lua.LTable {
	t := L.NewTable()
	vm.Set(t, lua.LString("id"), lua.LNumber(v.id))
	vm.Set(t, lua.LString("name"), lua.LString(name))
	methods := L.NewTable()
	for word, fn := range map[string]lua.LGFunction{
		"run": v.run, "heard": v.heard, "last": v.last, "forget": v.forget, "leave": v.leave,
	} {
		vm.Set(methods, lua.LString(word), L.NewFunction(fn))
	}
	mt := L.NewTable()
	vm.Set(mt, lua.LString("__index"), methods)
	t.Metatable = mt
	return t
}

// run gives a command. The answer may come ticks later, so it is not an op of
// the play: the wait is woken by the answer itself.
func (v *pilot) run(L *lua.LState) int {
	command := L.CheckString(2)
	args, err := script.ToValue(L.Get(3))
	if err != nil {
		L.ArgError(3, err.Error())
	}
	st := script.From(L)
	answer, err := st.Park(L, "the answer to "+command)
	if err != nil {
		L.RaiseError("%s", err.Error())
		return 0
	}
	v.play.world.Command(v.id, command, args, func(result world.Value, err error) {
		answer.Wake(answerValues(L, result, err)...)
	})
	return L.Yield()
}

func answerValues(L *lua.LState, result world.Value, err error) []lua.LValue {
	var refusal *script.CommandError
	switch {
	case errors.As(err, &refusal):
		return []lua.LValue{lua.LNil, lua.LString(refusal.Message), lua.LString(refusal.Code)}
	case err != nil:
		return []lua.LValue{lua.LNil, lua.LString(err.Error()), lua.LString("error")}
	case result == nil:
		return []lua.LValue{lua.LTrue}
	}
	return []lua.LValue{script.ToLua(L, result)}
}

// messages lists what the player was sent under the name and has not forgotten.
func (v *pilot) messages(event string) []Message {
	var list []Message
	for _, m := range v.play.world.Sent(v.id)[v.forgot:] {
		if m.Event == event {
			list = append(list, m)
		}
	}
	return list
}

func (v *pilot) heard(L *lua.LState) int {
	list := L.NewTable()
	for _, m := range v.messages(L.CheckString(2)) {
		list.Append(script.ToLua(L, m.Fields))
	}
	L.Push(list)
	return 1
}

func (v *pilot) last(L *lua.LState) int {
	list := v.messages(L.CheckString(2))
	if len(list) == 0 {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(script.ToLua(L, list[len(list)-1].Fields))
	return 1
}

func (v *pilot) forget(*lua.LState) int {
	v.forgot = len(v.play.world.Sent(v.id))
	return 0
}

func (v *pilot) leave(L *lua.LState) int {
	return v.play.ask(L, "leave", func() []lua.LValue {
		v.play.world.Leave(v.id)
		v.play.world.Advance(0)
		return nil
	})
}
