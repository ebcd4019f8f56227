package bindings

import (
	"cmp"
	"context"
	"errors"
	"time"

	lua "github.com/yuin/gopher-lua"

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
	sys, run, named := e.sys, e.deps.Outside, func(ctx context.Context) context.Context { return ctx }
	if run == nil {
		run = func(work func()) { go work() }
	}
	if e.deps.InName != nil {
		named = e.deps.InName(sys.Address())
	}
	sys.Await(w, why, L, func(id uint64) {
		run(func() {
			ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
			defer cancel()
			v, err := work(named(ctx))
			// A system that has gone meanwhile has no task left to wake.
			_ = sys.Post(result(id, v, err, refusal))
		})
	})
	return L.Yield()
}

func result(id uint64, v world.Value, err error, refusal func(error) bool) system.Result {
	if err == nil {
		return system.Result{ID: id, Value: v}
	}
	r := system.Result{ID: id, Err: cmp.Or(err.Error(), "it failed"), Refused: refusal != nil && refusal(err)}
	if f := (RefusedFor{}); r.Refused && errors.As(err, &f) {
		r.Code = f.Code
	}
	return r
}
