package dap

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-dap"
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// breakpoints are where the editor wants the copy to stop.
type breakpoints struct {
	of     map[string]map[int]*breakpoint // by the path of the file and the line
	wanted []*breakpoint                  // all of them, in order
	errors bool                           // stop where an error is raised, too
	last   int                            // id
}

// breakpoint is one of them. It stands at the first line with code from the wanted one on.
type breakpoint struct {
	id        int
	path      string // "" where the file is none of the scripts
	wanted    int
	line      int // 0: it stands nowhere
	condition string
	source    dap.Source
	told      bool // that the condition cannot be evaluated
}

// setBreakpoints takes the breakpoints of a file in the place of those that it had.
func (s *session) setBreakpoints(args dap.SetBreakpointsArguments) *dap.SetBreakpointsResponse {
	path := s.scriptPath(args.Source)
	var kept []*breakpoint
	for _, b := range s.breaks.wanted {
		if b.path != path || path == "" {
			kept = append(kept, b)
		}
	}
	s.breaks.wanted = kept
	resp := &dap.SetBreakpointsResponse{}
	resp.Body.Breakpoints = []dap.Breakpoint{}
	for _, want := range args.Breakpoints {
		s.breaks.last++
		b := &breakpoint{id: s.breaks.last, path: path, wanted: want.Line, condition: want.Condition, source: args.Source}
		s.breaks.wanted = append(s.breaks.wanted, b)
	}
	s.place()
	for _, b := range s.breaks.wanted[len(kept):] {
		resp.Body.Breakpoints = append(resp.Body.Breakpoints, s.placed(b))
	}
	return resp
}

// place puts the breakpoints where the scripts that run have code.
func (s *session) place() {
	s.breaks.of = map[string]map[int]*breakpoint{}
	r := s.state().Release()
	for _, b := range s.breaks.wanted {
		if b.line = lineFrom(r, b.path, b.wanted); b.line == 0 {
			continue
		}
		if s.breaks.of[b.path] == nil {
			s.breaks.of[b.path] = map[int]*breakpoint{}
		}
		s.breaks.of[b.path][b.line] = b
	}
}

// lineFrom is the first line with code from one on, 0 for none.
func lineFrom(r *code.Release, path string, line int) int {
	first := 0
	for at := range script.CodeLines(r, path) {
		if at >= line && (first == 0 || at < first) {
			first = at
		}
	}
	return first
}

// placed tells an editor where a breakpoint stands.
func (s *session) placed(b *breakpoint) dap.Breakpoint {
	out := dap.Breakpoint{Id: b.id, Verified: b.line != 0, Line: b.line, Source: &b.source}
	switch f := s.state().Release().Files[b.path]; {
	case b.path == "" || f == nil:
		out.Message = "the recorded scripts have no such file below " + s.args.Scripts
	case b.line == 0:
		out.Message = "there is no code from here on"
	case !s.onDisk(f.Path, f.Hash):
		out.Message = "what was recorded ran another text of this file: the line may be another"
	}
	if b.line == 0 {
		out.Line = b.wanted
	}
	return out
}

// changed puts the breakpoints where they belong when the copy has come to another release.
func (s *session) changed(record.Change) {
	s.place()
	if s.runner.quiet || s.runner.scan != nil {
		return
	}
	for _, b := range s.breaks.wanted {
		s.event(&dap.BreakpointEvent{Body: dap.BreakpointEventBody{Reason: "changed", Breakpoint: s.placed(b)}}, "breakpoint")
	}
}

// scriptPath is the path of an editor's file below the scripts; where it lies elsewhere, as on
// another machine, the one that ends in the same way.
func (s *session) scriptPath(of dap.Source) string {
	if n := of.SourceReference; n > 0 && n <= len(s.sources) {
		return s.sources[n-1].path
	}
	path := of.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.args.Scripts, path)
	}
	files := s.state().Release().Files
	if rel, err := filepath.Rel(s.args.Scripts, path); err == nil && filepath.IsLocal(rel) {
		if rel = filepath.ToSlash(rel); files[rel] != nil {
			return rel
		}
	}
	found, slashed := "", "/"+filepath.ToSlash(path)
	for p := range files {
		if strings.HasSuffix(slashed, "/"+p) && len(p) > len(found) {
			found = p
		}
	}
	return found
}

// onDisk says whether a script stands in the folder as it ran.
func (s *session) onDisk(path, hash string) bool {
	text, err := os.ReadFile(filepath.Join(s.args.Scripts, filepath.FromSlash(path)))
	return err == nil && strings.HasPrefix(code.NewFile(path, text).Hash, hash)
}

// meets says whether the condition of a breakpoint holds. One that cannot be evaluated does.
func (s *session) meets(b *breakpoint) bool {
	if b.condition == "" {
		return true
	}
	id, _ := s.state().RunningTask()
	var in script.Scope
	if stack := s.state().Stack(id); len(stack) > 0 {
		in = &stack[0]
	}
	values, err := s.state().Aside(b.condition, in)
	if err != nil {
		if !b.told {
			b.told = true
			s.output("stderr", "the condition "+b.condition+": "+err.Error()+"\n")
		}
		return true
	}
	return len(values) > 0 && lua.LVAsBool(values[0])
}

// setExceptions says whether errors stop the copy.
func (s *session) setExceptions(args dap.SetExceptionBreakpointsArguments) *dap.SetExceptionBreakpointsResponse {
	s.breaks.errors = false
	for _, f := range args.Filters {
		s.breaks.errors = s.breaks.errors || f == errorFilter
	}
	return &dap.SetExceptionBreakpointsResponse{}
}
