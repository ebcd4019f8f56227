package bindings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/script"
)

const generated = "Made by `go run ./bindings/gen` from the tables in bindings/; do not edit."

// Documents returns the generated files by their path below bindings/: editor
// stubs for lua-language-server, API.md, and the configuration of luacheck.
func Documents() map[string]string {
	files := map[string]string{"API.md": apiPage()}
	for _, t := range byName(Tables()) {
		files["library/"+cmp.Or(t.Name, "globals")+".lua"] = stub(t)
	}
	files["library/tests.lua"] = testStubs()
	files["library/panels.lua"] = panelStubs()
	files["../.luacheckrc"] = LuacheckConfig()
	files["library/classes.lua"] = classStubs()
	files["library/sent.lua"] = sentStubs()
	return files
}

// stubTable writes a table as editors read it: what it is, its fields and its functions.
func stubTable(b *strings.Builder, t script.Table) {
	if t.Name != "" {
		fmt.Fprintf(b, "\n--- %s\n", t.Doc)
		if len(t.Fields) > 0 {
			fmt.Fprintf(b, "---@class %slib\n", t.Name)
			for _, f := range t.Fields {
				fmt.Fprintf(b, "---@field %s %s %s\n", f.Name, f.Type, f.Doc)
			}
		}
		fmt.Fprintf(b, "%s = {}\n", t.Name)
	}
	for _, f := range t.Funcs {
		stubFunc(b, t.Name, f)
	}
}

// stub is the editor's view of a table: its functions without bodies.
func stub(t script.Table) string {
	var b strings.Builder
	b.WriteString("---@meta\n-- " + generated + "\n")
	stubTable(&b, t)
	if t.Name == "event" {
		for _, e := range Events {
			stubFunc(&b, "event", script.Func{Sig: e.Sig, Doc: e.Doc})
		}
	}
	return b.String()
}

func stubFunc(b *strings.Builder, table string, f script.Func) {
	name, params := parseSig(f.Sig)
	fmt.Fprintf(b, "\n--- %s\n", f.Doc)
	if f.Yields {
		b.WriteString("---@async\n")
	}
	args := signatureArgs(f.Sig)
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.name
		fmt.Fprintf(b, "---@param %s\n", strings.Replace(args[i], ":", "", 1))
	}
	for _, r := range splitArgs(results(f.Sig) + ")") {
		fmt.Fprintf(b, "---@return %s\n", r)
	}
	fmt.Fprintf(b, "function %s(%s) end\n", strings.TrimPrefix(table+"."+name, "."), strings.Join(names, ", "))
}

// signatureArgs is the text of each parameter, "range?: number".
func signatureArgs(sig string) []string {
	_, rest, _ := strings.Cut(sig, "(")
	return splitArgs(rest)
}

// results is what follows the arguments: "boolean?, string?".
func results(sig string) string {
	if i := strings.LastIndex(sig, "): "); i >= 0 {
		return sig[i+3:]
	}
	return ""
}

func classStubs() string {
	var b strings.Builder
	b.WriteString("---@meta\n-- " + generated + "\n\n--- The name of a type, in any case; words answer with it as its file writes it.\n---@alias " + typeName + " string\n")
	for _, c := range classes {
		fmt.Fprintf(&b, "\n--- %s\n---@class %s\n", c.Doc, c.Name)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "---@field %s %s %s\n", f.Name, f.Type, f.Doc)
		}
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

// byName joins tables of the same name, in the order of their first.
func byName(tables []script.Table) []script.Table {
	var out []script.Table
	at := map[string]int{}
	for _, t := range tables {
		i, seen := at[t.Name]
		if !seen {
			at[t.Name] = len(out)
			out = append(out, t)
			continue
		}
		out[i].Doc += " " + t.Doc
		out[i].Funcs = append(slices.Clone(out[i].Funcs), t.Funcs...)
	}
	return out
}

func apiPage() string {
	var b strings.Builder
	b.WriteString("# What scripts may say\n\n" + generated + "\n\n" +
		"A player is the number of a character, a ship or a celestial the number of an entity. " +
		"Lengths are metres, times game seconds, speeds m/s. A stale number is answered with `nil` and a sentence, " +
		"a wrong argument is an error that names it. A TypeName is the name of a type in types/, in any case. *Waits*: the task sleeps until the answer is there, and others run. " +
		"*Changes*: refused at the top level of a file that is being reloaded; put it in a handler or in `reload.first`.\n")
	for _, t := range byName(Tables()) {
		title := t.Name
		if title == "" {
			title = "Without a table"
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, t.Doc)
		writeFuncs(&b, strings.TrimPrefix(t.Name+".", "."), t.Funcs)
	}
	b.WriteString("\n## Events from the core\n\n")
	for _, e := range Events {
		fmt.Fprintf(&b, "- `event.%s`: %s\n", e.Sig, e.Doc)
	}
	b.WriteString("\n## Events to the players' clients\n\nWhat the game's scripts send with `player.send`, `bubble_send` and `broadcast`. Send others as you like: the client ignores what it does not know.\n\n")
	for _, e := range SentEvents {
		if !e.Core {
			fmt.Fprintf(&b, "- `%s`: %s\n", e.Sig, e.When)
		}
	}
	b.WriteString("\n## Tables that are passed\n")
	for _, c := range classes {
		fmt.Fprintf(&b, "\n**%s**. %s\n", c.Name, c.Doc)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "- `%s: %s` %s\n", f.Name, f.Type, f.Doc)
		}
	}
	writeTestWords(&b)
	writePanelWords(&b)
	writeDeviations(&b)
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

// writeFuncs lists functions, each called as before and its signature say.
func writeFuncs(b *strings.Builder, before string, funcs []script.Func) {
	if len(funcs) > 0 {
		b.WriteString("\n")
	}
	for _, f := range funcs {
		var notes string
		if f.Yields {
			notes += " *Waits.*"
		}
		if f.Effect {
			notes += " *Changes.*"
		}
		fmt.Fprintf(b, "- `%s%s`: %s%s\n", before, f.Sig, f.Doc, notes)
	}
}

func writeDeviations(b *strings.Builder) {
	b.WriteString("\n## Lua 5.1\n\nScripts are Lua 5.1: the results and the error messages are those of Debian's `lua5.1`. On purpose it is otherwise here:\n\n")
	for _, d := range deviations {
		fmt.Fprintf(b, "- %s: %s.", upperFirst(d.What), d.Why)
		if d.Error != "" {
			fmt.Fprintf(b, " Error: `%s`.", d.Error)
		}
		b.WriteString("\n")
	}
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
