package script

import "hotshard/runtime/script/code"

// A Deed is what somebody outside did to a State between two of its entries: a change of
// code, an operator's line. Done again to a State that is the same it does the same.
// Options.OnDeed hears of each when it is done. What only looks or measures is none.
type Deed struct {
	Kind    DeedKind
	Release *code.Release // DeedCommit, DeedRelabel, DeedCarry: the one that runs now
	Roots   []string      // DeedCommit: the modules that were required to stage it
	Back    bool          // DeedCommit: code was taken back
	Texts   []string      // DeedOverride: expression, function, code; DeedDropOverride: the first two; DeedEval: code, author; DeedLetGo: function; DeedOther: what it was
	IDs     []uint64      // DeedStop: of tasks, DeedStopTimer: of timers
	Look    bool          // DeedEval: it might only look
}

// DeedKind says what was done. The numbers are part of the format of recordings.
type DeedKind int

// The deeds. DeedOther cannot be done again.
const (
	DeedOther DeedKind = iota
	DeedCommit
	DeedRelabel
	DeedCarry
	DeedOverride
	DeedEval
	DeedStop
	DeedStopTimer
	DeedDropOverride
	DeedLetGo

	Deeds // how many kinds there are
)

// Did tells whoever wants to know what was done.
func (s *State) Did(d Deed) {
	if s.opts.OnDeed != nil {
		s.opts.OnDeed(d)
	}
}

// Again does what Did has told of, but for a DeedCommit, which takes a stage of the
// release, and a DeedOther. It says whether it could.
func (s *State) Again(d Deed) bool {
	switch d.Kind {
	case DeedRelabel:
		s.Relabel(d.Release)
	case DeedCarry:
		return s.Carry(d.Release) == nil
	case DeedOverride:
		return s.Override(d.Texts[0], d.Texts[1], d.Texts[2]) == nil
	case DeedDropOverride:
		s.DropOverride(OverrideKey{Expr: d.Texts[0], Function: d.Texts[1]})
	case DeedEval:
		ignore := func(string) {}
		s.EvalWith(EvalOptions{Code: d.Texts[0], Author: d.Texts[1], ReadOnly: d.Look, Print: ignore}, nil)
	case DeedStop:
		for _, id := range d.IDs {
			s.Stop(id)
		}
	case DeedStopTimer:
		for _, id := range d.IDs {
			s.StopTimer(id)
		}
	case DeedLetGo:
		s.LetGo(d.Texts[0])
	default:
		return false
	}
	return true
}

// Vital is a digest's worth of a State: what it has done and will do, without a look at
// its values. Two States that went different ways differ in it.
type Vital struct {
	Chance   []byte // where its random numbers stand
	Steps    int64  // of all entries
	IDs      uint64 // given to tasks and registrations
	Shown    uint64 // numbers that tostring has shown
	Tasks    int
	Timers   int
	Due      float64 // of the next timer
	Measured bool    // functions are gauged, traced or profiled, which takes steps of its own
}

// Vital is as of now; Chance is appended to buf.
func (s *State) Vital(buf []byte) Vital {
	v := Vital{Steps: s.meter.total, IDs: s.ids, Shown: s.m.LastShown(), Tasks: len(s.alive), Timers: len(s.registry.timers)}
	v.Chance, _ = s.source.AppendBinary(buf) // it has no error
	v.Due, _ = s.NextDue()
	v.Measured = s.gauge != nil || len(s.traces) > 0 || s.profile != nil
	return v
}

func (k DeedKind) String() string {
	return [...]string{"something", "a change of code", "a new number of the release", "a change of files that nobody uses", "a patch of one object",
		"an operator's line", "the end of a task", "the end of a timer", "the end of a patch of one object", "the return of a function that was set aside"}[k]
}

// Sound says whether a deed that was read has what its kind needs.
func (d *Deed) Sound() bool {
	texts := map[DeedKind]int{DeedOverride: 3, DeedEval: 2, DeedDropOverride: 2, DeedLetGo: 1}
	release := d.Kind == DeedCommit || d.Kind == DeedRelabel || d.Kind == DeedCarry
	return d.Kind > DeedOther && d.Kind < Deeds && len(d.Texts) == texts[d.Kind] && release == (d.Release != nil)
}
