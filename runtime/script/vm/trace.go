package vm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// maxTraced is how many frames of either end of a deep stack a traceback shows.
const maxTraced = 10

// Traceback is the call stack as text, innermost first: "file:line: in function 'f'".
func Traceback(L *lua.LState) string {
	lines := []string{"stack traceback:"}
	frames := Frames(L)
	for i, f := range frames {
		if i >= maxTraced && i < len(frames)-maxTraced {
			if i == maxTraced {
				lines = append(lines, "\t...")
			}
			continue
		}
		lines = append(lines, "\t"+f.f.trace())
	}
	return strings.Join(lines, "\n")
}

func (cf *frame) trace() string {
	place, fn := cf.place(), cf.Fn
	if fn.IsG {
		place = "[G]: "
	} else if fn.Proto.LineDefined == 0 {
		return place + "in main chunk"
	}
	if name := cf.calledAs(); name != "" {
		return place + "in function '" + name + "'"
	}
	if fn.IsG {
		return place + "in ?"
	}
	return fmt.Sprintf("%sin function <%s:%d>", place, fn.Proto.SourceName, fn.Proto.LineDefined)
}

// calledAs is the name by which the frame below calls this one, "" where it has none.
func (cf *frame) calledAs() string {
	p := cf.Parent
	if p == nil || p.Fn == nil || p.Fn.IsG || p.Pc < 1 || cf.TailCall > 0 {
		return ""
	}
	inst := bytecode.At(p.Fn.Proto, p.Pc-1)
	if op := bytecode.Op(inst); op != lua.OP_CALL && op != lua.OP_TAILCALL {
		return ""
	}
	_, name := origin(p.Fn.Proto, p.Pc-1, bytecode.A(inst))
	return name
}
