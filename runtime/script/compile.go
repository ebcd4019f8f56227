package script

import (
	"errors"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
)

// compile makes a function of source that no file of the release has: an operator's,
// or what loadstring is given.
func (s *State) compile(src, name string) (*lua.LFunction, error) {
	chunk, err := syntax.Parse([]byte(src), name)
	if err != nil {
		return nil, err
	}
	proto, err := compileChunk(chunk, name)
	if err != nil {
		return nil, err
	}
	return &lua.LFunction{Proto: proto, Env: s.l.Env}, nil
}

// openLoad installs loadstring and load.
func (b *builder) openLoad() {
	b.set("", "loadstring", func(s *State, L *lua.LState) int {
		src := L.CheckString(1)
		return s.loaded1(L, src, L.OptString(2, src))
	})
	b.set("", "load", func(s *State, L *lua.LState) int {
		fn, name := L.CheckFunction(1), L.OptString(2, "=(load)")
		src, err := readPieces(L, fn)
		if err != nil {
			L.Push(lua.LNil)
			L.Push(errorValue(err))
			return 2
		}
		return s.loaded1(L, src, name)
	})
}

// loaded1 gives the function of a source, or nil and what is wrong with it.
func (s *State) loaded1(L *lua.LState, src, name string) int {
	name = vm.ChunkName(name)
	fn, err := s.compile(src, name)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(syntaxText(name, err)))
		return 2
	}
	L.Push(fn)
	return 1
}

// syntaxText is a compiler's complaint as Lua 5.1 words it.
func syntaxText(name string, err error) string {
	var e *syntax.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	r := syntaxRefusal(name, err)
	return fileLine(name, r.Line) + ": " + r.Message
}

// readPieces joins what a reader function gives until it gives nil or nothing.
func readPieces(L *lua.LState, reader *lua.LFunction) (string, error) {
	var src strings.Builder
	for {
		if err := protectedCall(L, reader, 1); err != nil {
			return "", err
		}
		v := L.Get(-1)
		L.Pop(1)
		piece, ok := v.(lua.LString)
		switch {
		case v == lua.LNil || ok && piece == "":
			return src.String(), nil
		case !ok:
			return "", &lua.ApiError{Object: lua.LString("reader function must return a string")}
		}
		src.WriteString(string(piece))
		bound(L, "load", src.Len())
	}
}
