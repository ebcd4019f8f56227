package dap

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/go-dap"

	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// session is one editor and its copy. All but unknown and send belongs to the goroutine of
// run.
type session struct {
	cfg  Config
	in   <-chan dap.Message
	mu   sync.Mutex // of out and seq
	out  io.Writer
	seq  int
	over bool // the editor has gone, or is to

	deck    *record.Deck
	args    launch
	breaks  breakpoints
	runner  runner
	shown   shown
	sources []source // texts that are not as they stand on disk
}

// launch is what an editor says when it begins, in its launch.json.
type launch struct {
	Scripts     string  `json:"scripts"`     // the folder of the files that the editor shows
	StopOnEntry *bool   `json:"stopOnEntry"` // true where left out
	Tick        uint64  `json:"tick"`        // where to begin; 0 for From
	From        float64 `json:"from"`        // seconds before the end; 0 for the beginning
}

func newSession(out io.Writer, in <-chan dap.Message, cfg Config) *session {
	s := &session{cfg: cfg, in: in, out: out}
	s.breaks.of = map[string]map[int]*breakpoint{}
	return s
}

// run answers the editor, and runs the copy as it asks, until it has gone.
func (s *session) run() {
	defer func() {
		if s.deck != nil {
			s.deck.Close()
		}
	}()
	for !s.over {
		if s.runner.going {
			s.play()
			continue
		}
		s.next()
	}
}

// next waits for the editor's next request, and does it.
func (s *session) next() {
	m, ok := <-s.in
	if !ok {
		s.over = true
		return
	}
	s.handle(m)
}

// poll does what the editor has asked meanwhile.
func (s *session) poll() {
	for !s.over {
		select {
		case m, ok := <-s.in:
			if s.over = !ok; ok {
				s.handle(m)
			}
		default:
			return
		}
	}
}

// handle does a request. What cannot be done is answered with why.
func (s *session) handle(m dap.Message) {
	req, ok := m.(dap.RequestMessage)
	if !ok {
		return
	}
	resp, err := s.do(req)
	if err != nil {
		s.refuse(req.GetRequest(), err)
		return
	}
	s.answer(req, resp)
	s.after(req)
}

// do does a request, and gives the answer.
func (s *session) do(req dap.RequestMessage) (dap.ResponseMessage, error) {
	switch req := req.(type) {
	case *dap.InitializeRequest:
		return &dap.InitializeResponse{Body: capabilities}, nil
	case *dap.LaunchRequest:
		return &dap.LaunchResponse{}, s.begin(req.Arguments)
	case *dap.AttachRequest:
		return &dap.AttachResponse{}, s.begin(req.Arguments)
	case *dap.DisconnectRequest:
		s.over = true
		return &dap.DisconnectResponse{}, nil
	}
	if s.deck == nil {
		return nil, errors.New("launch or attach first")
	}
	switch req := req.(type) {
	case *dap.ConfigurationDoneRequest:
		return &dap.ConfigurationDoneResponse{}, nil
	case *dap.SetBreakpointsRequest:
		return s.setBreakpoints(req.Arguments), nil
	case *dap.SetExceptionBreakpointsRequest:
		return s.setExceptions(req.Arguments), nil
	case *dap.ThreadsRequest:
		return s.threads(), nil
	case *dap.SourceRequest:
		return s.source(req.Arguments)
	case *dap.PauseRequest:
		return &dap.PauseResponse{}, nil
	}
	if s.runner.going {
		return nil, errors.New("the copy runs: pause it first")
	}
	return s.doStopped(req)
}

// doStopped does what can be done while the copy stands still.
func (s *session) doStopped(req dap.RequestMessage) (dap.ResponseMessage, error) {
	switch req := req.(type) {
	case *dap.StackTraceRequest:
		return s.stackTrace(req.Arguments)
	case *dap.ScopesRequest:
		return s.scopes(req.Arguments.FrameId)
	case *dap.VariablesRequest:
		return s.variables(req.Arguments)
	case *dap.SetVariableRequest:
		return s.setVariable(req.Arguments)
	case *dap.EvaluateRequest:
		return s.evaluate(req.Arguments)
	case *dap.ContinueRequest:
		return &dap.ContinueResponse{Body: dap.ContinueResponseBody{AllThreadsContinued: true}}, nil
	case *dap.NextRequest:
		return &dap.NextResponse{}, nil
	case *dap.StepInRequest:
		return &dap.StepInResponse{}, nil
	case *dap.StepOutRequest:
		return &dap.StepOutResponse{}, nil
	case *dap.StepBackRequest:
		return &dap.StepBackResponse{}, nil
	case *dap.ReverseContinueRequest:
		return &dap.ReverseContinueResponse{}, nil
	}
	return nil, fmt.Errorf("%s is not supported", req.GetRequest().Command)
}

