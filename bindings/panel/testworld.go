//go:build !js

package panel

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// tick is how finely time moves in a test of panels, in seconds.
const tick = 0.1

// testWorld is what a test of panels plays in: one state with the panel that the test
// requires, a page around it that answers as the test says, and no browser. It implements
// luatest.World.
type testWorld struct {
	setup   luatest.Setup
	view    *View
	now     float64
	ops     []testOp
	pending []pendingAsk
	answers map[string]testAnswer
	asked   map[string][]world.Value
	notes   []string
	typed   map[string]world.Value // into fields, by their IDs
}

// testOp is a wish of the test, done while no Lua runs.
type testOp struct {
	do   func() []lua.LValue
	wait *script.Wait
}

type pendingAsk struct {
	id uint64
	r  Request
}

// testAnswer is what a command is answered: a value, a function of its arguments, or a
// refusal.
type testAnswer struct {
	value         lua.LValue
	message, code string
}

// IsTestOf says whether the entries of a test are those of panels.
func IsTestOf(entry []string) bool {
	return len(entry) > 0 && strings.HasPrefix(entry[0], Module(""))
}

// TestWorld is what luatest.Options.New wants for tests of panels.
func TestWorld(setup luatest.Setup) (luatest.World, error) {
	w := &testWorld{setup: setup, answers: map[string]testAnswer{}, asked: map[string][]world.Value{}, typed: map[string]world.Value{}}
	v := newView("", w)
	v.here = map[string]world.Value{"docked": true, "system": "Alpha", "region": "test", "player": "Ann"}
	v.waits, v.owners = map[uint64]*script.Wait{}, map[uint64]string{}
	w.view = v
	o := Options("", setup.Release, v)
	o.Name, o.Entry, o.Seed, o.OnFault, o.OnLog = setup.System, setup.Entry, setup.Seed, setup.OnFault, setup.OnLog
	o.Run = script.Budget{} // the test runs in the same state
	o.Bind = func(st *script.State) {
		install(st, v)
		st.Bind(testTable, w.words())
		setup.Install(st)
	}
	st, err := script.New(o)
	if err != nil {
		return nil, err
	}
	v.st = st
	return w, nil
}

// State implements luatest.World.
func (w *testWorld) State() *script.State { return w.view.st }

// Close implements luatest.World.
func (w *testWorld) Close() { w.view.st.Close() }

// Join implements luatest.World: a page is one player's.
func (w *testWorld) Join(string) (world.CharacterID, error) {
	return 0, fmt.Errorf("a test of panels has no world of players: page is what it has")
}

// Leave implements luatest.World.
func (w *testWorld) Leave(world.CharacterID) {}

// Sent implements luatest.World.
func (w *testWorld) Sent(world.CharacterID) []luatest.Message { return nil }

// Command implements luatest.World.
func (w *testWorld) Command(_ world.CharacterID, _ string, _ world.Value, done func(world.Value, error)) {
	done(nil, fmt.Errorf("a test of panels has no world of players"))
}

// Advance implements luatest.World.
func (w *testWorld) Advance(seconds float64) {
	for until := w.now + seconds; ; {
		w.now += tick
		w.view.st.Advance(w.now)
		w.settle()
		for len(w.ops) > 0 {
			op := w.ops[0]
			w.ops = w.ops[1:]
			values := op.do()
			w.settle()
			op.wait.Wake(values...)
		}
		if w.now >= until-1e-9 || w.setup.Stopped != nil && w.setup.Stopped() {
			return
		}
	}
}

// mostAnswers is how many questions of a panel are answered in one go: one that asks again
// at each answer would never end.
const mostAnswers = 1000

// settle answers what was asked, and draws.
func (w *testWorld) settle() {
	for range mostAnswers {
		if len(w.pending) == 0 {
			break
		}
		p := w.pending[0]
		w.pending = w.pending[1:]
		w.answer(p)
	}
	w.view.dirty = true
	w.view.draw()
}

func (w *testWorld) answer(p pendingAsk) {
	a, ok := w.answers[p.r.Command]
	if !ok {
		samples, _ := get(w.view.definition(), "sample").(*lua.LTable)
		if a.value = get(samples, p.r.Command); a.value == lua.LNil {
			a.message, a.code = "the test has no answer to "+p.r.Command, "no_answer"
		}
	}
	if a.message != "" {
		w.view.Answer(p.id, nil, a.message, a.code)
		return
	}
	value, err := script.ToValue(w.valueOf(a, p.r))
	if err != nil {
		w.view.Answer(p.id, nil, err.Error(), "no_value")
		return
	}
	w.view.Answer(p.id, value, "", "")
}

// valueOf is the answer itself; a function is called with what was asked.
func (w *testWorld) valueOf(a testAnswer, r Request) lua.LValue {
	fn, ok := a.value.(*lua.LFunction)
	if !ok {
		return a.value
	}
	st, out := w.view.st, lua.LValue(lua.LNil)
	st.Start(st.L().NewFunction(func(L *lua.LState) int {
		out = vm.Call(L, fn, script.ToLua(L, r.Args))
		return 0
	}), "answer "+r.Command)
	return out
}

// Show implements Host.
func (w *testWorld) Show(string, *Node) {}

// Ask implements Host.
func (w *testWorld) Ask(_ string, id uint64, r Request) {
	w.asked[r.Command] = append(w.asked[r.Command], r.Args)
	w.pending = append(w.pending, pendingAsk{id, r})
}

// Tell implements Host.
func (w *testWorld) Tell(_, text string) { w.notes = append(w.notes, text) }

// Keep implements Host.
func (w *testWorld) Keep(string, string, world.Value) {}

// Trouble implements Host. Faults go to the test by the state's own OnFault.
func (w *testWorld) Trouble(string, script.Fault, float64) {}
