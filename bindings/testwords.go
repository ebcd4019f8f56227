package bindings

import (
	"fmt"
	"strings"

	"hotshard/runtime/script"
	"hotshard/runtime/script/luatest"
)

// The words of tests are luatest's; here is what editors and readers see of them.

const testsIntro = "Files called `*_test.lua`, and helpers in folders called `testing`, have these words besides. Every test begins in a system of its own " +
	"with nobody else in it, on a clock that only `advance` moves; the system is that of the test map that `test.system` names. " +
	"`bin/host test` runs them all, and a development shard those of what is saved."

const testExample = "```lua\n" + `local chat = require "chat"

function test.a_line_reaches_those_around()
  local ann, ben = player "Ann", player "Ben"
  ann:run("say", {text = "o7"})
  eq(ben:last("chat").text, "o7")
  ok(chat.longest > 2)
end
` + "```\n"

func writeTestWords(b *strings.Builder) {
	b.WriteString("\n## In tests\n\n" + testsIntro + "\n\n" + testExample)
	for _, t := range luatest.Tables() {
		if t.Name == "" {
			writeFuncs(b, "", t.Funcs)
			fmt.Fprintf(b, "- `%s`: %s\n", joinSig, joinDoc)
			continue
		}
		fmt.Fprintf(b, "\n**%s**. %s\n\n", t.Name, t.Doc)
		for _, f := range t.Fields {
			fmt.Fprintf(b, "- `%s: %s` %s\n", f.Name, f.Type, f.Doc)
		}
		for _, f := range t.Funcs {
			waits := ""
			if f.Yields {
				waits = " *Waits.*"
			}
			fmt.Fprintf(b, "- `%s`: %s%s\n", method(f.Sig), f.Doc, waits)
		}
	}
}

// player "Ann" is a call of the table of players, so it is in no table of functions.
const (
	joinSig = "player(name: string): testplayer"
	joinDoc = "Lets a new character of that name log in, and returns them. *Waits.*"
)

// method is a signature as it is called on a value: ":run(command: string)".
func method(sig string) string {
	sig = strings.Replace(sig, "self: testplayer, ", "", 1)
	return ":" + strings.Replace(sig, "self: testplayer", "", 1)
}

// testStubs is the editor's view of the words of tests.
func testStubs() string {
	var b strings.Builder
	b.WriteString("---@meta\n-- " + generated + "\n")
	for _, t := range luatest.Tables() {
		if t.Name == "" {
			for _, f := range t.Funcs {
				stubFunc(&b, "", f)
			}
			continue
		}
		fmt.Fprintf(&b, "\n--- %s\n---@class %s\n", t.Doc, t.Name)
		for _, f := range t.Fields {
			fmt.Fprintf(&b, "---@field %s %s %s\n", f.Name, f.Type, f.Doc)
		}
		if t.Name == luatest.TestTable {
			fmt.Fprintf(&b, "%s = {}\n", t.Name)
			continue
		}
		fmt.Fprintf(&b, "local %s = {}\n", t.Name)
		for _, f := range t.Funcs {
			stubMethod(&b, t.Name, f)
		}
	}
	fmt.Fprintf(&b, "\n--- %s\n---@overload fun(name: string): testplayer\nplayer = player\n", joinDoc)
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

func stubMethod(b *strings.Builder, table string, f script.Func) {
	f.Sig = strings.TrimPrefix(method(f.Sig), ":")
	var s strings.Builder
	stubFunc(&s, table, f)
	b.WriteString(strings.Replace(s.String(), "function "+table+".", "function "+table+":", 1))
}
