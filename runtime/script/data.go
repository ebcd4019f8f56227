package script

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// A release has code and data. The files in DataFolder are data: no module of the game
// runs them. They are read once, off any tick, into a value that all States of the release
// share; a commit gives a State the next one, with the code, under the same undo log. What
// the data means is the host's business: it reads it (Options.Data), judges the scripts
// that speak of it (Options.Vet), and shows it to them (DataHost).

// DataFolder is where a release's data files stand, below the script root.
const DataFolder = "types/"

// The codes of refusals and warnings that are about data.
const (
	CodeType     = "R-TYPE"      // a data file that is no good, or a script that names what no type is called
	CodeTypeUsed = "R-TYPE-USED" // a type that would go and is used
	WarnTypeUsed = "W-TYPE-USED" // ... and goes with the release that brought it
)

// IsData says whether a path is that of a data file. Tests that stand beside one are code.
func IsData(path string) bool {
	return strings.HasPrefix(path, DataFolder) && strings.HasSuffix(path, ".lua") && !strings.HasSuffix(path, "_test.lua")
}

// Data is what the data files of a release say. It is immutable.
type Data interface {
	// Changes lists what is otherwise in another release's data, in order.
	Changes(to Data) []ValueChange
}

// DataHost is a host (see Install) whose words show a State's Data to its scripts. It is
// called on the goroutine of the State, between two ticks.
type DataHost interface {
	// PlanData says what it means to go over to other data, or refuses; back says that a
	// release is being taken back, which is not refused. Nothing changes.
	PlanData(to Data, back bool) ([]Warning, *Refusal)
	// SetData goes over and returns what takes that back.
	SetData(to Data) (undo func())
	// DataChanged is called when all else has been committed too.
	DataChanged(from Data)
	// Counterpart is what stands here for an object that shows data in another State, nil
	// for any other object.
	Counterpart(of any) any
}

// ValueChange is one value that a release changes: a figure of its data, or a constant.
// Old is "" for what is new and New for what is gone; Name is then all there is to say.
type ValueChange struct {
	Module string // "types.ships"; "" of a constant
	Name   string // "Wren.speed", "chat.longest"
	Old    string
	New    string
}

func (c ValueChange) String() string {
	name := c.Name
	if c.Module != "" {
		name = c.Module + ": " + name
	}
	switch {
	case c.Old == "":
		return name + " is new"
	case c.New == "":
		return name + " is gone"
	}
	return fmt.Sprintf("%s %s -> %s", name, c.Old, c.New)
}

// maxConstants is how many changed constants a plan names.
const maxConstants = 100

// constant names a plain value that takes what the new source says.
func (p *planner) constant(at *place) {
	if !isPlain(at.old) || !isPlain(at.new) || len(p.report.Values) >= maxConstants {
		return
	}
	p.report.Values = append(p.report.Values, ValueChange{Name: at.name, Old: short(at.old), New: short(at.new)})
}

func isPlain(v lua.LValue) bool {
	switch v.(type) {
	case lua.LNumber, lua.LString, lua.LBool:
		return true
	}
	return false
}

// Data is what the State's release says besides code, nil where nothing reads it.
func (s *State) Data() Data { return s.data }

// readData gives a new State the data of its release.
func (s *State) readData() (err error) {
	if s.opts.Data != nil {
		s.data, err = s.opts.Data(s.release)
	}
	return err
}

// vet reads the data of a release that is to be staged, and asks whether its scripts and
// the world are content with it.
func (g *Stager) vet(from, to *Release) ([]Warning, error) {
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
func (st *Staged) dataChanges() []ValueChange {
	if st.base.data == nil || st.next.data == nil || st.base.data == st.next.data {
		return nil
	}
	return st.base.data.Changes(st.next.data)
}

// data asks the host what other data means to this State.
func (p *planner) data() *Refusal {
	p.report.Values = slices.Clip(p.st.values)
	host, ok := p.s.host.(DataHost)
	if !ok || p.st.next.data == p.s.data {
		return nil
	}
	warnings, refusal := host.PlanData(p.st.next.data, p.st.back || p.force)
	p.warnings = append(p.warnings, warnings...)
	return refusal
}

// setData goes over to the next release's data.
func (p *planner) setData() {
	s, old := p.s, p.s.data
	if host, ok := s.host.(DataHost); ok && old != p.st.next.data {
		p.undo(host.SetData(p.st.next.data))
	}
	s.data = p.st.next.data
	p.undo(func() { s.data = old })
}

// dataChanged tells the host once all has been committed.
func (p *planner) dataChanged(from Data) {
	if host, ok := p.s.host.(DataHost); ok && len(p.st.values) > 0 {
		host.DataChanged(from)
	}
}

// Result is what a loaded module has returned, nil for one that is not loaded.
func (s *State) Result(module string) lua.LValue {
	if m := s.modules[module]; m != nil {
		return m.result
	}
	return nil
}
