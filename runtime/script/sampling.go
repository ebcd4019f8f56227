package script

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// sampleEvery is how many steps pass between two looks at where Lua stands. They are
// taken always, and cost less than a hundredth of what they see.
const sampleEvery = 4096

// Of a stack the innermost functions are told apart, and so many stacks are kept.
const (
	stackDepth = 16
	maxStacks  = 2048
)

// Stack is Lua functions that have called each other, innermost first.
type Stack struct {
	Release int
	Frames  []StackFrame
	Key     string // the same for the same functions in the same release, in every State
}

// StackFrame is one function of a Stack.
type StackFrame struct {
	Function string // "combat.fire"
	Module   string // "combat"
	Place    string // "combat.lua@1f3a9c:10", where it begins
}

// Sample is how many steps were taken with a stack on top, about.
type Sample struct {
	Stack *Stack
	Steps int64
}

// sampling notes, every sampleEvery steps of all entries together, where Lua stands.
type sampling struct {
	to      func([]Sample)
	left    int64 // steps until the next look
	handed  int64 // Machine.Steps, when last looked at
	release int
	stacks  map[stackKey]*stackCount
	noted   []*stackCount // those with steps that nobody has been told of
}

type stackKey [stackDepth]*lua.FunctionProto

type stackCount struct {
	stack *Stack
	steps int64
}

func newSampling(to func([]Sample)) *sampling {
	if to == nil {
		return nil
	}
	return &sampling{to: to, left: sampleEvery, stacks: map[stackKey]*stackCount{}}
}

// due is how many steps there are until the next look.
func (p *sampling) due() int64 {
	if p == nil {
		return sampleEvery * budgetSlice
	}
	return p.left
}

// hand notes that an entry goes on with that many steps.
func (p *sampling) hand(steps int64) {
	if p != nil {
		p.handed = steps
	}
}

// spend takes in what an entry has taken of these. True says that a look is due.
func (p *sampling) spend(rest int64) bool {
	if p == nil {
		return false
	}
	p.left -= p.handed - rest
	p.handed = rest
	if p.left > 0 {
		return false
	}
	p.left = sampleEvery
	return true
}

// keep notes how far the running entry is; what it returns brings that back.
func (p *sampling) keep() (back func()) {
	if p == nil {
		return func() {}
	}
	left, handed := p.left, p.handed
	return func() { p.left, p.handed = left, handed }
}

// look notes the stack that L stands at.
func (s *State) look(L *lua.LState) {
	p := s.sampling
	if p.release != s.release.Number || len(p.stacks) == maxStacks {
		s.FlushSamples()
		p.release = s.release.Number
		clear(p.stacks)
	}
	list := frames(L)
	var key stackKey
	n := 0
	for _, f := range list {
		if fn := f.fn(); n < stackDepth && !f.ours() && !s.gaugedFrame(fn) {
			key[n] = fn.Proto
			n++
		}
	}
	if n == 0 {
		return
	}
	c := p.stacks[key]
	if c == nil {
		c = &stackCount{stack: s.stackOf(list)}
		p.stacks[key] = c
	}
	if c.steps == 0 {
		p.noted = append(p.noted, c)
	}
	c.steps += sampleEvery
}

// stackOf names the functions of a stack.
func (s *State) stackOf(list []frame) *Stack {
	out := &Stack{Release: s.release.Number}
	names := make([]string, 0, stackDepth+1)
	names = append(names, fmt.Sprint(out.Release))
	for _, f := range list {
		fn := f.fn()
		if len(out.Frames) == stackDepth || f.ours() || s.gaugedFrame(fn) {
			continue
		}
		e := s.entryOf(fn, fn.Proto.LineDefined)
		out.Frames = append(out.Frames, StackFrame{Function: e.name, Module: e.mod, Place: e.place})
		names = append(names, e.name)
	}
	out.Key = strings.Join(names, "\x00")
	return out
}

// FlushSamples tells Options.Sampled what was noted since the last time.
func (s *State) FlushSamples() {
	p := s.sampling
	if p == nil || len(p.noted) == 0 {
		return
	}
	out := make([]Sample, len(p.noted))
	for i, c := range p.noted {
		out[i] = Sample{c.stack, c.steps}
		c.steps = 0
	}
	clear(p.noted)
	p.noted = p.noted[:0]
	p.to(out)
}
