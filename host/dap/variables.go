package dap

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/go-dap"
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/vm"
)

// shown is what an editor has been told of and may ask for more of, until the copy moves: by
// the numbers that it was told, which count from 1.
type shown struct {
	frames []*script.Call
	lists  []list
}

// list is a group of variables: a scope, or what is in a table.
type list struct {
	named []script.Named
	more  int // that are not in it
	set   func(name string, v lua.LValue) bool
}

// The bounds of what is shown at once.
const (
	mostEntries = 500  // of a table
	mostText    = 2000 // bytes of a text
)

func (w *shown) forget() { *w = shown{} }

func (w *shown) frame(c *script.Call) int {
	w.frames = append(w.frames, c)
	return len(w.frames)
}

func (w *shown) list(l list) int {
	w.lists = append(w.lists, l)
	return len(w.lists)
}

// call is a frame that the editor was told of, nil for 0.
func (w *shown) call(id int) (*script.Call, error) {
	if id < 0 || id > len(w.frames) {
		return nil, errors.New("there is no such call any more")
	}
	if id == 0 {
		return nil, nil
	}
	return w.frames[id-1], nil
}

func (s *session) scopes(id int) (dap.ResponseMessage, error) {
	c, err := s.shown.call(id)
	if err != nil || c == nil {
		return nil, errors.Join(err, errors.New("of which call?"))
	}
	module, _ := c.Module(s.state()).(*lua.LTable)
	resp := &dap.ScopesResponse{}
	resp.Body.Scopes = []dap.Scope{
		{Name: "Locals", PresentationHint: "locals", VariablesReference: s.shown.list(list{named: c.Locals(), set: c.Set})},
		{Name: "Upvalues", VariablesReference: s.shown.list(list{named: c.Upvalues(), set: c.Set})},
	}
	if module != nil {
		resp.Body.Scopes = append(resp.Body.Scopes, dap.Scope{Name: "Module", VariablesReference: s.shown.list(entries(module))})
	}
	globals := entries(s.state().Globals())
	resp.Body.Scopes = append(resp.Body.Scopes, dap.Scope{Name: "Globals", PresentationHint: "globals", Expensive: true, VariablesReference: s.shown.list(globals)})
	return resp, nil
}

// entries are what is in a table, in the order of pairs, and its metatable.
func entries(t *lua.LTable) list {
	l := list{set: func(name string, v lua.LValue) bool { return setEntry(t, name, v) }}
	for k, v, ok := vm.Next(t, lua.LNil); ok && k != lua.LNil; k, v, ok = vm.Next(t, k) {
		if len(l.named) >= mostEntries {
			l.more++
			continue
		}
		l.named = append(l.named, script.Named{Name: keyName(k), Value: v})
	}
	if mt, ok := t.Metatable.(*lua.LTable); ok {
		l.named = append(l.named, script.Named{Name: metatableName, Value: mt})
	}
	return l
}

const metatableName = "(metatable)"

// keyName is how a key is shown: a name as it is, anything else in brackets.
func keyName(k lua.LValue) string {
	switch k := k.(type) {
	case lua.LString:
		if isName(string(k)) {
			return string(k)
		}
		return "[" + strconv.Quote(string(k)) + "]"
	case lua.LNumber:
		return "[" + number.Format(float64(k)) + "]"
	case lua.LBool:
		return "[" + k.String() + "]"
	}
	return "[" + k.Type().String() + "]"
}

func isName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0 && (s[0] < '0' || s[0] > '9')
}

// setEntry gives the entry that is shown under a name another value.
func setEntry(t *lua.LTable, name string, v lua.LValue) bool {
	for k, _, ok := vm.Next(t, lua.LNil); ok && k != lua.LNil; k, _, ok = vm.Next(t, k) {
		if keyName(k) == name {
			vm.Set(t, k, v)
			return true
		}
	}
	return false
}

