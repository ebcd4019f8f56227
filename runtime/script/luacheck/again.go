package luacheck

import (
	"bytes"
	"slices"
	"strings"
)

// Checker checks the same scripts again and again, as they change: what it has read
// of a file is kept for as long as the file's text stays. It is not safe for use from
// several goroutines at once.
type Checker struct {
	options Options // Root and Paths do not matter
	events  map[string]bool
	rooms   []room
	read    map[string]kept
}

type kept struct {
	text   []byte
	source *source
}

// NewChecker makes a Checker that has read nothing yet.
func NewChecker(o Options) *Checker {
	c := &Checker{options: o, events: map[string]bool{}, read: map[string]kept{}}
	for _, signature := range o.Events {
		c.events[eventName(signature)] = true
	}
	for _, r := range o.Rooms {
		c.rooms = append(c.rooms, newRoom(r))
	}
	return c
}

// Check returns what is found in the texts, by path below the script root: sorted by
// file, line and column, with the path as the File. The texts must not change later.
func (c *Checker) Check(texts map[string][]byte) []Finding {
	tree := newTree(c.options.API, c.options.Tests)
	tree.events, tree.rooms = c.events, c.rooms
	names := make([]string, 0, len(texts))
	for name, text := range texts {
		if strings.HasSuffix(name, ".lua") {
			names = append(names, name)
			tree.put(c.source(name, text))
		}
	}
	for name := range c.read {
		if texts[name] == nil {
			delete(c.read, name)
		}
	}
	slices.Sort(names)
	data := map[string][]Finding{}
	if c.options.Types != nil {
		var inData []Finding
		tree.types, inData = c.options.Types(texts)
		for _, f := range inData {
			data[f.File] = append(data[f.File], f)
		}
	}
	var found []Finding
	for _, name := range names {
		for _, f := range append(tree.check(name), data[name]...) {
			f.File = name
			found = append(found, f)
		}
	}
	return found
}

func (c *Checker) source(name string, text []byte) *source {
	if k, ok := c.read[name]; ok && bytes.Equal(k.text, text) {
		return k.source
	}
	s := newSource(name, text)
	c.read[name] = kept{text, s}
	return s
}
