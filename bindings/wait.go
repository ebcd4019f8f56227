package bindings

import (
	"context"
	"errors"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// workTimeout bounds one piece of work for a task.
const workTimeout = 30 * time.Second

// outside parks the running task, does the work on a goroutine of its own and
// lets the task go on with the result. An error of the work is an answer where
// refusals says so (nil and a sentence), and a Lua error otherwise.
func outside(e *env, L *lua.LState, why string, work func(context.Context) (world.Value, error), refusal func(error) bool) int {
	w, err := e.st.Park(L, why)
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	sys := e.sys
	run := e.deps.Outside
	if run == nil {
		run = func(work func()) { go work() }
	}
	run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
		defer cancel()
		v, err := work(ctx)
		// A system that has gone meanwhile has no task left to wake.
		_ = sys.Post(system.Do(func(s *system.System) { finish(s, w, v, err, refusal) }))
	})
	return L.Yield()
}

func finish(s *system.System, w *script.Wait, v world.Value, err error, refusal func(error) bool) {
	switch {
	case s.State() == nil:
	case err == nil:
		w.Wake(script.ToLua(s.State().L(), v))
	case refusal != nil && refusal(err):
		answer := []lua.LValue{lua.LNil, lua.LString(err.Error())}
		if f := (RefusedFor{}); errors.As(err, &f) {
			answer = append(answer, lua.LString(f.Code))
		}
		w.Wake(answer...)
	default:
		w.Fail(err)
	}
}
