package script

import (
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/stdlib"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
)

// openLoad installs the functions that make a function of text.
func (b *builder) openLoad() {
	b.set("", "loadstring", func(_ *State, L *lua.LState) int {
		text := arg.Text(L, 1)
		return loadText(L, text, arg.TextOr(L, 2, text))
	})
	b.set("", "load", func(_ *State, L *lua.LState) int {
		name := arg.TextOr(L, 2, "=(load)")
		text, fault := readAll(L, arg.Function(L, 1))
		if fault != nil {
			L.Push(lua.LNil)
			L.Push(fault)
			return 2
		}
		return loadText(L, text, name)
	})
}

// loadText pushes the function that a text makes, or nil and what is wrong with it.
func loadText(L *lua.LState, text, name string) int {
	fn, err := From(L).compile(text, stdlib.ChunkID(name))
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(syntaxText(stdlib.SourceID(name), err)))
		return 2
	}
	fn.Env = L.Env // which setfenv(0, ...) changes
	L.Push(fn)
	return 1
}

// syntaxText is a compiler's complaint as Lua 5.1 words it.
func syntaxText(name string, err error) string {
	var e *syntax.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("%s:%d: %s", name, e.Line, e.Sentence())
	}
	r := code.SyntaxRefusal(name, err)
	return code.FileLine(name, r.Line) + ": " + r.Message
}

// readAll calls a reader until it gives nothing more. What the reader raises, or
// gives that is no text, comes back as the fault.
func readAll(L *lua.LState, reader *lua.LFunction) (text string, fault lua.LValue) {
	var out strings.Builder
	for {
		if err := protectedCall(L, reader, 1); err != nil {
			return "", errorValue(err)
		}
		v := L.Get(-1)
		L.Pop(1)
		piece, ok := vm.ToText(v)
		switch {
		case v == lua.LNil || ok && piece == "":
			return out.String(), nil
		case !ok:
			return "", lua.LString(vm.Where(L, 1) + "reader function must return a string")
		case out.Len()+len(piece) > stdlib.MaxString:
			return "", lua.LString(fmt.Sprintf("budget: load would read more than %d bytes", stdlib.MaxString))
		}
		engine{}.Charge(L, 1)
		out.WriteString(piece)
	}
}

// compile makes a function of source that no file of the release has: an operator's,
// or what loadstring is given.
func (s *State) compile(src, name string) (*lua.LFunction, error) {
	proto, err := code.CompileText(src, name)
	if err != nil {
		return nil, err
	}
	return &lua.LFunction{Proto: proto, Env: s.l.Env}, nil
}
