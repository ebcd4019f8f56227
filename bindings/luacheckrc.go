package bindings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hotshard/bindings/panel"
	"hotshard/runtime/script"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
)

// noGlobals are what luacheck's Lua 5.1 has and scripts do not.
var noGlobals = []string{"arg", "debug", "dofile", "gcinfo", "io", "loadfile", "module", "newproxy"}

// LuacheckConfig is the .luacheckrc at the root of the repository, for those who have
// luacheck in their editor: the words of scripts and tests, from the tables that the
// stubs and `host check` are made from.
func LuacheckConfig() string {
	var b strings.Builder
	b.WriteString("-- " + generated + "\n")
	b.WriteString("std = \"lua51\"\nunused_args = false\nself = false\nmax_line_length = false\n")
	fmt.Fprintf(&b, "not_globals = {%s}\n", quotedList(noGlobals))
	writeGlobals(&b, "", Tables())
	b.WriteString("\nlocal tests = {}\n")
	writeGlobals(&b, "tests.", testTables())
	b.WriteString("\nlocal panels = {}\n")
	writeGlobals(&b, "panels.", slices.Concat(panel.Tables(), panel.TestTables()))
	b.WriteString("files[\"**/panels/**/*.lua\"] = panels\nfiles[\"**/panels/*.lua\"] = panels\n")
	b.WriteString("files[\"**/*_test.lua\"] = tests\nfiles[\"**/testing/*.lua\"] = tests\n")
	return b.String()
}

// testTables are the words of tests that are not methods of a value.
func testTables() []script.Table {
	return slices.DeleteFunc(luatest.Tables(), func(t script.Table) bool { return t.Name != "" && t.Name != luatest.TestTable })
}

// writeGlobals writes which tables and functions may be read, and which tables are for
// scripts to fill.
func writeGlobals(b *strings.Builder, in string, tables []script.Table) {
	api := luacheck.FromTables(tables...)
	standard := luacheck.Standard()
	var read, fill []string
	for _, name := range slices.Sorted(maps.Keys(api)) {
		words := slices.Sorted(maps.Keys(api[name].Names))
		own := func(word string) bool { _, lua := standard[name].Names[word]; return lua }
		words = slices.DeleteFunc(words, own)
		switch {
		case name == "":
			read = append(read, words...)
		case api[name].Open:
			fill = append(fill, fmt.Sprintf("%s = {other_fields = true, read_only = false}", name))
		case len(words) > 0:
			fields := make([]string, len(words))
			for i, w := range words {
				fields[i] = "[" + fmt.Sprintf("%q", w) + "] = {}"
			}
			read = append(read, fmt.Sprintf("%s = {fields = {%s}}", name, strings.Join(fields, ", ")))
		}
	}
	fmt.Fprintf(b, "%sglobals = {%s}\n%sread_globals = {\n", in, strings.Join(fill, ", "), in)
	for _, r := range read {
		if !strings.Contains(r, " ") {
			r = fmt.Sprintf("%q", r)
		}
		fmt.Fprintf(b, "  %s,\n", r)
	}
	b.WriteString("}\n")
}

func quotedList(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(out, ", ")
}
