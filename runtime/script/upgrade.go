package script

import (
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// upgrade is a reload.upgrade at work: instances made before the reload are
// brought up to date no later than at their next access through the class, that
// is, at the next method call or read of a field they do not have.
type upgrade struct {
	class *lua.LTable
	fn    *lua.LFunction
	index lua.LValue // the class's own __index
	hook  *lua.LFunction
	from  int
	fresh map[weak.Pointer[lua.LTable]]struct{} // made or upgraded since
	limit int
}

func (u *upgrade) mark(t *lua.LTable) {
	if len(u.fresh) >= u.limit {
		for w := range u.fresh {
			if w.Value() == nil {
				delete(u.fresh, w)
			}
		}
		u.limit = max(1024, 2*len(u.fresh))
	}
	u.fresh[weak.Make(t)] = struct{}{}
}

// Field is a table's field as its author knows it: the __index of a class that has an
// upgrade is the class's own.
func (s *State) Field(t *lua.LTable, key lua.LValue) lua.LValue {
	if u := s.upgrades[t]; u != nil && key == lua.LString("__index") && t.RawGetString("__index") == lua.LValue(u.hook) {
		return u.index
	}
	return vm.Get(t, key)
}

// SetField changes what Field tells.
func (s *State) SetField(t *lua.LTable, key, v lua.LValue, undo *Undo) {
	if u := s.upgrades[t]; u != nil && key == lua.LString("__index") {
		old := u.index
		undo.Add(func() { u.index = old })
		u.index = v
		return
	}
	old := vm.Get(t, key)
	undo.Add(func() { vm.Set(t, key, old) })
	vm.Set(t, key, v)
}

// ArmUpgrade lets fn bring instances of a class up to date that were made before now,
// by release from. It puts a hook in place of the class's __index.
func (s *State) ArmUpgrade(class *lua.LTable, fn *lua.LFunction, from int) {
	u := s.upgrades[class]
	if u == nil {
		u = &upgrade{class: class, index: class.RawGetString("__index")}
		u.hook = vm.Made(u)
		s.noteUpgrade(u)
		vm.Set(class, lua.LString("__index"), u.hook)
	}
	u.fn, u.from = fn, from
	u.renew()
}

// renew makes all instances old ones.
func (u *upgrade) renew() {
	u.fresh, u.limit = map[weak.Pointer[lua.LTable]]struct{}{}, 1024
}

func (s *State) noteUpgrade(u *upgrade) {
	if s.upgrades == nil {
		s.upgrades = map[*lua.LTable]*upgrade{}
	}
	s.upgrades[u.class] = u
}

// Call is the hook: upgrade once, then answer as the class would.
func (u *upgrade) Call(L *lua.LState) int {
	self, ok := L.Get(1).(*lua.LTable)
	key := L.Get(2)
	if ok && self.Metatable == lua.LValue(u.class) {
		if _, done := u.fresh[weak.Make(self)]; !done {
			u.mark(self)
			L.Push(u.fn)
			L.Push(self)
			L.Push(lua.LNumber(u.from))
			vm.Invoke(L, 2, 0)
			if v := vm.Get(self, key); v != lua.LNil {
				L.Push(v)
				return 1
			}
		}
	}
	switch index := u.index.(type) {
	case *lua.LFunction:
		L.Push(index)
		L.Push(L.Get(1))
		L.Push(key)
		vm.Invoke(L, 2, 1)
	case *lua.LTable:
		L.Push(vm.Index(L, index, key))
	default:
		L.Push(lua.LNil)
	}
	return 1
}

// openSetmetatable notes new instances of classes that have an upgrade, so that
// only old ones are upgraded.
func (b *builder) openSetmetatable() {
	inner := b.table("").RawGetString("setmetatable").(*lua.LFunction).GFunction
	b.set("", "setmetatable", func(s *State, L *lua.LState) int {
		if len(s.upgrades) > 0 {
			if class, ok := L.Get(2).(*lua.LTable); ok {
				if u := s.upgrades[class]; u != nil {
					if t, ok := L.Get(1).(*lua.LTable); ok {
						u.mark(t)
					}
				}
			}
		}
		return inner(L)
	})
}
