package luacheck

import (
	"strings"

	"hotshard/runtime/script/code"
)

// room is a Room with its events by name.
type room struct {
	Room
	events map[string]bool
}

func newRoom(r Room) room {
	out := room{Room: r, events: map[string]bool{}}
	for _, signature := range r.Events {
		out.events[eventName(signature)] = true
	}
	return out
}

// roomOf is the room that a file is in, nil for those that run where most do.
func (t *tree) roomOf(file string) *room {
	for i := range t.rooms {
		if strings.HasPrefix(file, t.rooms[i].Folder) {
			return &t.rooms[i]
		}
	}
	return nil
}

// apiOf and testsOf are the words of a file.
func (t *tree) apiOf(s *source) API {
	if r := t.roomOf(s.name); r != nil {
		return r.API
	}
	return t.api
}

func (t *tree) testsOf(s *source) API {
	if r := t.roomOf(s.name); r != nil {
		return r.Tests
	}
	return t.tests
}

// eventsOf are the events that a file may handle.
func (t *tree) eventsOf(s *source) map[string]bool {
	if r := t.roomOf(s.name); r != nil {
		return r.events
	}
	return t.events
}

// apart says why a file cannot require a module, "" where it can.
func (t *tree) apart(s *source, module string) string {
	here, there := t.roomOf(s.name), t.roomOf(code.ModulePath(module))
	switch {
	case here == there:
		return ""
	case there != nil:
		return module + " is for " + there.Of + " alone, and has other words"
	}
	return module + " is not for " + here.Of + ", where only what is below " + here.Folder + " can be required"
}
