package bindings

import (
	"encoding/json"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Why is what the books say of a movement besides what moved.
type Why struct {
	Cause   string            // a word or a few, in small letters: "loot"
	Actor   world.CharacterID // who wanted it, 0 for nobody
	System  world.Address     // where it happened
	Tick    world.Tick        // there
	Release int               // of the scripts

	// Key is the actor's own name for what they ask, "" for none: asked again with the
	// same Content it is answered with the Answer of the first time, and not done again.
	Key     string
	Content string
	Answer  world.Value
}

// Holder is who has things: a character or, where Keeper is not empty, what keeps them for
// a while and is nobody.
type Holder struct {
	Character world.CharacterID
	Keeper    string
}

// why begins a Why. Who gives no cause is named by the module that asked.
func (e *env) why(L *lua.LState, cause string, actor world.CharacterID) Why {
	for level := 1; cause == "" && level <= 3; level++ { // a word that waits is wrapped
		cause = causeOf(vm.Where(L, level))
	}
	if cause == "" {
		cause = "script"
	}
	return Why{Cause: cause, Actor: actor, System: e.sys.Address(), Tick: e.sys.Tick(), Release: e.sys.Release()}
}

// causeOf makes a cause of a place in a script, "services/market.lua@3:12: "; "" of another.
func causeOf(place string) string {
	path, _, ok := strings.Cut(place, ".lua@")
	if !ok {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			return r
		case r == '/':
			return '.'
		}
		return -1
	}, strings.ToLower(path))
	return strings.TrimLeft(name, "0123456789_.")
}

// whyFields are those of the class Why.
var whyFields = fieldSet("cause", "actor", "system", "key", "content", "answer")

// whyAt reads the optional table of argument n.
func (e *env) whyAt(L *lua.LState, n int, word string, changes []Change) Why {
	why := e.why(L, "", 0)
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		return why
	}
	f := &stepFields{env: e, L: L, what: word, t: t}
	t.ForEach(func(k, _ lua.LValue) {
		if name := k.String(); !whyFields[name] {
			L.RaiseError("%s: why has no field %s%s", word, name, nearest(name, whyFields))
		}
	})
	why.Cause, why.Key = f.textOr("cause", why.Cause), f.textOr("key", "")
	if t.RawGetString("actor") != lua.LNil {
		why.Actor = f.character("actor")
	}
	if name := f.textOr("system", ""); name != "" {
		why.System = world.SystemAddress(name)
	}
	answer, err := script.ToValue(t.RawGetString("answer"))
	if err != nil {
		L.RaiseError("%s: %s", word, err.Error())
	}
	why.Answer = answer
	if why.Key == "" {
		return why
	}
	if why.Content = contentAt(L, word, t.RawGetString("content")); why.Content == "" {
		why.Content = contentText(L, word, contentOf(changes))
	}
	return why
}

// contentAt is what is compared under a key, as text: "" for nil.
func contentAt(L *lua.LState, word string, v lua.LValue) string {
	content, err := script.ToValue(v)
	if err != nil {
		L.RaiseError("%s: content: %s", word, err.Error())
	}
	if content == nil {
		return ""
	}
	return contentText(L, word, content)
}

func contentText(L *lua.LState, word string, content world.Value) string {
	text, err := json.Marshal(content) // keys of maps are sorted
	if err != nil {
		L.RaiseError("%s: content: %s", word, err.Error())
	}
	return string(text)
}

// contentOf is what is compared under a key where the script says nothing: the changes.
func contentOf(changes []Change) world.Value {
	list := make([]world.Value, len(changes))
	for i, c := range changes {
		list[i] = c.content()
	}
	return list
}
