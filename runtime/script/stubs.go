package script

import lua "github.com/yuin/gopher-lua"

type beforeImage struct{}

func (s *State) stageMigration(L *lua.LState, sm *stagedMigration) {}
