package static

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"hotshard/runtime/world"
)

// namesFile is where the export keeps the name of every place and thing, beside
// the folder of the universe or, in another edition, one up.
const namesFile = "bsd/invNames.yaml"

// nameChunk is about how much of the names is given to the YAML library at once.
const nameChunk = 1 << 18

// readNames returns the names of all places by id. An export without the file
// has none.
func readNames(universe string) (map[uint32]string, error) {
	for _, up := range []string{"..", "../.."} {
		path := filepath.Join(universe, up, namesFile)
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return parseNames(path, text)
	}
	return nil, nil
}

// parseNames reads a list of itemID and itemName. The list is long, so it is
// read in pieces, several at a time.
func parseNames(path string, text []byte) (map[uint32]string, error) {
	chunks, firsts := splitList(text)
	readers := make([]reader, len(chunks))
	found := make([][]named, len(chunks))
	parallel(len(chunks), func(i int) {
		readers[i] = reader{file: path, first: firsts[i]}
		found[i] = readers[i].readNames(chunks[i])
	})
	total := 0
	for i := range readers {
		if err := readers[i].err; err != nil {
			return nil, err
		}
		total += len(found[i])
	}
	names := make(map[uint32]string, total)
	for _, list := range found {
		for _, n := range list {
			names[n.id] = n.name
		}
	}
	return names, nil
}

// splitList cuts a text that is one YAML list without indentation between its
// items, into pieces that are such lists too; any other text is one piece.
// firsts are the numbers of lines before each piece.
func splitList(text []byte) (pieces [][]byte, firsts []int) {
	lines := 0
	for len(text) > 0 {
		end := len(text)
		if text[0] == '-' && len(text) > nameChunk {
			if at := bytes.Index(text[nameChunk:], []byte("\n- ")); at >= 0 {
				end = nameChunk + at + 1
			}
		}
		pieces, firsts = append(pieces, text[:end]), append(firsts, lines)
		lines += bytes.Count(text[:end], []byte{'\n'})
		text = text[end:]
	}
	return pieces, firsts
}

type named struct {
	id   uint32
	name string
}

// The ids of places in the map. The rest of the names are those of corporations,
// agents and the like.
const (
	firstPlace = 10_000_000
	lastPlace  = 70_000_000
)

// readNames reads one piece of the list.
func (r *reader) readNames(text []byte) []named {
	root := r.document(text)
	if root == nil {
		return nil
	}
	if root.Kind != yaml.SequenceNode {
		r.fail(root.Line, "the names should be a list")
		return nil
	}
	names := make([]named, 0, len(root.Content))
	for _, item := range root.Content {
		var id int64
		var name string
		r.mapping(item, "a name", func(key, value *yaml.Node) {
			switch key.Value {
			case "itemID":
				if value.Decode(&id) != nil {
					r.fail(value.Line, "itemID should be a number, it is %q", value.Value)
				}
			case "itemName":
				if value.Kind != yaml.ScalarNode {
					r.fail(value.Line, "itemName should be a text")
				}
				name = value.Value
			}
		})
		if r.err != nil {
			return nil
		}
		if id >= firstPlace && id < lastPlace && strings.TrimSpace(name) != "" {
			names = append(names, named{uint32(id), strings.TrimSpace(name)})
		}
	}
	return names
}

// namebook hands out names and counts where they come from.
type namebook struct {
	names         map[uint32]string
	named, madeUp int
}

// of returns the name of a thing in the export, or the one made by convention.
func (b *namebook) of(id world.EntityID, convention func() string) string {
	if name := b.names[uint32(id)]; name != "" {
		b.named++
		return name
	}
	b.madeUp++
	return convention()
}
