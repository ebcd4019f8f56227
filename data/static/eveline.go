package static

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"hotshard/runtime/world"
)

const mendFlat = "fetch the export again from developers.eveonline.com/static-data (JSON Lines), nothing was written"

// maxLine bounds a line of the flat export, in bytes; the longest of the real one has
// about 20,000.
const maxLine = 1 << 20

// flatLine is one line of a file of the flat export while it is read. It keeps the
// first error, as reader does for YAML.
type flatLine struct {
	file    string
	line    int
	text    []byte
	err     *ExportError
	leftOut *tally
	lists   func(file string, ids []uint32)
	words   map[string]string // keys that have been read before

	namesOnly bool // of what the line says nothing else is wanted
}

func (l *flatLine) fail(format string, args ...any) {
	if l.err == nil {
		l.err = &ExportError{File: l.file, Line: l.line, What: fmt.Sprintf(format, args...), Mend: mendFlat}
	}
}

func (l *flatLine) need(key string, have bool) {
	if !have {
		l.fail("there is no %s", key)
	}
}

func (l *flatLine) needRadius(b *flatBody) {
	if l.need("radius", b.sized); b.radius <= 0 {
		l.fail("the radius is %g m", b.radius)
	}
}

func (l *flatLine) needName(b *flatBody) bool {
	l.need("name", b.name != "")
	return l.err == nil
}

