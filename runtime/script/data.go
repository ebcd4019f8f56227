package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// A release has code and data. The files in code.DataFolder are data: no module of the
// game runs them. They are read once, off any tick, into a value that all States of the
// release share; a commit gives a State the next one, with the code, under the same undo
// log. What the data means is the host's business: it reads it (Options.Data), judges the
// scripts that speak of it (Options.Vet), and shows it to them (DataHost).

// Data is what the data files of a release say. It is immutable.
type Data interface {
	// Changes lists what is otherwise in another release's data, in order.
	Changes(to Data) []code.ValueChange
}

// DataHost is a host (see Install) whose words show a State's Data to its scripts. It is
// called on the goroutine of the State, between two ticks.
type DataHost interface {
	// PlanData says what it means to go over to other data, or refuses; back says that a
	// release is being taken back, which is not refused. Nothing changes.
	PlanData(to Data, back bool) ([]code.Warning, *code.Refusal)
	// SetData goes over and returns what takes that back.
	SetData(to Data) (undo func())
	// DataChanged is called when all else has been committed too.
	DataChanged(from Data)
	// Counterpart is what stands here for an object that shows data in another State, nil
	// for any other object.
	Counterpart(of any) any
	// Thawed is told of each table of an image whose metatable is of vm.NewClosed: it may be
	// one that shows data.
	Thawed(t *lua.LTable)
}

// Data is what the State's release says besides code, nil where nothing reads it.
func (s *State) Data() Data { return s.data }

// DataHost is who shows the State's data to its scripts, nil for nobody.
func (s *State) DataHost() DataHost {
	host, _ := s.host.(DataHost)
	return host
}

// SetData gives the State other data.
func (s *State) SetData(to Data, undo *Undo) {
	old := s.data
	if host := s.DataHost(); host != nil && to != old {
		undo.Add(host.SetData(to))
	}
	s.data = to
	undo.Add(func() { s.data = old })
}

// readData gives a new State the data of its release.
func (s *State) readData() (err error) {
	if s.opts.Data != nil {
		s.data, err = s.opts.Data(s.release)
	}
	return err
}
