package dap

import (
	"errors"
	"fmt"
	"io"

	"github.com/google/go-dap"
)

// runner is how the copy moves. While it stands still in the middle of a tick, it is in a call
// of Line or Failed, which returns when it is to go on.
type runner struct {
	going  bool // it is to move
	inside bool // it stands in the middle of a tick
	quiet  bool // nothing stops it
	mode   mode
	task   uint64 // a step is one of this task, 0 for any
	depth  int    // of its calls
	then   func() // is to be done between two ticks, before anything else moves

	hits int   // of breakpoints in the step in hand
	at   bool  // it stands at the last of them
	scan *scan // not nil while hits are counted and nothing stops; see back.go
	goal *spot // the hit to stop at, whatever comes before
}

// mode is where it stops besides breakpoints.
type mode int

const (
	modeRun  mode = iota // nowhere
	modeOver             // at the next line of the task that is no deeper
	modeInto             // at the next line
	modeOut              // at the next line that is less deep
)

// move lets the copy go on.
func (s *session) move(m mode) {
	r := &s.runner
	r.mode, r.going, r.at = m, true, false
	r.task, _ = s.state().RunningTask()
	r.depth = s.state().Depth()
	s.shown.forget()
}

// goTo does something between two ticks. What is left of the tick in hand is run for that,
// since no copy can be left in the middle of one.
func (s *session) goTo(do func()) {
	s.runner.then, s.runner.quiet = do, true
	s.runner.going = true
	s.shown.forget()
}

// play moves the copy until it is to stop.
func (s *session) play() {
	r := &s.runner
	for r.going && !s.over {
		if do := r.then; do != nil {
			r.then, r.going, r.quiet = nil, false, false
			do()
			continue
		}
		between := r.mode == modeOver && r.task == 0 // a step from between two ticks is a tick
		if !s.step() {
			return
		}
		if between && r.going && r.then == nil {
			r.going = false
			s.stopped("step", "")
		}
		s.poll()
	}
}

// step runs a tick; false says that there is none.
func (s *session) step() bool {
	s.runner.hits, s.runner.at = 0, false
	_, err := s.deck.Step()
	if err == nil || s.over {
		return err == nil
	}
	s.runner.going, s.runner.quiet = false, false
	if do := s.runner.then; do != nil {
		s.runner.then = nil
		do()
		return false
	}
	if errors.Is(err, io.EOF) {
		s.stopped("pause", "the recording has ended")
	} else {
		s.output("stderr", err.Error()+"\n")
		s.stopped("exception", err.Error())
	}
	return false
}

// Line implements script.Debugger.
func (s *session) Line(path string, line int) {
	r := &s.runner
	if r.quiet || s.over {
		return
	}
	if b := s.breaks.of[path][line]; b != nil && s.meets(b) {
		s.hit("breakpoint", "", b.id)
		return
	}
	if r.mode != modeRun && r.scan == nil && r.goal == nil && s.stepEnds() {
		s.halt("step", "")
	}
}

// stepEnds says whether a step of the editor's ends here.
func (s *session) stepEnds() bool {
	r := &s.runner
	if r.task == 0 {
		return r.mode == modeInto
	}
	alive, running := s.state().Runs(r.task)
	switch {
	case !alive:
		return true
	case !running:
		return false
	case r.mode == modeOver:
		return s.state().Depth() <= r.depth
	case r.mode == modeOut:
		return s.state().Depth() < r.depth
	}
	return true
}

// Failed implements script.Debugger.
func (s *session) Failed(message string) {
	if !s.runner.quiet && !s.over && s.breaks.errors {
		s.hit("exception", message, 0)
	}
}

// hit stops at a breakpoint or error, or counts it where hits are counted.
func (s *session) hit(reason, text string, ids ...int) {
	r := &s.runner
	here := spot{s.deck.Here().At, r.hits}
	r.hits++
	switch {
	case r.scan != nil:
		r.scan.note(here)
		return
	case r.goal != nil && *r.goal != here:
		return
	}
	r.goal, r.at = nil, true
	s.halt(reason, text, ids...)
}

// halt stops in the middle of a tick, and answers the editor until the copy is to go on.
func (s *session) halt(reason, text string, ids ...int) {
	r := &s.runner
	r.going, r.inside = false, true
	s.stopped(reason, text, ids...)
	for !r.going && !s.over {
		s.next()
	}
	r.inside = false
}

// stopped tells the editor that the copy stands still.
func (s *session) stopped(reason, text string, ids ...int) {
	body := dap.StoppedEventBody{Reason: reason, Text: text, ThreadId: s.thread(), AllThreadsStopped: true,
		Description: fmt.Sprintf("stopped at tick %d (%s)", s.deck.Here().Tick+s.under(), s.deck.Here().At.Local().Format("15:04:05.000"))}
	if text != "" {
		body.Description += ": " + text
	}
	if reason == "breakpoint" {
		body.HitBreakpointIds = ids
	}
	s.event(&dap.StoppedEvent{Body: body}, "stopped")
}