// after does what comes behind an answer: the copy begins to move, or stops.
func (s *session) after(req dap.RequestMessage) {
	switch req.(type) {
	case *dap.LaunchRequest, *dap.AttachRequest:
		s.event(&dap.InitializedEvent{}, "initialized")
	case *dap.ConfigurationDoneRequest:
		if s.args.StopOnEntry == nil || *s.args.StopOnEntry {
			s.stopped("entry", "")
		} else {
			s.move(modeRun)
		}
	case *dap.PauseRequest:
		if s.runner.going {
			s.runner.going = false
			s.stopped("pause", "")
		}
	case *dap.ContinueRequest:
		s.move(modeRun)
	case *dap.NextRequest:
		s.move(modeOver)
	case *dap.StepInRequest:
		s.move(modeInto)
	case *dap.StepOutRequest:
		s.move(modeOut)
	case *dap.StepBackRequest:
		s.goTo(s.stepBack)
	case *dap.ReverseContinueRequest:
		s.goTo(s.reverse(s.here()))
	}
}

// capabilities are what an editor may ask for.
var capabilities = dap.Capabilities{
	SupportsConfigurationDoneRequest: true, SupportsConditionalBreakpoints: true,
	SupportsEvaluateForHovers: true, SupportsStepBack: true, SupportsSetVariable: true,
	ExceptionBreakpointFilters: []dap.ExceptionBreakpointsFilter{{Filter: errorFilter, Label: "Errors in scripts", Description: "Stop where an error is raised that nothing catches", Default: true}},
}

const errorFilter = "errors"

// begin makes the copy.
func (s *session) begin(args json.RawMessage) (err error) {
	if s.deck != nil {
		return errors.New("it has begun already")
	}
	if len(args) > 0 {
		if err := json.Unmarshal(args, &s.args); err != nil {
			return fmt.Errorf("the configuration cannot be read: %w", err)
		}
	}
	if s.args.Scripts == "" {
		s.args.Scripts = s.cfg.Scripts
	}
	if s.args.Scripts, err = filepath.Abs(s.args.Scripts); err != nil {
		return err
	}
	s.runner.quiet = true
	defer func() { s.runner.quiet = false }()
	s.deck, err = s.cfg.Open(record.Hooks{Thawed: s.thawed, Changed: s.changed, Fault: s.fault, Log: s.logged})
	if err != nil {
		return err
	}
	switch last := s.deck.Last(); {
	case s.args.Tick != 0:
		err = s.deck.Seek(world.Tick(s.args.Tick))
	case s.args.From > 0:
		err = s.deck.SeekTime(last.At.Add(-time.Duration(s.args.From * float64(time.Second))))
	}
	s.attach()
	return err
}

// thawed hears of each new copy.
func (s *session) thawed(p *system.Playback) {
	if !s.runner.quiet {
		p.System().State().Debug(s)
	}
}

// attach lets the session look on in the copy that there is.
func (s *session) attach() { s.state().Debug(s) }

func (s *session) state() *script.State { return s.deck.System().State() }

// fault shows an error in the scripts.
func (s *session) fault(f script.Fault) {
	if !s.runner.quiet && s.runner.scan == nil {
		s.output("stderr", fmt.Sprintf("%s in %s\n%s\n", f.Message, f.Origin, f.Traceback))
	}
}

// logged shows what the scripts log.
func (s *session) logged(level, module, text string) {
	if !s.runner.quiet && s.runner.scan == nil {
		s.output("stdout", fmt.Sprintf("%s %s: %s\n", level, module, text))
	}
}

func (s *session) output(category, text string) {
	s.event(&dap.OutputEvent{Body: dap.OutputEventBody{Category: category, Output: text}}, "output")
}

// answer sends the answer to a request.
func (s *session) answer(req dap.RequestMessage, resp dap.ResponseMessage) {
	of, r := req.GetRequest(), resp.GetResponse()
	r.Type, r.RequestSeq, r.Command, r.Success = "response", of.Seq, of.Command, true
	s.send(&r.Seq, resp)
}

// refuse says why a request cannot be done.
func (s *session) refuse(of *dap.Request, err error) {
	resp := &dap.ErrorResponse{Body: dap.ErrorResponseBody{Error: &dap.ErrorMessage{Id: 1, Format: err.Error(), ShowUser: true}}}
	resp.Type, resp.RequestSeq, resp.Command, resp.Message = "response", of.Seq, of.Command, err.Error()
	s.send(&resp.Seq, resp)
}

// unknown refuses a request that the protocol's library does not know. Any goroutine may.
func (s *session) unknown(e *dap.DecodeProtocolMessageFieldError) {
	s.refuse(&dap.Request{ProtocolMessage: dap.ProtocolMessage{Seq: e.Seq}, Command: e.FieldValue}, fmt.Errorf("%s is not supported", e.FieldValue))
}

// event tells the editor something.
func (s *session) event(e dap.EventMessage, name string) {
	of := e.GetEvent()
	of.Type, of.Event = "event", name
	s.send(&of.Seq, e)
}

// send numbers and writes a message. An editor that has gone is noticed by who reads.
func (s *session) send(seq *int, m dap.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	*seq = s.seq
	_ = dap.WriteProtocolMessage(s.out, m)
}
