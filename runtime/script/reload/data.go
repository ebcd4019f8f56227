package reload

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// vet reads the data of a release that is to be staged, and asks whether its scripts and
// the world are content with it.
func (g *Stager) vet(from, to *code.Release) ([]code.Warning, error) {
	if g.opts.Data == nil {
		return nil, nil
	}
	data, err := g.opts.Data(to)
	if err != nil || g.opts.Vet == nil {
		return nil, err
	}
	return g.opts.Vet(from, to, data, g.Back)
}

// dataChanges lists what becomes otherwise in the data.
func (st *Staged) dataChanges() []code.ValueChange {
	if st.base.Data() == nil || st.next.Data() == nil || st.base.Data() == st.next.Data() {
		return nil
	}
	return st.base.Data().Changes(st.next.Data())
}

// data asks the host what other data means to this State.
func (p *planner) data() *code.Refusal {
	p.report.Values = slices.Clip(p.st.values)
	host := p.s.DataHost()
	if host == nil || p.st.next.Data() == p.s.Data() {
		return nil
	}
	warnings, refusal := host.PlanData(p.st.next.Data(), p.st.back || p.force)
	p.warnings = append(p.warnings, warnings...)
	return refusal
}

// dataChanged tells the host once all has been committed.
func (p *planner) dataChanged(from script.Data) {
	if host := p.s.DataHost(); host != nil && len(p.st.values) > 0 {
		host.DataChanged(from)
	}
}

// counterpart is what stands in the State for one of next's tables that show data, nil
// for any other table.
func (p *planner) counterpart(t *lua.LTable) lua.LValue {
	host := p.s.DataHost()
	if host == nil || !vm.IsClosed(t.Metatable) {
		return nil
	}
	live, _ := host.Counterpart(t).(lua.LValue)
	return live
}

// maxConstants is how many changed constants a plan names.
const maxConstants = 100

// constant names a plain value that takes what the new source says.
func (p *planner) constant(at *place) {
	if !isPlain(at.old) || !isPlain(at.new) || len(p.report.Values) >= maxConstants {
		return
	}
	p.report.Values = append(p.report.Values, code.ValueChange{Name: at.name, Old: script.Short(at.old), New: script.Short(at.new)})
}

func isPlain(v lua.LValue) bool {
	switch v.(type) {
	case lua.LNumber, lua.LString, lua.LBool:
		return true
	}
	return false
}
