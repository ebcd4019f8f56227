package bindings

import (
	"context"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

var storeTable = table{
	Name: "store",
	Doc:  "Values that outlive the shard, by key, one set for the whole shard. Each call waits until the database has done it; the task sleeps meanwhile.",
	Funcs: []function{
		{Sig: "get(key: string): any", Yields: true, Do: storeGet,
			Doc: "The value under the key, nil where there is none."},
		{Sig: "put(key: string, value?: any): boolean", Effect: true, Yields: true, Do: storePut,
			Doc: "Keeps a plain value under the key; nil removes it."},
		{Sig: "add(key: string, n: number): number", Effect: true, Yields: true, Do: storeAdd,
			Doc: "Adds n to the number under the key (0 where there is none) in one step and returns the sum."},
	},
}

func storeGet(e *env, L *lua.LState) int {
	key := L.CheckString(1)
	return outside(e, L, "store.get", func(ctx context.Context) (world.Value, error) {
		return e.deps.Store.Get(ctx, key)
	}, nil)
}

func storePut(e *env, L *lua.LState) int {
	key := L.CheckString(1)
	value, err := script.ToValue(L.Get(2))
	if err != nil {
		L.RaiseError("store.put: %s", err.Error())
	}
	return outside(e, L, "store.put", func(ctx context.Context) (world.Value, error) {
		return true, e.deps.Store.Put(ctx, key, value)
	}, nil)
}

func storeAdd(e *env, L *lua.LState) int {
	key, n := L.CheckString(1), float64(L.CheckNumber(2))
	return outside(e, L, "store.add", func(ctx context.Context) (world.Value, error) {
		return e.deps.Store.Add(ctx, key, n)
	}, nil)
}