func (s *session) variables(args dap.VariablesArguments) (dap.ResponseMessage, error) {
	n := args.VariablesReference
	if n < 1 || n > len(s.shown.lists) {
		return nil, errors.New("there is no such variable any more")
	}
	l := s.shown.lists[n-1]
	resp := &dap.VariablesResponse{}
	resp.Body.Variables = []dap.Variable{}
	for i, v := range l.named {
		if i < args.Start || args.Count > 0 && i >= args.Start+args.Count {
			continue
		}
		resp.Body.Variables = append(resp.Body.Variables, s.variable(v))
	}
	if l.more > 0 {
		resp.Body.Variables = append(resp.Body.Variables, dap.Variable{Name: "...", Value: fmt.Sprintf("%d more", l.more)})
	}
	return resp, nil
}

// variable shows a value; of one that has others in it, those can be asked for.
func (s *session) variable(of script.Named) dap.Variable {
	v := dap.Variable{Name: of.Name, Type: of.Value.Type().String()}
	switch value := of.Value.(type) {
	case lua.LString:
		v.Value = strconv.Quote(string(value[:min(len(value), mostText)]))
		if len(value) > mostText {
			v.Value += fmt.Sprintf(" and %d bytes more", len(value)-mostText)
		}
	case lua.LNumber:
		v.Value = number.Format(float64(value))
	case *lua.LTable:
		inside := entries(value)
		v.Value = fmt.Sprintf("table of %d", len(inside.named)+inside.more)
		if len(inside.named) > 0 {
			v.VariablesReference = s.shown.list(inside)
		}
	case *lua.LFunction:
		v.Value = fmt.Sprint(s.state().Describe(value, 0))
		if up := captured(value); len(up.named) > 0 {
			v.VariablesReference = s.shown.list(up)
		}
	default:
		v.Value = fmt.Sprint(s.state().Describe(value, 0))
		if value == lua.LNil {
			v.Value = "nil"
		}
	}
	return v
}

// captured are the variables that a function has captured.
func captured(fn *lua.LFunction) list {
	var l list
	if fn.IsG {
		return l
	}
	for i, name := range fn.Proto.DbgUpvalues {
		if i < len(fn.Upvalues) && fn.Upvalues[i] != nil {
			l.named = append(l.named, script.Named{Name: name, Value: fn.Upvalues[i].Value()})
		}
	}
	return l
}

func (s *session) setVariable(args dap.SetVariableArguments) (dap.ResponseMessage, error) {
	n := args.VariablesReference
	if n < 1 || n > len(s.shown.lists) || s.shown.lists[n-1].set == nil {
		return nil, errors.New("it cannot be set")
	}
	values, err := s.state().Aside(args.Value, nil)
	if err != nil {
		return nil, err
	}
	if len(values) != 1 || !s.shown.lists[n-1].set(args.Name, values[0]) {
		return nil, fmt.Errorf("%s cannot be set to that", args.Name)
	}
	s.deck.Touch()
	v := s.variable(script.Named{Name: args.Name, Value: values[0]})
	resp := &dap.SetVariableResponse{}
	resp.Body.Value, resp.Body.Type, resp.Body.VariablesReference = v.Value, v.Type, v.VariablesReference
	return resp, nil
}

// evaluate evaluates an expression where a call stands, or in the system. What is typed into
// the console may change the copy; what is watched may not.
func (s *session) evaluate(args dap.EvaluateArguments) (dap.ResponseMessage, error) {
	c, err := s.shown.call(args.FrameId)
	if err != nil {
		return nil, err
	}
	var in script.Scope
	if c != nil {
		in = c
	}
	ask := s.state().Aside
	if args.Context == "repl" {
		ask = s.state().Within
		s.deck.Touch()
	}
	values, err := ask(args.Expression, in)
	if err != nil {
		return nil, err
	}
	resp := &dap.EvaluateResponse{}
	if len(values) == 1 {
		v := s.variable(script.Named{Value: values[0]})
		resp.Body.Result, resp.Body.Type, resp.Body.VariablesReference = v.Value, v.Type, v.VariablesReference
		return resp, nil
	}
	var all list
	for i, v := range values {
		all.named = append(all.named, script.Named{Name: strconv.Itoa(i + 1), Value: v})
		resp.Body.Result += strings.Repeat(", ", min(i, 1)) + s.variable(all.named[i]).Value
	}
	if len(values) > 0 {
		resp.Body.VariablesReference = s.shown.list(all)
	}
	return resp, nil
}
