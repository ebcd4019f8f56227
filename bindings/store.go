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
		{Sig: "list(prefix: string, limit?: integer, after?: string): StoreEntry[]", Yields: true, Do: storeList,
			Doc: "The values whose keys begin with the prefix, by key: at most limit (100 where left out, 1000 at most), and fewer where they are large. Go on with the last key as after."},
		{Sig: "answered(player: integer, key: string, content?: any): any, string?, string?", Yields: true, Do: storeAnswered,
			Doc: "What was answered under the key of a player's, before anything is looked at: true where that was nothing, nil where the key was not used. nil, a sentence and key_used where it was used for other content. lib/once.lua has it for commands."},
		{Sig: "transact(changes: Change[], why?: Why): any, string?, string?", Effect: true, Yields: true, Do: storeTransact,
			Doc: "Does all changes in order, values, money and things, or none of them: nil, a sentence and a word for it (not_enough, not_found, conflict, invalid, key_used) where one cannot be done. What is answered, with true or with why's answer, is on the disk. At most 100 changes."},
	},
}

func storeGet(e *env, L *lua.LState) int {
	key := L.CheckString(1)
	return outside(e, L, "store.get", func(ctx context.Context) (world.Value, error) {
		return e.deps.Store.Get(ctx, key)
	}, nil)
}

func storeAnswered(e *env, L *lua.LState) int {
	player, key, content := characterAt(L, 1), L.CheckString(2), contentAt(L, "store.answered", L.Get(3))
	return outside(e, L, "store.answered", func(ctx context.Context) (world.Value, error) {
		return e.deps.Store.Answered(ctx, player, key, content)
	}, isRefused)
}

// mostListed bounds what one call lists.
const mostListed = 1000

// limitAt is an optional argument that says how many are wanted at most.
func limitAt(L *lua.LState, n int) int { return max(0, min(L.OptInt(n, 100), mostListed)) }

func storeList(e *env, L *lua.LState) int {
	prefix, limit, after := L.CheckString(1), limitAt(L, 2), L.OptString(3, "")
	return outside(e, L, "store.list", func(ctx context.Context) (world.Value, error) {
		pairs, err := e.deps.Store.List(ctx, prefix, after, limit)
		list := make([]world.Value, len(pairs))
		for i, p := range pairs {
			list[i] = map[string]world.Value{"key": p.Key, "value": p.Value}
		}
		return list, err
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
