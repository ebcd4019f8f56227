package reload

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// rehearsal is a State in which the top levels of a release have run, with what they
// said of their reload.
type rehearsal struct {
	*script.State
	stage *stageLog
}

// stageLog notes what top levels say while a rehearsal runs them.
type stageLog struct {
	base       *rehearsal      // of the release before, nil for the first
	changed    map[string]bool // modules whose file differs from base's
	refusal    *code.Refusal
	states     map[string]lua.LValue // reload.state defaults by key
	consts     map[*lua.LTable]bool
	migrations []*stagedMigration
	upgrades   []stagedUpgrade
	afters     []stagedHook
	firsts     []stagedHook
	tasks      []stagedTask
}

// Changed implements Stage.
func (log *stageLog) Changed(m *script.Module) bool { return log.changed[m.Name] }

// Refuse implements Stage.
func (log *stageLog) Refuse(r *code.Refusal) {
	if log.refusal == nil {
		log.refusal = r
	}
}

// Keep implements Stage.
func (log *stageLog) Keep(key string, def lua.LValue) { log.states[key] = def }

// Const implements Stage.
func (log *stageLog) Const(t *lua.LTable) { log.consts[t] = true }

// Upgrade implements Stage.
func (log *stageLog) Upgrade(m *script.Module, class *lua.LTable, fn *lua.LFunction) {
	log.upgrades = append(log.upgrades, stagedUpgrade{m, class, fn})
}

// After implements Stage.
func (log *stageLog) After(m *script.Module, fn *lua.LFunction) {
	log.afters = append(log.afters, stagedHook{m, fn})
}

// First implements Stage.
func (log *stageLog) First(m *script.Module, fn *lua.LFunction) {
	log.firsts = append(log.firsts, stagedHook{m, fn})
}

// Task implements Stage.
func (log *stageLog) Task(m *script.Module, id string, fn *lua.LFunction, handle *lua.LTable) {
	log.tasks = append(log.tasks, stagedTask{m, id, fn, handle})
}

// stagedMigration is a reload.migrate whose function is new in this version.
type stagedMigration struct {
	mod    *script.Module
	name   string
	fn     *lua.LFunction
	down   *lua.LFunction
	result lua.LValue
	base   lua.LValue
	fresh  bool // new in this version: to be run on the live value
}

type stagedUpgrade struct {
	mod   *script.Module
	class *lua.LTable
	fn    *lua.LFunction
}

type stagedHook struct {
	mod *script.Module
	fn  *lua.LFunction
}

type stagedTask struct {
	mod    *script.Module
	id     string
	fn     *lua.LFunction
	handle *lua.LTable
}

// Migrate implements Stage. A migration that the version before did not have is tried on
// a copy of that version's initial value; one that it had gives what it gave then, so
// that it never runs twice.
func (log *stageLog) Migrate(L *lua.LState, m *script.Module, name string, fn, down *lua.LFunction) lua.LValue {
	sm := &stagedMigration{mod: m, name: name, fn: fn, down: down, base: lua.LNil}
	log.migrations = append(log.migrations, sm)
	sm.result = log.migrated(L, sm)
	return sm.result
}

func (log *stageLog) migrated(L *lua.LState, sm *stagedMigration) lua.LValue {
	base, u := log.base, sm.mod.Unit
	if base == nil || base.Module(sm.mod.Name) == nil {
		if u.Policies[u.FullName(sm.name)].Apart {
			return lua.LNil
		}
		return log.call(L, sm, lua.LNil, nil, nil)
	}
	s := script.From(L)
	for _, old := range base.stage.migrations {
		if old.mod.Name == sm.mod.Name && old.name == sm.name && sameBody(base.State, old.fn, s, sm.fn) {
			return copyPlain(L, old.result, map[*lua.LTable]*lua.LTable{})
		}
	}
	sm.fresh = true
	if p := placeByName(u, base, sm.name); p != nil {
		sm.base = p.old
	}
	copies, j := map[*lua.LTable]*lua.LTable{}, newJournal()
	v := log.call(L, sm, copyPlain(L, sm.base, copies), owned(copies), j)
	j.swap() // what else it writes is for the live State to decide
	return v
}

func (log *stageLog) call(L *lua.LState, sm *stagedMigration, old lua.LValue, own map[*lua.LTable]bool, j vm.Journal) lua.LValue {
	v, err := script.From(L).Migrate(L, sm.fn, old, own, j, 0)
	if err != nil {
		r := migrationRefusal(sm, err)
		log.Refuse(r)
		script.Raise(L, r)
	}
	return v
}
