package reload

import (
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// unloads lists the loaded modules whose file the release takes out: an operator
// unloaded them, or a rollback goes back to before they were there.
func (p *planner) unloads() []*script.Module {
	var out []*script.Module
	for _, m := range p.s.Loaded() {
		if p.st.To.Files[m.File.Path] == nil && p.st.From.Files[m.File.Path] != nil {
			out = append(out, m)
		}
	}
	return out
}

// warnUnloads names what is taken out.
func (p *planner) warnUnloads() {
	for _, m := range p.unloads() {
		p.warnings = append(p.warnings, code.Warn(code.WDeleted, m.Name, "the module is unloaded; who holds its functions keeps them"))
	}
}