// lines calls take with each line of a file, until one is wrong.
func (f *flat) lines(file string, in io.Reader, take func(*flatLine)) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var text []byte
	words := map[string]string{}
	for n := 1; ; n++ {
		l := flatLine{file: file, line: n, leftOut: &f.leftOut, lists: f.list, words: words}
		var err error
		if text, err = readLine(r, text[:0]); errors.Is(err, errLong) {
			l.fail("the line is longer than %d bytes", maxLine)
			return l.err
		} else if err != nil && err != io.EOF {
			l.fail("the file cannot be read: %v", err)
			return l.err
		}
		if l.text = bytes.TrimSpace(text); len(l.text) > 0 {
			if take(&l); l.err != nil {
				return l.err
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

var errLong = errors.New("too long")

// readLine appends a line, its end included, to into.
func readLine(r *bufio.Reader, into []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(into)+len(part) > maxLine {
			return into, errLong
		}
		into = append(into, part...)
		if err != bufio.ErrBufferFull {
			return into, err
		}
	}
}

// fields calls do for each field of an object, in order. A key that is there twice is
// an error. The text is JSON, which body has made sure of.
func (l *flatLine) fields(text []byte, what string, do func(key string, value []byte)) {
	if text[0] != '{' {
		l.fail("%s should be an object, it is %s", what, short(text))
		return
	}
	var room [32][]byte // enough for all lines of the map
	seen := room[:0]
	for rest := text[1:]; l.err == nil; {
		rest = bytes.TrimLeft(rest, " \t\r\n,")
		if rest[0] == '}' {
			return
		}
		n := valueEnd(rest)
		key := rest[1 : n-1]
		rest = bytes.TrimLeft(rest[n:], " \t\r\n:")
		n = valueEnd(rest)
		value := rest[:n]
		rest = rest[n:]
		for _, k := range seen {
			if bytes.Equal(k, key) {
				l.fail("%s has %s twice", what, key)
				return
			}
		}
		seen = append(seen, key)
		do(l.word(key), value)
	}
}

// word is a key as a text; the same text for the same key, as there are millions of them.
func (l *flatLine) word(key []byte) string {
	if w, known := l.words[string(key)]; known {
		return w
	}
	w := string(key)
	if len(l.words) < mostUnknown {
		l.words[w] = w
	}
	return w
}

// valueEnd is how many bytes the value has with which a text of valid JSON begins.
func valueEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth < 0 {
			return i // of what it stands in
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(text)
}

// flatLists are the fields that name things of another file.
var flatLists = map[string]string{
	"planetIDs": flatPlanets, "stargateIDs": flatGates, "moonIDs": flatMoons, "asteroidBeltIDs": flatBelts, "npcStationIDs": flatStations,
	"solarSystemIDs": flatSystems, "constellationIDs": flatConstellations,
}

// body reads the line.
func (l *flatLine) body() flatBody {
	b := flatBody{line: l.line}
	var whole json.RawMessage
	if !json.Valid(l.text) {
		err := json.Unmarshal(l.text, &whole)
		if err == nil || strings.HasPrefix(err.Error(), "unexpected end") {
			err = errors.New("it ends too early")
		}
		l.fail("this is not JSON: %v", err)
		return b
	}
	l.fields(l.text, "the line", func(key string, value []byte) { l.field(&b, key, value) })
	l.need("_key", b.id != 0)
	return b
}

func (l *flatLine) field(b *flatBody, key string, value []byte) {
	if l.namesOnly && key != "_key" && key != "name" && key != "operationName" {
		return
	}
	switch key {
	case "_key":
		b.id = l.id(key, value)
	case "solarSystemID":
		b.system = l.id(key, value)
	case "regionID":
		b.region = l.id(key, value)
	case "constellationID":
		b.cluster = l.id(key, value)
	case "orbitID":
		b.orbit = l.id(key, value)
	case "ownerID":
		b.owner = l.id(key, value)
	case "operationID":
		b.operation = l.id(key, value)
	case "celestialIndex", "orbitIndex":
		if key == "orbitIndex" || b.index == 0 { // a moon has both, and goes by its own
			b.index = int(l.number(key, value))
		}
	case "name", "uniqueName", "operationName":
		b.name = l.name(key, value)
	case "useOperationName":
		b.useOperation = string(value) == "true"
	case "position":
		b.placed, b.pos = true, l.point(key, value)
	case "radius":
		b.sized, b.radius = true, l.number(key, value)
	case "securityStatus":
		b.secured, b.security = true, l.number(key, value)
	case "destination":
		l.fields(value, key, func(k string, v []byte) {
			switch k {
			case "stargateID":
				b.destGate = l.id(k, v)
			case "solarSystemID":
				b.destHere = l.id(k, v)
			default:
				l.ignore(k)
			}
		})
	case "starID":
		l.lists(flatStars, []uint32{l.id(key, value)})
	default:
		if file, ok := flatLists[key]; ok {
			l.lists(file, l.ids(key, value))
		} else {
			l.ignore(key)
		}
	}
}

// flatIgnored are fields that only the flat export has, left out on purpose.
var flatIgnored = map[string]string{
	"attributes": whyBlocks, "position2D": whyBounds, "nebulaID": whyLook, "description": whyText, "npcCorporations": whyTrade,
}

func (l *flatLine) ignore(key string) {
	why, known := ignored[key]
	if !known {
		why, known = flatIgnored[key]
	}
	if !known {
		why = whyNew
		if len(*l.leftOut) > mostUnknown { // a broken export must not fill the memory with names of fields
			key = "other fields"
		}
	}
	l.leftOut.add(key, why, 1)
}

// mostUnknown is how many kinds of things that are left out are told apart.
const mostUnknown = 200

func (l *flatLine) number(key string, value []byte) float64 {
	n, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.IsInf(n, 0) {
		l.fail("%s should be a number, it is %s", key, short(value))
		return 0
	}
	return n
}

func (l *flatLine) id(key string, value []byte) uint32 {
	n, err := strconv.ParseUint(string(value), 10, 32)
	if err != nil || !world.EntityID(n).Static() {
		l.fail("%s should be an id from 1 to %d, it is %s", key, world.FirstDynamicID-1, short(value))
		return 0
	}
	return uint32(n)
}

func (l *flatLine) ids(key string, value []byte) []uint32 {
	var all []json.RawMessage
	if err := json.Unmarshal(value, &all); err != nil {
		l.fail("%s should be a list of ids, it is %s", key, short(value))
	}
	out := make([]uint32, 0, len(all))
	for _, v := range all {
		out = append(out, l.id(key, v))
	}
	return out
}

func (l *flatLine) point(key string, value []byte) world.Vec3 {
	var p world.Vec3
	have := 0
	l.fields(value, key, func(k string, v []byte) {
		switch k {
		case "x":
			p.X = l.number(key, v)
		case "y":
			p.Y = l.number(key, v)
		case "z":
			p.Z = l.number(key, v)
		default:
			have--
		}
		have++
	})
	if have != 3 {
		l.fail("%s should have x, y and z", key)
	}
	return p
}

// name is the English one of a text in several languages, or the first of another.
func (l *flatLine) name(key string, value []byte) string {
	var plain string
	if json.Unmarshal(value, &plain) == nil {
		return strings.TrimSpace(plain)
	}
	var by map[string]string
	if err := json.Unmarshal(value, &by); err != nil {
		l.fail("%s should have a text for each language, it is %s", key, short(value))
		return ""
	}
	if name := strings.TrimSpace(by["en"]); name != "" {
		return name
	}
	for _, language := range slices.Sorted(maps.Keys(by)) {
		if name := strings.TrimSpace(by[language]); name != "" {
			return name
		}
	}
	return ""
}

// short is a value as an error shows it.
func short(value []byte) string {
	if len(value) > 40 {
		return string(value[:40]) + "..."
	}
	return string(value)
}
