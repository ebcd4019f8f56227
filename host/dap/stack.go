package dap

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/google/go-dap"

	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// What an editor calls a thread is a task here; its number is that of the task and one more.
// The first is the system itself: it has the calls of whatever runs.
const systemThread = 1

// mostThreads is how many tasks are listed.
const mostThreads = 200

// source is the text of a script that does not stand on disk as it ran.
type source struct{ path, hash string }

// thread is what runs.
func (s *session) thread() int {
	if id, _ := s.state().RunningTask(); s.runner.inside && id != 0 {
		return int(id) + 1
	}
	return systemThread
}

// under is 1 while the copy stands in the middle of a tick.
func (s *session) under() world.Tick {
	if s.runner.inside {
		return 1
	}
	return 0
}

func (s *session) threads() *dap.ThreadsResponse {
	st := s.state()
	list := []dap.Thread{{Id: systemThread, Name: fmt.Sprintf("%s, tick %d", s.deck.System().Address(), s.deck.Here().Tick+s.under())}}
	running, origin := st.RunningTask()
	if running != 0 {
		list = append(list, dap.Thread{Id: int(running) + 1, Name: fmt.Sprintf("%d: %s", running, origin)})
	}
	for _, t := range st.Tasks() {
		if len(list) > mostThreads {
			break
		}
		if t.ID != 0 && t.ID != running {
			list = append(list, dap.Thread{Id: int(t.ID) + 1, Name: fmt.Sprintf("%d: %s, waits: %s", t.ID, t.Origin, t.Waits)})
		}
	}
	resp := &dap.ThreadsResponse{}
	resp.Body.Threads = list
	return resp
}

func (s *session) stackTrace(args dap.StackTraceArguments) (dap.ResponseMessage, error) {
	task := uint64(max(args.ThreadId-1, 0))
	if args.ThreadId == systemThread {
		task, _ = s.state().RunningTask()
	}
	calls := s.state().Stack(task)
	resp := &dap.StackTraceResponse{}
	resp.Body.TotalFrames, resp.Body.StackFrames = len(calls), []dap.StackFrame{}
	for i := range calls {
		if i < args.StartFrame || args.Levels > 0 && i >= args.StartFrame+args.Levels {
			continue
		}
		c := &calls[i]
		name := c.Function
		if c.Old != 0 {
			name += fmt.Sprintf(" (as of release %d)", c.Old)
		}
		resp.Body.StackFrames = append(resp.Body.StackFrames, dap.StackFrame{Id: s.shown.frame(c), Name: name, Line: c.Line, Column: 1, Source: s.sourceOf(c)})
	}
	return resp, nil
}

// sourceOf is where an editor finds the text of a call: on disk or, where that is another than
// ran, here.
func (s *session) sourceOf(c *script.Call) *dap.Source {
	if c.Path == "" {
		return nil
	}
	at := source{c.Path, c.Hash}
	if s.onDisk(c.Path, c.Hash) || s.text(at) == "" {
		return &dap.Source{Name: c.Path, Path: filepath.Join(s.args.Scripts, filepath.FromSlash(c.Path))}
	}
	n := 0
	for n < len(s.sources) && s.sources[n] != at {
		n++
	}
	if n == len(s.sources) {
		s.sources = append(s.sources, at)
	}
	return &dap.Source{Name: c.Path + " as it ran (" + c.Hash + ")", SourceReference: n + 1}
}

// text is that of a script of the release that runs, "" where it is of another.
func (s *session) text(of source) string {
	f := s.state().Release().Files[of.path]
	if f == nil || len(of.hash) > len(f.Hash) || f.Hash[:len(of.hash)] != of.hash {
		return ""
	}
	return string(f.Source)
}

func (s *session) source(args dap.SourceArguments) (dap.ResponseMessage, error) {
	n := args.SourceReference
	if args.Source != nil && args.Source.SourceReference != 0 {
		n = args.Source.SourceReference
	}
	if n < 1 || n > len(s.sources) {
		return nil, errors.New("there is no such text")
	}
	resp := &dap.SourceResponse{}
	if resp.Body.Content = s.text(s.sources[n-1]); resp.Body.Content == "" {
		return nil, errors.New("the text has been replaced by another release")
	}
	resp.Body.MimeType = "text/x-lua"
	return resp, nil
}
