package luatest

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// patience is how many game seconds a test may wait for something else than its
// own advance: an answer of a command, a sleep, a call of a service.
const patience = 600

// play is one World with one test in it.
type play struct {
	world World
	tests *lua.LTable // the global test
	ops   []op        // what the test has asked of the world, to be done while no Lua runs

	name     string // of the running test
	failures []failure
	logs     []string
	ended    bool
	stopped  func() bool // there is no more time
	open     func(name string) (Replay, error)
	replays  []Replay // that the test has opened
}

// op is one wish of a test: it is done outside of Lua and then wakes the test.
type op struct {
	do   func() []lua.LValue
	wait *script.Wait
}

// install gives a state the test words, before any script runs. The test
// functions are found under package.loaded.test, so that they can be started as
// tasks like any other call.
func (p *play) install(st *script.State) {
	L := st.L()
	tests := L.NewTable()
	tests.Metatable = L.NewTable() // or it would be closed like what all scripts share
	vm.Set(L.G.Global, lua.LString("test"), tests)
	if !st.Staging() { // one that stages a reload has a table of its own, which nobody runs
		p.tests = tests
	}
	if pkg, ok := L.GetGlobal("package").(*lua.LTable); ok {
		if loaded, ok := pkg.RawGetString("loaded").(*lua.LTable); ok {
			vm.Set(loaded, lua.LString("test"), tests)
		}
	}
	st.Bind(words, p.words())
	p.callablePlayer(L)
}

// play runs one test to its end and returns what went wrong.
func (p *play) play(name string) []failure {
	p.name = name
	st := p.world.State()
	st.Call("test", name, func(_ []world.Value, err error) {
		p.ended = true
		if err != nil && len(p.failures) == 0 { // faults come with a traceback; what is not one is a refusal nobody caught
			p.failures = append(p.failures, failure{message: "refused: " + err.Error()})
		}
	})
	waited := 0.0
	for !p.ended {
		switch {
		case p.stopped():
			p.ended = true
		case len(p.ops) > 0:
			next := p.ops[0]
			p.ops = p.ops[1:]
			next.wait.Wake(next.do()...)
			waited = 0
		case waited > patience:
			p.failures = append(p.failures, failure{message: fmt.Sprintf("the test still waits for something after %d s of game time", patience)})
			p.ended = true
		default:
			before := st.Now()
			p.world.Advance(0)
			waited += max(st.Now()-before, bareTick)
		}
	}
	if len(p.failures) > 0 {
		p.failures[len(p.failures)-1].logs = p.logs
	}
	return p.failures
}

func (p *play) close() {
	p.world.Close()
	for _, r := range p.replays {
		r.Close()
	}
}

// fault notes an error in any Lua of the world: in the test, in a handler, in a
// timer. Each fails the test.
func (p *play) fault(f script.Fault) {
	message := f.Message
	place := withoutHash(f.Place)
	if f.Origin != "call "+p.name {
		message = fmt.Sprintf("%s (in %s)", message, f.Origin)
	}
	p.failures = append(p.failures, failure{place: place, message: trimPlace(message), trace: withoutHash(f.Traceback)})
}

// logged keeps a log line, to be shown if the test fails.
func (p *play) logged(level, module, text string) {
	if len(p.logs) < 50 {
		p.logs = append(p.logs, fmt.Sprintf("%s %s: %s", level, withoutHash(module), text))
	}
}
