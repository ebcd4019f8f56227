package code

import (
	"fmt"
	"strings"
)

// DataFolder is where a release's data files stand, below the script root.
const DataFolder = "types/"

// IsData says whether a path is that of a data file. Tests that stand beside one are code.
func IsData(path string) bool {
	return strings.HasPrefix(path, DataFolder) && strings.HasSuffix(path, ".lua") && !IsTest(path)
}

// ValueChange is one value that a release changes: a figure of its data, or a constant.
// Old is "" for what is new and New for what is gone; Name is then all there is to say.
type ValueChange struct {
	Module string // "types.ships"; "" of a constant
	Name   string // "Wren.speed", "chat.longest"
	Old    string
	New    string
}

func (c ValueChange) String() string {
	name := c.Name
	if c.Module != "" {
		name = c.Module + ": " + name
	}
	switch {
	case c.Old == "":
		return name + " is new"
	case c.New == "":
		return name + " is gone"
	}
	return fmt.Sprintf("%s %s -> %s", name, c.Old, c.New)
}
