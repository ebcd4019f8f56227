package script

import (
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
	vm.SetOrigin(proto, src, "")
	return &lua.LFunction{Proto: proto, Env: s.l.Env}, nil
}
