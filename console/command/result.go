package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Result is what a command answers: a table, values, or a text, in this order of
// preference; the zero Result is nothing to say. It crosses the wire as JSON.
type Result struct {
	Table  *Table `json:"table,omitempty"`
	Values []any  `json:"values,omitempty"` // of Lua; Has says there may be none
	Has    bool   `json:"has,omitempty"`
	Text   string `json:"text,omitempty"` // also what Lua printed, before Values
	// Failed says that the command did what it was asked and that the answer is
	// bad news: a script should stop. The result is shown all the same.
	Failed string `json:"failed,omitempty"`
	// Fresh asks a terminal to clear the screen first: a picture, not a log.
	Fresh bool `json:"fresh,omitempty"`
	// AsJSON asks to be shown as JSON.
	AsJSON bool `json:"as_json,omitempty"`
	// Noted is written to the audit log behind what became of it; it does not cross the wire.
	Noted string `json:"-"`
	// File is something to store beside the terminal: a profile.
	File *File `json:"file,omitempty"`
}

// File is what a client may write to disk, under a name without folders, or where the
// line that was typed names a path.
type File struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Table is rows of plain values. A cell is nil, bool, string, int, float64 or
// []string; durations are in milliseconds, times are RFC 3339 strings.
type Table struct {
	Columns []Column `json:"columns"`
	Rows    [][]any  `json:"rows"`
	// One says that the table is about one thing: it is shown as "key: value"
	// lines, and is one object in JSON.
	One  bool   `json:"one,omitempty"`
	Note string `json:"note,omitempty"` // shown below, not in JSON
	None string `json:"none,omitempty"` // shown instead of an empty table
}

// Column names a column and says how a terminal shows its cells.
type Column struct {
	Name string `json:"name"` // the key in JSON: tick_ms
	Unit Unit   `json:"unit,omitempty"`
}

// Unit is how a cell is shown to people.
type Unit string

// The units. In JSON a cell is always the plain value.
const (
	Plain  Unit = ""
	Millis Unit = "ms"   // a number of milliseconds
	Bytes  Unit = "B"    // a number of bytes
	Share  Unit = "%"    // 0.5 is 50 %
	Since  Unit = "time" // RFC 3339, shown as local time
	Fixed  Unit = "0.00"
	Hash   Unit = "hash" // shown by its first digits
)

// columns makes plain columns; "name:unit" gives one a unit.
func columns(names ...string) []Column {
	list := make([]Column, len(names))
	for i, n := range names {
		name, unit, _ := strings.Cut(n, ":")
		list[i] = Column{name, Unit(unit)}
	}
	return list
}

// text makes a Result of a sentence.
func text(format string, args ...any) Result { return Result{Text: fmt.Sprintf(format, args...)} }

// millis is a duration as a cell, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// gameMillis is game seconds as a cell.
func gameMillis(s float64) float64 { return math.Round(s*1e6) / 1e3 }

// moment is a time as a cell.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// list is strings as a cell, never null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// JSON returns the one JSON value of a result: an array of objects for a table,
// an array for values, a string for a text, null for nothing.
func (r Result) JSON() ([]byte, error) {
	switch {
	case r.Table != nil:
		return r.Table.json()
	case r.Has:
		values := make([]any, len(r.Values))
		for i, v := range r.Values {
			values[i] = finite(v)
		}
		return marshal(values)
	case r.Text != "":
		return marshal(r.Text)
	}
	return []byte("null"), nil
}

// marshal is json.Marshal that leaves < and > as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// json writes each row as an object with the columns in their order.
func (t *Table) json() ([]byte, error) {
	var b bytes.Buffer
	for i, row := range t.Rows {
		if i > 0 {
			b.WriteString(",\n ")
		}
		b.WriteByte('{')
		for j, c := range t.Columns {
			var cell any
			if j < len(row) {
				cell = finite(row[j])
			}
			key, err := marshal(c.Name)
			if err != nil {
				return nil, err
			}
			value, err := marshal(cell)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				b.WriteString(", ")
			}
			b.Write(key)
			b.WriteString(": ")
			b.Write(value)
		}
		b.WriteByte('}')
	}
	if t.One && len(t.Rows) == 1 {
		return b.Bytes(), nil
	}
	return slices.Concat([]byte("["), b.Bytes(), []byte("]")), nil
}

// finite replaces numbers that JSON does not know by their names.
func finite(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = finite(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = finite(v[k])
		}
		return out
	}
	return v
}

// Safe returns the result as it may cross the wire.
func (r Result) Safe() Result {
	for i, v := range r.Values {
		r.Values[i] = finite(v)
	}
	if r.Table != nil {
		for _, row := range r.Table.Rows {
			for i := range row {
				row[i] = finite(row[i])
			}
		}
	}
	return r
}
