package command

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxCell is the widest a cell of a table is shown, in characters.
const maxCell = 100

// String returns the result as a terminal shows it, with a newline at the end of
// each line.
func (r Result) String() string {
	var b strings.Builder
	if r.Text != "" {
		b.WriteString(strings.TrimRight(printable(r.Text), "\n"))
		b.WriteByte('\n')
	}
	for _, v := range r.Values {
		b.WriteString(literal(v, ""))
		b.WriteByte('\n')
	}
	if r.Table != nil {
		r.Table.write(&b)
	}
	return b.String()
}

func (t *Table) write(b *strings.Builder) {
	switch {
	case len(t.Rows) == 0 && t.None != "":
		b.WriteString(t.None + "\n")
	case t.One && len(t.Rows) == 1:
		t.writeOne(b)
	default:
		t.writeRows(b)
	}
	if t.Note != "" {
		b.WriteString(t.Note + "\n")
	}
}

// label is the name of a column for people, who see the unit in the cells.
func (c Column) label() string { return strings.TrimSuffix(c.Name, "_ms") }

// writeOne writes "key  value" lines.
func (t *Table) writeOne(b *strings.Builder) {
	width := 0
	for _, c := range t.Columns {
		width = max(width, len(c.label()))
	}
	for i, c := range t.Columns {
		if i < len(t.Rows[0]) {
			s := show(t.Rows[0][i], c.Unit)
			if items := shown(t.Rows[0][i]); len(s) > maxCell && len(items) > 1 {
				s = strings.Join(items, "\n"+strings.Repeat(" ", width+2)) // one a line
			}
			if s != "" {
				fmt.Fprintf(b, "%-*s  %s\n", width, c.label(), s)
			}
		}
	}
}

// writeRows writes an aligned table, numbers to the right.
func (t *Table) writeRows(b *strings.Builder) {
	cells := make([][]string, 0, len(t.Rows)+1)
	head, right := make([]string, len(t.Columns)), make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = strings.ToUpper(c.label())
	}
	cells = append(cells, head)
	for _, row := range t.Rows {
		line := make([]string, len(t.Columns))
		for i := range min(len(row), len(line)) {
			line[i] = clip(show(row[i], t.Columns[i].Unit))
			right[i] = right[i] || isNumber(row[i])
		}
		cells = append(cells, line)
	}
	width := make([]int, len(t.Columns))
	for _, line := range cells {
		for i, s := range line {
			width[i] = max(width[i], utf8.RuneCountInString(s))
		}
	}
	for _, line := range cells {
		var out strings.Builder
		for i, s := range line {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(s))
			if right[i] {
				s, pad = pad+s, ""
			}
			out.WriteString(s + pad + "  ")
		}
		b.WriteString(strings.TrimRight(out.String(), " ") + "\n")
	}
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, int64, uint64, float64:
		return true
	}
	return false
}

// clip keeps a cell on one line and within bounds.
func clip(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if utf8.RuneCountInString(s) <= maxCell {
		return s
	}
	return string([]rune(s)[:maxCell-1]) + "…"
}

// printable replaces what could steer a terminal: names and messages come from
// players and scripts.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f && !(r >= 0x80 && r < 0xa0) {
			return r
		}
		return '�'
	}, s)
}

// show is a cell as people read it.
func show(v any, unit Unit) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case string:
		if unit == Since {
			if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return t.Local().Format("2006-01-02 15:04:05")
			}
		}
		if unit == Hash && len(v) > 12 {
			v = v[:12]
		}
		return printable(v)
	case []string, []any:
		return strings.Join(shown(v), ", ")
	case int:
		return number(float64(v), unit)
	case int64:
		return number(float64(v), unit)
	case uint64:
		return number(float64(v), unit)
	case float64:
		return number(v, unit)
	}
	return printable(fmt.Sprint(v))
}

// shown returns the items of a list as people read them; nil for anything else.
func shown(v any) []string {
	var items []string
	switch v := v.(type) {
	case []string:
		for _, e := range v {
			items = append(items, show(e, Plain))
		}
	case []any:
		for _, e := range v {
			items = append(items, show(e, Plain))
		}
	}
	return items
}

func number(v float64, unit Unit) string {
	switch unit {
	case Millis:
		switch {
		case v >= 1000:
			return time.Duration(v * float64(time.Millisecond)).Round(time.Second / 10).String()
		case v == 0:
			return "0"
		}
		return strconv.FormatFloat(v, 'g', 3, 64) + " ms"
	case Bytes:
		for _, u := range []string{"B", "KiB", "MiB", "GiB"} {
			if v < 1024 || u == "GiB" {
				return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) + " " + u
			}
			v /= 1024
		}
	case Share:
		return strconv.FormatFloat(v*100, 'f', 0, 64) + " %"
	case Fixed:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return luaNumber(v)
}

// luaNumber writes a number as Lua does: %.14g.
func luaNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case v == math.Trunc(v) && math.Abs(v) < 1e15:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 14, 64)
}

// literal writes a value as a Lua constructor would, small tables on one line.
func literal(v any, indent string) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return luaNumber(v)
	case string:
		return quote(v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = literal(v[i], indent+"  ")
		}
		return braces(parts, indent)
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key(k)+" = "+literal(v[k], indent+"  "))
		}
		return braces(parts, indent)
	}
	return printable(fmt.Sprint(v))
}

func braces(parts []string, indent string) string {
	line := "{" + strings.Join(parts, ", ") + "}"
	if len(line)+len(indent) <= 100 && !strings.Contains(line, "\n") {
		return line
	}
	inner := "\n" + indent + "  "
	return "{" + inner + strings.Join(parts, ","+inner) + ",\n" + indent + "}"
}

// quote writes a string as Lua reads it, except that text beyond ASCII stays.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\%03d`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return printable(b.String())
}

// key writes a table key: bare where it is a name, in brackets where not.
func key(k string) string {
	for i := range len(k) {
		c := k[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return "[" + quote(k) + "]"
		}
	}
	if k == "" {
		return `[""]`
	}
	return k
}
