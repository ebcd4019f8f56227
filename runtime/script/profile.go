package script

import (
	"time"

	lua "github.com/yuin/gopher-lua"
)

// ProfileSample is time spent with one Lua stack on top.
type ProfileSample struct {
	Stack []ProfileFrame // innermost first
	Time  time.Duration
	Count int
}

// ProfileFrame is one function of a stack.
type ProfileFrame struct {
	Function string // "combat.fire"
	Place    string // "combat.lua@1f3a9c:12", the line it stood at
}

// profiling collects samples: every profileSlice steps it looks where Lua stands
// and gives that stack the time since the last look.
type profiling struct {
	samples map[string]*ProfileSample
	last    time.Time
}

// profileSlice is how many calls and loop turns pass between two looks.
const profileSlice = 200

// maxProfileStacks bounds how many different stacks a profile holds.
const maxProfileStacks = 10_000

// StartProfile begins to sample. It fails if a profile is being taken.
func (s *State) StartProfile() bool {
	if s.profile != nil {
		return false
	}
	s.profile = &profiling{samples: map[string]*ProfileSample{}}
	return true
}

// StopProfile ends sampling and returns what was seen.
func (s *State) StopProfile() []ProfileSample {
	if s.profile == nil {
		return nil
	}
	out := make([]ProfileSample, 0, len(s.profile.samples))
	for _, p := range s.profile.samples {
		out = append(out, *p)
	}
	s.profile = nil
	return out
}

// sample gives the time since the last look to the stack that L stands at.
func (s *State) sample(L *lua.LState) {
	p := s.profile
	now := time.Now()
	if p.last.IsZero() {
		p.last = now
		return
	}
	elapsed := now.Sub(p.last)
	p.last = now
	trace := s.traceback(L)
	key := ""
	for _, e := range trace {
		key += e.place + ";"
	}
	sm := p.samples[key]
	if sm == nil {
		if len(p.samples) >= maxProfileStacks {
			return
		}
		sm = &ProfileSample{}
		for _, e := range trace {
			sm.Stack = append(sm.Stack, ProfileFrame{Function: e.name, Place: e.place})
		}
		p.samples[key] = sm
	}
	sm.Time += elapsed
	sm.Count++
}
