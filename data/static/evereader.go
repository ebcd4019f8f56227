package static

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"hotshard/runtime/world"
)

// ExportError is what is wrong with a file of EVE's export, and where.
type ExportError struct {
	File string
	Line int // from 1; 0 where it is the file as a whole
	What string
	Mend string // what to do about it
}

// Error returns "FILE:LINE: what; mend".
func (e *ExportError) Error() string {
	at := e.File
	if e.Line > 0 {
		at += ":" + strconv.Itoa(e.Line)
	}
	return at + ": " + e.What + "; " + e.Mend
}

// The mend of nearly everything: the importer changes nothing in the export, so
// a broken one was broken on its way here.
const mendExport = "fetch and unpack the export again, nothing was written"

// reader reads one file of the export. It keeps the first error and what it
// left out, and returns zeros after an error.
type reader struct {
	file    string
	first   int // the number of the first line, less one: see names
	err     *ExportError
	leftOut tally
}

func (r *reader) fail(line int, format string, args ...any) {
	if r.err == nil {
		r.err = &ExportError{File: r.file, Line: r.first + line, What: fmt.Sprintf(format, args...), Mend: mendExport}
	}
}

// yamlLine finds the line that the YAML library puts into its errors.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// document returns the one value of a YAML text, or nil.
func (r *reader) document(text []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		line, what := 0, err.Error()
		if m := yamlLine.FindStringSubmatch(what); m != nil {
			line, _ = strconv.Atoi(m[1])
			what = m[2]
		}
		r.fail(max(line, 1), "this is not YAML: %s", what)
		return nil
	}
	if len(doc.Content) != 1 {
		r.fail(1, "the file is empty")
		return nil
	}
	return doc.Content[0]
}

// mapping calls field for each entry of a mapping, in order. A key that is there
// twice is an error.
func (r *reader) mapping(n *yaml.Node, what string, field func(key, value *yaml.Node)) {
	if r.err != nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, "%s should be a mapping", what)
		return
	}
	seen := make(map[string]struct{}, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && r.err == nil; i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.fail(key.Line, "a key of %s is not a word", what)
			return
		}
		if _, twice := seen[key.Value]; twice {
			r.fail(key.Line, "%s has %s twice", what, key.Value)
			return
		}
		seen[key.Value] = struct{}{}
		field(key, n.Content[i+1])
	}
}

// number reads a finite number.
func (r *reader) number(n *yaml.Node, what string) float64 {
	if r.err != nil {
		return 0
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		r.fail(n.Line, "%s should be a number, it is %q", what, n.Value)
		return 0
	}
	return f
}

// id reads a whole number that can be a celestial's or a system's id.
func (r *reader) id(n *yaml.Node, what string) uint32 {
	if r.err != nil {
		return 0
	}
	id, err := strconv.ParseUint(n.Value, 10, 32)
	if n.Kind != yaml.ScalarNode || err != nil || !world.EntityID(id).Static() {
		r.fail(n.Line, "%s should be an id from 1 to %d, it is %q", what, world.FirstDynamicID-1, n.Value)
		return 0
	}
	return uint32(id)
}

// place reads a list of three numbers.
func (r *reader) place(n *yaml.Node, what string) world.Vec3 {
	if r.err != nil {
		return world.Vec3{}
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) != 3 {
		r.fail(n.Line, "%s should be a list of three numbers", what)
		return world.Vec3{}
	}
	return world.Vec3{X: r.number(n.Content[0], what), Y: r.number(n.Content[1], what), Z: r.number(n.Content[2], what)}
}

// need fails when a key of a mapping was not there; have says whether it was.
func (r *reader) need(at *yaml.Node, what, key string, have bool) {
	if !have {
		r.fail(at.Line, "%s has no %s", what, key)
	}
}

// skipped are the keys of the blocks that make up three quarters of the export
// and that nothing here needs.
var skipped = [...]string{"planetAttributes", "statistics"}

// withoutSkipped returns the text with the lines of the skipped blocks empty, so
// that the YAML library, which takes nearly all the time of an import, has less
// to read and still counts lines right. What is malformed inside such a block
// goes unnoticed. It also returns how many blocks of each there were.
func withoutSkipped(text []byte) (out []byte, blocks [len(skipped)]int) {
	out = make([]byte, 0, len(text)/2)
	inside := -1 // the indentation of the block's key, while in one
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line = text[:end+1]
		}
		text = text[len(line):]
		content := bytes.TrimLeft(line, " ")
		indent := len(line) - len(content)
		content = bytes.TrimRight(content, " \r\n")
		if inside >= 0 && len(content) > 0 && indent <= inside && !(indent == inside && content[0] == '-') {
			inside = -1
		}
		if inside < 0 {
			if key, ok := bytes.CutSuffix(content, []byte(":")); ok {
				if which := slices.Index(skipped[:], string(key)); which >= 0 {
					inside = indent
					blocks[which]++
				}
			}
		}
		if inside < 0 {
			out = append(out, line...)
		} else {
			out = append(out, '\n')
		}
	}
	return out, blocks
}
